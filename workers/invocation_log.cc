#include "workers/invocation_log.h"

#include <chrono>

namespace tandem::workers {
namespace {

std::int64_t WallClockUs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The sender's enumerator if there is one of that number, else `otherwise`.
template <typename Enum>
Enum Known(std::uint32_t number, Enum last, Enum otherwise) {
  return number <= static_cast<std::uint32_t>(last) ? static_cast<Enum>(number) : otherwise;
}

}  // namespace

void InvocationLog::Platform(std::string_view text) {
  if (type_ == LogType::kTail) AppendLogTailLine(result_.log_tail, text);
  LogRecord record;
  record.origin = LogOrigin::kPlatform;
  record.time_us = WallClockUs();
  record.request_id = result_.request_id.view();
  record.text = text;
  Write(record);
}

void InvocationLog::SayHint() {
  if (hint_.empty()) return;
  const std::string line = hints_.Take(hint_);
  if (line.empty()) return;
  LogRecord record;
  record.origin = LogOrigin::kHint;
  record.time_us = WallClockUs();
  if (begun_) record.request_id = request_id();
  record.text = line;
  Write(record);
}

void InvocationLog::Record(const v1::WorkerLog& written) {
  LogRecord record;
  record.origin = Known(written.origin(), LogOrigin::kHint, LogOrigin::kFunction);
  if (record.origin == LogOrigin::kPlatform) record.origin = LogOrigin::kFunction;  // that is the host's to say
  record.level = Known(written.level(), LogLevel::kFatal, LogLevel::kUnset);
  record.format = Known(written.format(), LogFormat::kJson, LogFormat::kText);
  record.time_us = written.time_us();
  record.request_id = written.request_id();
  record.text = written.text();
  std::string hint;
  if (record.origin == LogOrigin::kHint) {
    hint = hints_.TakeLine(written.text());
    if (hint.empty()) return;
    record.text = hint;
  }
  const bool own = begun_ && record.request_id == result_.request_id.view();
  if (own && type_ == LogType::kTail && record.origin != LogOrigin::kHint) AppendLogTail(result_.log_tail, record.text);
  Write(record);
}

void InvocationLog::Output(std::string_view text) {
  if (begun_ && type_ == LogType::kTail) AppendLogTail(result_.log_tail, text);
  LogRecord record;
  record.time_us = WallClockUs();
  if (begun_) record.request_id = result_.request_id.view();
  record.text = text;
  Write(record);
}

void InvocationLog::OutputOfAny(std::string_view text) {
  LogRecord record;
  record.time_us = WallClockUs();
  record.text = text;
  Write(record);
}

void InvocationLog::Write(LogRecord record) {
  if (sink_ == nullptr) return;
  record.function_name = function_name_;
  record.log_stream_name = log_stream_name_;
  sink_->Write(record);
}

}  // namespace tandem::workers
