// Log records and where they go.
#ifndef TANDEM_LOG_H_
#define TANDEM_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tandem/export.h"

namespace tandem {

enum class LogOrigin : std::uint8_t {
  kFunction,  // the handler's own output and log calls
  kPlatform,  // START, END, REPORT and what the service itself would print (L-41 to L-49)
  kHint,      // Tandem's advice on a failure: one line, the same one once for a function, in no log tail
  kNote,      // how a function is run, where that is not as usual: one line, once for a function, in no log tail
};

enum class LogLevel : std::uint8_t { kUnset, kTrace, kDebug, kInfo, kWarn, kError, kFatal };
enum class LogFormat : std::uint8_t { kText, kJson };

// One log event, or a part of one when `text` does not end in a newline. Views are valid during the call.
struct LogRecord {
  LogOrigin origin = LogOrigin::kFunction;
  LogLevel level = LogLevel::kUnset;
  LogFormat format = LogFormat::kText;
  std::int64_t time_us = 0;        // microseconds since the epoch
  std::string_view function_name;  // empty: not attributable to a function
  std::string_view request_id;     // empty during init
  std::string_view text;
  std::string_view log_stream_name;  // of the environment (C-30, L-40); empty: it is not attributable to one
};

// L-51.
inline constexpr std::size_t kLogTailBytes = 4096;
// Appends to a tail what the log goes on with; the last kLogTailBytes stay.
TANDEM_EXPORT void AppendLogTail(std::string& tail, std::string_view text);
// The same for a platform line: it begins on a line of its own, whatever the handler left open (L-42).
TANDEM_EXPORT void AppendLogTailLine(std::string& tail, std::string_view line);

// Takes log records.
// Threads: called from any thread, concurrently, which may hold a lock of its language (CPython's GIL): must not wait
// for a handler on another thread. In a child that user code forks, a lock that another thread held stays locked.
// Errors: must not throw.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(const LogRecord& record) noexcept = 0;
};

}  // namespace tandem

#endif  // TANDEM_LOG_H_
