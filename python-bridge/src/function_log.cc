#include "function_log.h"

#include <chrono>
#include <utility>

#include "python.h"

namespace tandem::python {
namespace {

int64_t NowMicroseconds() {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void FunctionLog::Log(std::string_view text, int32_t level, int32_t format) {
  Flush();
  Send(text, level, format);
}

void FunctionLog::Write(Stream stream, std::string_view text) {
  std::string& waiting = waiting_[static_cast<size_t>(stream)];
  const size_t newline = text.rfind('\n');
  const size_t whole = newline == std::string_view::npos ? 0 : newline + 1;
  if (whole == 0 && waiting.size() + text.size() < kLongestWait) {
    waiting.append(text);
    return;
  }
  const std::string_view ready = whole == 0 ? text : text.substr(0, whole);
  const std::string rest(text.substr(ready.size()));
  if (waiting.empty()) {
    Send(ready, TANDEM_LEVEL_UNSET, TANDEM_FORMAT_TEXT);
  } else {
    std::string joined = std::exchange(waiting, {});
    joined.append(ready);
    Send(joined, TANDEM_LEVEL_UNSET, TANDEM_FORMAT_TEXT);
  }
  waiting.append(rest);
}

void FunctionLog::Flush() {
  for (std::string& waiting : waiting_) {
    if (waiting.empty()) continue;
    const std::string text = std::exchange(waiting, {});
    Send(text, TANDEM_LEVEL_UNSET, TANDEM_FORMAT_TEXT);
  }
}

void FunctionLog::Send(std::string_view text, int32_t level, int32_t format) {
  const std::string request_id(request_id_);
  tandem_log_record record{};
  record.struct_size = sizeof record;
  record.request_id = Borrowed(request_id);
  record.text = Borrowed(text);
  record.time_us = NowMicroseconds();
  record.level = level;
  record.format = format;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    record.function = function_;
    ++sending_;
  }
  PyThreadState* state = PyEval_SaveThread();
  host_.Log(record);
  PyEval_RestoreThread(state);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (--sending_ == 0) sent_.notify_all();
}

void FunctionLog::Close() {
  std::unique_lock<std::mutex> lock(mutex_);
  function_ = nullptr;
  sent_.wait(lock, [this] { return sending_ == 0; });
}

}  // namespace tandem::python
