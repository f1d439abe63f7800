#include "function_log.h"

#include <chrono>

namespace tandem::python {
namespace {

int64_t NowMicroseconds() {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void FunctionLog::Log(std::string_view text, int32_t level, int32_t format) {
  tandem_log_record record{};
  record.level = level;
  record.format = format;
  Send(record, text);
}

void FunctionLog::Hint(std::string_view text) {
  if (!host_.TakesHints()) return;
  tandem_log_record record{};
  record.origin = TANDEM_ORIGIN_HINT;
  Send(record, text);
}

void FunctionLog::Send(tandem_log_record& record, std::string_view text) {
  const std::string request_id(this->request_id());
  record.struct_size = sizeof record;
  record.request_id = Borrowed(request_id);
  record.text = Borrowed(text);
  record.time_us = NowMicroseconds();
  {
    const std::scoped_lock lock(mutex_);
    record.function = function_;
    ++sending_;
  }
  host_.Log(record);
  const std::scoped_lock lock(mutex_);
  if (--sending_ == 0) sent_.notify_all();
}

void FunctionLog::Write(std::string_view text) {
  if (!text.empty()) Log(text, TANDEM_LEVEL_UNSET, TANDEM_FORMAT_TEXT);
}

void FunctionLog::Close() {
  std::unique_lock<std::mutex> lock(mutex_);
  function_ = nullptr;
  sent_.wait(lock, [this] { return sending_ == 0; });
}

}  // namespace tandem::python
