#include "tandem/platform_lines.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <utility>

#include "json_text.h"

namespace tandem {
namespace {

// With a point, whatever the process's locale.
void AppendTwoDecimals(std::string& line, double value) {
  std::array<char, 400> text;  // the longest double has 309 digits before the point
  const auto end = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, 2);
  line.append(text.data(), end.ptr);
}

std::string TwoDecimals(double value) {
  std::string text;
  AppendTwoDecimals(text, value);
  return text;
}

void AppendNumber(std::string& line, std::int64_t value) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.begin(), text.end(), value);
  line.append(text.data(), end.ptr);
}

double Milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string TimedOutAfter(std::chrono::milliseconds timeout) {
  return "Task timed out after " + TwoDecimals(static_cast<double>(timeout.count()) / 1000.0) + " seconds";
}

std::string IsoTimeNow() {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(ms % 1000));
  return std::string(text.data(), length) + fraction.data();
}

// As the reference prints them; empty: a number.
std::string_view NameOfSignal(std::int64_t signal) {
  static constexpr std::array<std::string_view, 32> kNames = {
      "",
      "hangup",
      "interrupt",
      "quit",
      "illegal instruction",
      "trace/breakpoint trap",
      "aborted",
      "bus error",
      "floating point exception",
      "killed",
      "user defined signal 1",
      "segmentation fault",
      "user defined signal 2",
      "broken pipe",
      "alarm clock",
      "terminated",
      "stack fault",
      "child exited",
      "continued",
      "stopped (signal)",
      "stopped",
      "stopped (tty input)",
      "stopped (tty output)",
      "urgent i/o condition",
      "cpu time limit exceeded",
      "file size limit exceeded",
      "virtual timer expired",
      "profiling timer expired",
      "window changed",
      "i/o possible",
      "power failure",
      "bad system call",
  };
  return signal > 0 && signal < static_cast<std::int64_t>(kNames.size()) ? kNames[static_cast<std::size_t>(signal)]
                                                                         : std::string_view();
}

// Whether the signal dumps core where it is not taken; whether it did is the machine's matter.
bool DumpsCore(std::int64_t signal) {
  static constexpr std::array<int, 10> kThose = {SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
                                                 SIGFPE,  SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
  return std::find(kThose.begin(), kThose.end(), signal) != kThose.end();
}

// E-40 to E-42.
std::string ExitReason(int status) {
  if (status == 0) return "Runtime exited without providing a reason";
  if (status > 0) return "Runtime exited with error: exit status " + std::to_string(status);
  const std::int64_t signal = -std::int64_t{status};  // a loader may say the least of numbers
  const std::string_view name = NameOfSignal(signal);
  std::string reason = "Runtime exited with error: signal: ";
  reason += name.empty() ? std::to_string(signal) : std::string(name);
  if (DumpsCore(signal)) reason += " (core dumped)";
  return reason;
}

Outcome PlatformOutcome(std::string_view type, std::string_view request_id, std::string_view reason,
                        Disposition disposition, int exit_status) {
  FunctionError error;
  error.type = type;
  error.message = "RequestId: " + std::string(request_id) + " Error: " + std::string(reason);
  error.reported_type = error.type;
  error.disposition = disposition;
  error.exit_status = exit_status;
  std::string body = R"({"errorType":)";
  AppendJsonString(body, error.type);
  body += R"(,"errorMessage":)";
  AppendJsonString(body, error.message);
  body += '}';
  return Outcome::Error(std::move(error), Payload::Copy(body));
}

}  // namespace

std::string StartLine(std::string_view request_id, std::string_view version) {
  std::string line;
  line.reserve(64 + request_id.size() + version.size());
  line.append("START RequestId: ").append(request_id).append(" Version: ").append(version).append("\n");
  return line;
}

std::string EndLine(std::string_view request_id) {
  std::string line;
  line.reserve(64 + request_id.size());
  line.append("END RequestId: ").append(request_id).append("\n");
  return line;
}

std::string ReportLine(std::string_view request_id, const Report& report, std::int32_t memory_size_mb) {
  constexpr std::int64_t kMiB = 1024LL * 1024;
  const double duration = Milliseconds(report.duration);
  std::string line;
  line.reserve(256);
  line.append("REPORT RequestId: ").append(request_id);
  AppendTwoDecimals(line.append("\tDuration: "), duration);
  AppendNumber(line.append(" ms\tBilled Duration: "), static_cast<std::int64_t>(std::ceil(duration)));
  AppendNumber(line.append(" ms\tMemory Size: "), memory_size_mb);
  AppendNumber(line.append(" MB\tMax Memory Used: "), (report.max_memory_used_bytes + kMiB - 1) / kMiB);
  line.append(" MB\t");
  if (report.init_duration) {
    AppendTwoDecimals(line.append("Init Duration: "), Milliseconds(*report.init_duration));
    line.append(" ms\t");
  }
  line += '\n';
  return line;
}

std::int64_t ProcessPeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

std::string TimeoutLines(std::string_view request_id, std::chrono::milliseconds timeout) {
  return IsoTimeNow() + " " + std::string(request_id) + " " + TimedOutAfter(timeout) + "\n\n";
}

std::string ExitLines(const FunctionError& error) {
  return error.message + "\n" + error.type + "\n";
}

Outcome ExitOutcome(std::string_view request_id, int status) {
  return PlatformOutcome("Runtime.ExitError", request_id, ExitReason(status), Disposition::kExited, status);
}

Outcome OutOfMemoryOutcome(std::string_view request_id) {
  return PlatformOutcome("Runtime.OutOfMemory", request_id, ExitReason(-SIGKILL), Disposition::kExited, -SIGKILL);
}

Outcome EntrypointOutcome(std::string_view request_id, std::string_view reason, int exit_status) {
  return PlatformOutcome("Runtime.InvalidEntrypoint", request_id, reason, Disposition::kExited, exit_status);
}

Outcome TimeoutOutcome(std::string_view request_id, std::chrono::milliseconds timeout) {
  return PlatformOutcome("Sandbox.Timedout", request_id, TimedOutAfter(timeout), Disposition::kRecycle, 0);
}

}  // namespace tandem
