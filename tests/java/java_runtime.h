// The one Runtime of this process, over the JDK that TANDEM_TEST_JAVA_HOME names.
#ifndef TANDEM_TESTS_JAVA_JAVA_RUNTIME_H_
#define TANDEM_TESTS_JAVA_JAVA_RUNTIME_H_

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "lib/isolation.h"
#include "lib/keeping_sink.h"
#include "tandem/runtime.h"

namespace tandem::test {

// Set up before the first test; a test program without TANDEM_TEST_JAVA_HOME fails.
class JavaRuntime {
 public:
  static Runtime& Get();
  // What that one is made with.
  static RuntimeOptions Options();
  static KeepingSink& Log();
  // What the process printed, or its log, while the VM of the first function started.
  static std::string& StartOutput();
  static std::string Package(const std::string& name) { return std::string(TANDEM_TEST_PACKAGES) + "/" + name; }
  // A config with a name of its own, no timeout, and the isolation of TestIsolation().
  static FunctionConfig Config(const std::string& handler, const std::string& package = "rules");
  static Function& Add(const FunctionConfig& config);
  static Function& Add(const std::string& handler, const std::string& package = "rules") {
    return Add(Config(handler, package));
  }
};

inline InvokeResult Invoke(Function& function, const std::string& event, const InvokeOptions& options = {}) {
  return JavaRuntime::Get().Invoke(function, Event(std::string_view(event)), options);
}

// "ok <payload>", "error <payload>" or "fault <message>".
std::string Show(const Outcome& outcome);

// One row of a table: a rule, a handler, an event, and what Show gives.
struct Case {
  const char* rule;
  const char* handler;
  const char* event;
  std::string expected;
};

inline std::ostream& operator<<(std::ostream& out, const Case& row) {
  return out << row.rule << " " << row.handler;
}

// A test name from a rule's id and the row's place.
std::string CaseName(const ::testing::TestParamInfo<Case>& info);

// Runs a row in a function of its own; in process isolation, where each has a VM, rows of one handler share it.
void Check(const Case& row, const std::string& package = "rules");

inline std::string Ok(const std::string& payload) {
  return "ok " + payload;
}
// The body of an error without a stack trace of its own.
std::string Fault(const std::string& message, const std::string& type = {});
// The body of an error with these frames, already as JSON.
std::string Error(const std::string& message, const std::string& type, const std::string& frames = {});
inline std::string ParseError() {
  return Error("An error occurred during JSON parsing", "java.lang.RuntimeException");
}
inline std::string WriteError() {
  return Error("An error occurred during JSON serialization of response", "java.lang.RuntimeException");
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_JAVA_JAVA_RUNTIME_H_
