#ifndef TANDEM_JAVA_BRIDGE_RUNNING_VM_H_
#define TANDEM_JAVA_BRIDGE_RUNNING_VM_H_

#include <jni.h>

#include <string>

#include "jni_frame.h"

namespace tandem::java {

// The VM that the host of this process has started before; null: there is none. Errors: JavaException where it is
// another one than `library`'s, the path of a libjvm.so, as a process holds one.
JavaVM* RunningVm(const std::string& library);

// A class loader for the classes of a class path, whose parent is that of the platform: they and the host's own see
// nothing of each other. A reference of the frame's. Errors: JavaException.
jobject ClassLoaderOf(JniFrame* frame, const std::string& class_path);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_RUNNING_VM_H_
