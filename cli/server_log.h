// ServerLog: what a server says, and what its functions do, on standard error.
#ifndef TANDEM_CLI_SERVER_LOG_H_
#define TANDEM_CLI_SERVER_LOG_H_

#include <mutex>
#include <string_view>

#include "host/logs/whole_lines.h"
#include "tandem/log.h"

namespace tandem::cli {

// Writes whole lines, each of a function's with the function's name in front, so that the output of several that run at
// once stays attributable (L-40). A reader who takes nothing for long misses what comes until it does: the server is
// not to wait for it.
//
// Threads: any.
class ServerLog final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override;
  // A line of the server's own, without the newline.
  void Say(std::string_view text) noexcept;

 private:
  void WriteLines(const LogRecord& record);
  // Under the lock.
  void Put(std::string_view lines);

  std::mutex mutex_;
  bool is_behind_ = false;  // the reader; guarded by mutex_
  host::WholeLines whole_;  // guarded by mutex_
};

}  // namespace tandem::cli

#endif  // TANDEM_CLI_SERVER_LOG_H_
