// WholeLines: log records as lines.
#ifndef TANDEM_HOST_LOGS_WHOLE_LINES_H_
#define TANDEM_HOST_LOGS_WHOLE_LINES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "tandem/log.h"

namespace tandem::host {

// Keeps what has no newline yet, for each function, environment and invocation apart, so that the lines of several that
// run at once stay whole (L-40). What is kept of an invocation ends where the platform speaks of it, and so does what
// its environment has said outside of invocations. A line that is longer than kLongestLine comes in parts of that size.
//
// Threads: one at a time.
class WholeLines {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{64} << 10;  // bytes

  // What has no newline.
  struct Open {
    std::string function_name;
    std::string log_stream_name;
    std::string request_id;
    std::string text;
    std::int64_t time_us = 0;  // of the last record that it is of
  };

  // The lines that a record completes, each with its newline; all are its environment's.
  std::string Take(const LogRecord& record);
  // What has been open since before that time, microseconds since the epoch; it is kept no longer.
  std::list<Open> TakeOlder(std::int64_t time_us);
  bool has_open() const { return !open_.empty(); }

 private:
  // Moves what is open of the record's invocation to `text`, and to `lines` what ends with it.
  void TakeOpen(const LogRecord& record, std::string& lines, std::string& text);

  std::list<Open> open_;  // few: handlers seldom leave a line open
};

// Calls `take` with each of some lines, with its newline.
template <typename Take>
void ForEachLine(std::string_view lines, const Take& take) {
  while (!lines.empty()) {
    const std::size_t size = std::min(lines.find('\n'), lines.size() - 1) + 1;
    take(lines.substr(0, size));
    lines.remove_prefix(size);
  }
}

}  // namespace tandem::host

#endif  // TANDEM_HOST_LOGS_WHOLE_LINES_H_
