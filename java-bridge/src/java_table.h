#ifndef TANDEM_JAVA_BRIDGE_JAVA_TABLE_H_
#define TANDEM_JAVA_BRIDGE_JAVA_TABLE_H_

#include "jni_frame.h"

namespace tandem::java {

// Every class, method and field of the Java half that this loader uses, resolved once when the VM has started.
// Lifetime: the global references live as long as the VM, which is as long as the process.
struct JavaTable {
  jclass bridge = nullptr;
  jclass byte_array = nullptr;
  jmethodID start = nullptr;
  jmethodID attach = nullptr;
  jmethodID detach = nullptr;
  jmethodID warm = nullptr;
  jmethodID stand_by = nullptr;
  jmethodID take_function = nullptr;
  jmethodID open = nullptr;
  jmethodID close = nullptr;
  jmethodID invoke = nullptr;
  jmethodID cancel = nullptr;
  jfieldID slot_spill = nullptr;
  jfieldID slot_spill_size = nullptr;
  jfieldID slot_large = nullptr;

  // Resolves all of it and registers the native methods. `class_loader` has the Java half; null: the VM's class path.
  // Errors: JavaException.
  static JavaTable Load(JniFrame* frame, jobject class_loader, const std::vector<JNINativeMethod>& natives);
};

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JAVA_TABLE_H_
