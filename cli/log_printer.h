// LogPrinter: an invocation's log on standard error.
#ifndef TANDEM_CLI_LOG_PRINTER_H_
#define TANDEM_CLI_LOG_PRINTER_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "progress.h"
#include "tandem/log.h"

namespace tandem::cli {

enum class Verbosity : std::uint8_t {
  kHandlerOnly,  // --quiet
  kNormal,
  kVerbose,
};

// Prints what the handler writes as it is, and platform lines each on a line of its own. Keeps the invocation's log
// tail (L-51) itself, because it is also wanted of an invocation that never returns.
//
// Threads: any.
class LogPrinter final : public LogSink {
 public:
  LogPrinter(Verbosity verbosity, std::string request_id, Progress& progress);

  void Write(const LogRecord& record) noexcept override;

  // A line of the command's own; `text` without the newline.
  void Say(std::string_view text);
  // Advice on a function that failed, where nobody has given any.
  void SayHint(std::string_view hint);
  // Ends a line that the handler left open.
  void EndOpenLine();
  // The last kLogTailBytes of the invocation's log so far.
  std::string Tail();

  // Takes the log away from an invocation that does not come back: drops every record from now on. False: it has come
  // back, and closes the log itself.
  bool TakeOver();
  bool taken_over() const { return muted_; }
  // After TakeOver: prints platform lines, without waiting for a reader who does not read.
  void SayLast(std::string_view lines);

 private:
  bool Shows(LogOrigin origin) const;
  std::string_view Shown(std::string_view text, std::string& buffer) const;

  const Verbosity verbosity_;
  const bool is_terminal_;
  const std::string request_id_;
  Progress& progress_;
  std::timed_mutex mutex_;
  std::atomic<bool> muted_{false};
  std::string tail_;
  bool has_hinted_ = false;
};

}  // namespace tandem::cli

#endif  // TANDEM_CLI_LOG_PRINTER_H_
