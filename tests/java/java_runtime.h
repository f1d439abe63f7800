// The one Runtime of this process, over the JDK that TANDEM_TEST_JAVA_HOME names.
#ifndef TANDEM_TESTS_JAVA_JAVA_RUNTIME_H_
#define TANDEM_TESTS_JAVA_JAVA_RUNTIME_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
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
    if (record.text == awaited_text) {
      if (const auto now = std::exchange(on_awaited, nullptr); now) now();
    }
    const std::scoped_lock lock(mutex_);
    records_.push_back({std::string(record.function_name), std::string(record.request_id), std::string(record.text),
                        record.level, record.format, record.origin});
  }
  // What one function wrote, oldest first.
  std::vector<KeptRecord> Of(const std::string& function_name) const;
  // Its texts of one origin, joined.
  std::string TextOf(const std::string& function_name, LogOrigin origin = LogOrigin::kFunction) const;

  // Called once, by the thread that writes the text; both to be set before anything logs.
  std::string awaited_text;
  std::function<void()> on_awaited;

 private:
  mutable std::mutex mutex_;
  std::vector<KeptRecord> records_;
};

// Set up before the first test; a test program without TANDEM_TEST_JAVA_HOME fails.
class JavaRuntime {
 public:
  static Runtime& Get();
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
