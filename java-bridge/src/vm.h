#ifndef TANDEM_JAVA_BRIDGE_VM_H_
#define TANDEM_JAVA_BRIDGE_VM_H_

#include <jni.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tandem::java {

struct VmConfig {
  std::string library;                // libjvm.so
  std::string class_path;             // our own jars
  std::vector<std::string> options;   // further VM options, in order
  std::vector<std::string> defaults;  // VM options before all others, which may change them
  std::vector<std::string> archive;   // VM options by which it uses an archive of classes, where no other has a say
  int64_t memory_mb = 0;              // what the process may have for itself, in MiB; 0: no limit is known
};

// Starts the one VM of this process on a thread of our own, and runs `started` there, still attached. The host's locale
// and signal handlers are as before when it returns, save the signals that HotSpot needs.
// Errors: the text says why in one line, in HotSpot's words, which it prints nowhere; null is returned. No VM can start
// in this process after HotSpot has failed to: later calls say so, with the first reason.
JavaVM* StartVm(const VmConfig& config, const std::function<void(JavaVM*, JNIEnv*)>& started, std::string* error);

// Cuts a text of options as HotSpot does: at blanks, with single and double quotes.
std::vector<std::string> SplitOptions(const std::string& text);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_VM_H_
