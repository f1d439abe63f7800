#ifndef TANDEM_JAVA_BRIDGE_JAVA_LOADER_H_
#define TANDEM_JAVA_BRIDGE_JAVA_LOADER_H_

#include <string>
#include <string_view>
#include <utility>

#include "function_logs.h"
#include "java_thread.h"
#include "jdk_probe.h"
#include "tandem/loader_abi.h"

namespace tandem::java {

inline tandem_string ToAbi(std::string_view text) {
  return tandem_string{text.data(), text.size()};
}

inline std::string_view FromAbi(tandem_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// The native methods of tandem.bridge.Natives. They serve the one loader of this process.
std::vector<JNINativeMethod> NativeMethods();
void SetNativeLogs(FunctionLogs* logs);

// Passes an error that the Java half has encoded on to the host, then its log text (L-38) and its hint.
void ReportError(tandem_loader* loader, uint64_t log_id, tandem_string request_id, const std::vector<uint8_t>& encoded,
                 tandem_sink* sink);

// Copies the slot's spilled bytes.
std::vector<uint8_t> TakeSpill(JniFrame* frame, const JavaTable& table, const Slot& slot);

}  // namespace tandem::java

// One JVM in this process.
struct tandem_loader {
  tandem_loader(const tandem_host* host, tandem_host_context* context, std::string_view data_dir,
                tandem::java::JdkVariables variables)
      : logs(host, context), directory(data_dir), jdk_variables(std::move(variables)) {}

  tandem::java::FunctionLogs logs;
  tandem::java::Vm vm;
  const std::string directory;  // of the loaders
  const tandem::java::JdkVariables jdk_variables;
  bool runs_others_code = false;  // in the VM, from its start
};

// One open function.
struct tandem_handler {
  tandem_loader* loader;
  uint64_t id;
  uint64_t log_id;
  jobject function;  // a global reference to tandem.bridge.Function
};

namespace tandem::java {

int32_t Open(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink, tandem_handler** handler);
void Close(tandem_handler* handler);
int32_t Invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink);
void Cancel(tandem_handler* handler, tandem_string request_id);
// Errors: JavaException says why the process cannot stand by, or is of no use.
void StandBy(tandem_loader* loader);
void TakeFunction(tandem_loader* loader);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JAVA_LOADER_H_
