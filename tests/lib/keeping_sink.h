// A sink that keeps what it is given, for tests that look at it.
#ifndef TANDEM_TESTS_LIB_KEEPING_SINK_H_
#define TANDEM_TESTS_LIB_KEEPING_SINK_H_

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  std::string log_stream_name;
};

// Keeps all but notes, which depend on where the test lies.
// Threads: any.
class KeepingSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override {
    if (record.origin == LogOrigin::kNote) return;
    if (on_write) on_write(record.text);
    const std::scoped_lock lock(mutex_);
    records_.push_back({std::string(record.function_name), std::string(record.request_id), std::string(record.text),
                        record.level, record.format, record.origin, std::string(record.log_stream_name)});
  }

  // Oldest first.
  std::vector<KeptRecord> records() const {
    const std::scoped_lock lock(mutex_);
    return records_;
  }
  std::vector<KeptRecord> TakeAll() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(records_, {});
  }
  // What one function wrote.
  std::vector<KeptRecord> Of(const std::string& function_name) const {
    std::vector<KeptRecord> of = records();
    std::erase_if(of, [&](const KeptRecord& record) { return record.function_name != function_name; });
    return of;
  }
  // Its texts of one origin, joined.
  std::string TextOf(const std::string& function_name, LogOrigin origin = LogOrigin::kFunction) const {
    std::string text;
    for (const KeptRecord& record : Of(function_name)) {
      if (record.origin == origin) text += record.text;
    }
    return text;
  }

  // Called before each record is kept, by whoever writes it; to be set while nothing logs.
  std::function<void(std::string_view text)> on_write;

 private:
  mutable std::mutex mutex_;
  std::vector<KeptRecord> records_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LIB_KEEPING_SINK_H_
