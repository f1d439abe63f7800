// One function's way to the host's log.
#ifndef TANDEM_PYTHON_FUNCTION_LOG_H_
#define TANDEM_PYTHON_FUNCTION_LOG_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "host.h"

namespace tandem::python {

// The function's token and its running invocation, as print, logging and error reports need them.
// Threads: with the GIL of its interpreter, which is kept while the host logs: print writes a line in parts, and no
// other thread's text comes between them. Close without it. Lifetime: outlives its handler, as threads of the user's
// may still print; after Close what they print has no function.
class FunctionLog : public std::enable_shared_from_this<FunctionLog> {
 public:
  FunctionLog(const Host& host, tandem_function* function, bool json) : host_(host), function_(function), json_(json) {}

  // One record as it is formatted.
  void Log(std::string_view text, int32_t level, int32_t format);
  // One line of advice on a failure that is told.
  void Hint(std::string_view text);
  // Text on a standard stream, of either: each write is passed on at once and in its order (L-14).
  void Write(std::string_view text);

  void BeginInvocation(const tandem_invocation& invocation) { invocation_ = &invocation; }
  void EndInvocation() { invocation_ = nullptr; }
  // Whether the function runs or initialises just now.
  void set_running(bool running) { running_ = running; }
  bool running() const { return running_; }
  // Gives the token up; waits for records that are on their way. Without the GIL.
  void Close();

  bool json() const { return json_; }
  // Empty where no invocation runs.
  std::string_view request_id() const { return invocation_ ? View(invocation_->request_id) : std::string_view(); }
  std::string_view tenant_id() const { return invocation_ ? View(invocation_->tenant_id) : std::string_view(); }

 private:
  // Completes the record and hands it over.
  void Send(tandem_log_record& record, std::string_view text);

  const Host& host_;
  tandem_function* function_;
  const bool json_;
  bool running_ = false;
  const tandem_invocation* invocation_ = nullptr;  // the running one, null during init
  std::mutex mutex_;                               // function_ and sending_ against Close
  std::condition_variable sent_;
  int sending_ = 0;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_FUNCTION_LOG_H_
