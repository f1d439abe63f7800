// ServerLog: what a server says, and what its functions do, on standard error.
#ifndef TANDEM_CLI_SERVER_LOG_H_
#define TANDEM_CLI_SERVER_LOG_H_

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "tandem/log.h"

namespace tandem::cli {

// Writes whole lines, each of a function's with the function's name in front, so that the output of several that run at
// once stays attributable (L-40).
//
// Threads: any.
class ServerLog final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override;
  // A line of the server's own, without the newline.
  void Say(std::string_view text) noexcept;

 private:
  // Longer lines are written in parts of this size, in bytes.
  static constexpr std::size_t kLongestLine = std::size_t{64} << 10;

  void WriteLines(const LogRecord& record);

  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> open_lines_;  // by function and request; guarded by mutex_
};

}  // namespace tandem::cli

#endif  // TANDEM_CLI_SERVER_LOG_H_
