// The one Runtime of this process, over the JDK and the CPython that TANDEM_TEST_JAVA_HOME and TANDEM_TEST_PYTHON name.
#ifndef TANDEM_TESTS_SOAK_BOTH_RUNTIMES_H_
#define TANDEM_TESTS_SOAK_BOTH_RUNTIMES_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "tandem/runtime.h"

namespace tandem::test {

// Options of the JVM, which each program defines for itself.
extern const char* const kJvmOptions;

// Counts what it is given, and keeps nothing.
// Threads: any.
class CountingSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override { bytes_ += record.text.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::atomic<std::uint64_t> bytes_{0};
};

// Set up before the first test; a program without either variable fails. Starts no VM.
class BothRuntimes {
 public:
  static Runtime& Get();
  static CountingSink& Log();
  // Whether the long form of the runs was asked for: TANDEM_TEST_EXTENT=all.
  static bool AreLong();
  // Configs with names of their own, no timeout, for any number of invocations at once.
  static FunctionConfig Java(const std::string& handler);
  static FunctionConfig Python(const std::string& handler, const std::string& package = "python");
  static Function& Add(const FunctionConfig& config);
};

InvokeResult Invoke(Function& function, std::string_view event, const InvokeOptions& options = {});
// "ok <payload>", "error <type>" or "fault <message>".
std::string Show(const Outcome& outcome);
inline std::string Answer(Function& function, std::string_view event) {
  return Show(Invoke(function, event).outcome);
}
// The number that a handler answers; -1 and a failed test where it does not.
std::int64_t Number(Function& function, std::string_view event = "0");

// This process's resident memory, in bytes; and with what the C library has free given back.
std::int64_t ResidentBytes();
std::int64_t TrimmedResidentBytes();

}  // namespace tandem::test

#endif  // TANDEM_TESTS_SOAK_BOTH_RUNTIMES_H_
