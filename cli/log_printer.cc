#include "log_printer.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "log_line.h"
#include "standard_streams.h"
#include "text.h"

namespace tandem::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{100};  // for a log that nobody reads

// A log that cannot be written is no reason to fail an invocation.
void WriteLog(std::string_view text) {
  static_cast<void>(WriteAll(STDERR_FILENO, text).ok());
}

}  // namespace

bool LogPrinter::Shows(LogOrigin origin) const {
  if (origin == LogOrigin::kNote) return verbosity_ == Verbosity::kVerbose;
  return origin == LogOrigin::kFunction || verbosity_ != Verbosity::kHandlerOnly;
}

// An error record is one log event whose lines are joined by carriage returns (L-16); on a terminal they would cover
// each other.
std::string_view LogPrinter::Shown(std::string_view text, std::string& buffer) const {
  if (!is_terminal_ || !text.starts_with("[ERROR] ")) return text;
  buffer = text;
  std::replace(buffer.begin(), buffer.end(), '\r', '\n');
  return buffer;
}

LogPrinter::LogPrinter(Verbosity verbosity, std::string request_id, Progress& progress)
    : verbosity_(verbosity),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      request_id_(std::move(request_id)),
      progress_(progress) {}

void LogPrinter::Write(const LogRecord& record) noexcept {
  if (!IsFirstProcess()) {  // a fork of the handler's, in which the lock may stay locked
    if (record.origin == LogOrigin::kFunction && !muted_) WriteLog(record.text);
    return;
  }
  try {
    const std::scoped_lock lock(mutex_);
    if (muted_ || record.text.empty()) return;
    const bool of_function = record.origin == LogOrigin::kFunction;
    if (record.origin == LogOrigin::kPlatform) progress_.NotePlatformLine();
    const bool of_log = of_function || record.origin == LogOrigin::kPlatform;
    if (of_log && record.request_id == request_id_) {
      (of_function ? AppendLogTail : AppendLogTailLine)(tail_, record.text);
    }
    if (record.origin == LogOrigin::kHint) has_hinted_ = true;
    if (!Shows(record.origin)) return;
    if (LogLineIsOpen() && !of_function) WriteLog("\n");
    std::string buffer;
    WriteLog(Shown(record.text, buffer));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): out of memory, and a sink must not throw
  }
}

void LogPrinter::Say(std::string_view text) {
  const std::unique_lock lock(mutex_, kPatience);
  const std::string line = (LogLineIsOpen() ? "\n" : "") + OneLine(text) + "\n";
  if (lock.owns_lock() && !muted_) {
    WriteLog(line);
  } else {
    WriteImpatiently(STDERR_FILENO, line, kPatience);
  }
}

void LogPrinter::SayHint(std::string_view hint) {
  const bool is_first = [&] {
    const std::unique_lock lock(mutex_, kPatience);
    return lock.owns_lock() && !std::exchange(has_hinted_, true);
  }();
  if (is_first && Shows(LogOrigin::kHint)) Say("tandem: hint: " + std::string(hint));
}

void LogPrinter::EndOpenLine() {
  const std::unique_lock lock(mutex_, kPatience);
  if (lock.owns_lock() && LogLineIsOpen()) WriteImpatiently(STDERR_FILENO, "\n", kPatience);
}

std::string LogPrinter::Tail() {
  const std::unique_lock lock(mutex_, kPatience);
  return lock.owns_lock() ? tail_ : std::string();
}

bool LogPrinter::TakeOver() {
  const std::unique_lock lock(mutex_, kPatience);
  if (lock.owns_lock() && progress_.came_back()) return false;
  muted_ = true;
  return true;
}

void LogPrinter::SayLast(std::string_view lines) {
  const std::unique_lock lock(mutex_, kPatience);
  if (lock.owns_lock()) AppendLogTailLine(tail_, lines);
  if (!Shows(LogOrigin::kPlatform)) return;
  WriteImpatiently(STDERR_FILENO, (LogLineIsOpen() ? "\n" : "") + std::string(lines), kPatience);
}

}  // namespace tandem::cli
