// The one Runtime of this process, over the CPython that TANDEM_TEST_PYTHON names.
#ifndef TANDEM_TESTS_PYTHON_PYTHON_RUNTIME_H_
#define TANDEM_TESTS_PYTHON_PYTHON_RUNTIME_H_

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "lib/isolation.h"
#include "tandem/runtime.h"

namespace tandem::test {

// A log record that outlives its call.
struct KeptRecord {
  std::string function_name;
  std::string request_id;
  std::string text;
  LogLevel level;
  LogFormat format;
  LogOrigin origin;
};

// Threads: any.
class KeepingSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override {
    if (record.origin == LogOrigin::kNote) return;  // which depends on where the test lies
    const std::scoped_lock lock(mutex_);
    records_.push_back({std::string(record.function_name), std::string(record.request_id), std::string(record.text),
                        record.level, record.format, record.origin});
  }
  // What one function wrote, oldest first.
  std::vector<KeptRecord> Of(const std::string& function_name) const;
  // Its texts of one origin, joined.
  std::string TextOf(const std::string& function_name, LogOrigin origin = LogOrigin::kFunction) const;

 private:
  mutable std::mutex mutex_;
  std::vector<KeptRecord> records_;
};

// Set up before the first test; a test program without TANDEM_TEST_PYTHON fails. The package `rules` has the main
// interpreter, and with TANDEM_TEST_VENV that virtual environment.
class PythonRuntime {
 public:
  static Runtime& Get();
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
