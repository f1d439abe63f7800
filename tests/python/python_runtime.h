// The one Runtime of this process, over the CPython that TANDEM_TEST_PYTHON names.
#ifndef TANDEM_TESTS_PYTHON_PYTHON_RUNTIME_H_
#define TANDEM_TESTS_PYTHON_PYTHON_RUNTIME_H_

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "lib/isolation.h"
#include "lib/keeping_sink.h"
#include "tandem/runtime.h"

namespace tandem::test {

// Set up before the first test; a test program without TANDEM_TEST_PYTHON fails. The package `rules` has the main
// interpreter, and with TANDEM_TEST_VENV that virtual environment.
class PythonRuntime {
 public:
  static Runtime& Get();
  // What that one is made with.
  static RuntimeOptions Options();
  static KeepingSink& Log();
  // The interpreter's minor version.
  static int Minor();
  static std::string Package(const std::string& name) { return std::string(TANDEM_TEST_PACKAGES) + "/" + name; }
  // A config with a name of its own, no timeout, and the isolation of TestIsolation().
  static FunctionConfig Config(const std::string& handler, const std::string& package = "rules");
  static Function& Add(const FunctionConfig& config);
  static Function& Add(const std::string& handler, const std::string& package = "rules") {
    return Add(Config(handler, package));
  }
};

// Invokes with the request id "test-id".
InvokeResult Invoke(Function& function, const std::string& event, InvokeOptions options = {});

// "ok <payload>", "error <payload>" or "fault <message>", with the folder of the test packages as "{packages}".
std::string Show(const Outcome& outcome);
inline std::string Answer(Function& function, const std::string& event, const InvokeOptions& options = {}) {
  return Show(Invoke(function, event, options).outcome);
}

// The error of an invocation, or of its init phase, without a stack trace; `message` as it stands in JSON.
std::string Error(const std::string& type, const std::string& message, const std::string& trace = "");
std::string InitError(const std::string& type, const std::string& message, const std::string& trace = "");

// One row of a table: a rule, a handler, an event, and what Show gives.
struct Case {
  const char* rule;
  std::string handler;
  std::string event;
  std::string expected;
};

inline std::ostream& operator<<(std::ostream& out, const Case& row) {
  return out << row.rule << " " << row.handler;
}

// A test name from a rule's id and the row's place.
std::string CaseName(const ::testing::TestParamInfo<Case>& tested);

}  // namespace tandem::test

#endif  // TANDEM_TESTS_PYTHON_PYTHON_RUNTIME_H_
