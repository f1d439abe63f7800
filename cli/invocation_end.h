// InvocationEnd: how one invocation's answer reaches the caller and the process ends.
#ifndef TANDEM_CLI_INVOCATION_END_H_
#define TANDEM_CLI_INVOCATION_END_H_

#include <atomic>
#include <string>
#include <string_view>

#include "invoke_request.h"
#include "log_printer.h"
#include "progress.h"
#include "runtime_choice.h"
#include "standard_streams.h"
#include "tandem/invocation.h"

namespace tandem::cli {

// Answers exactly once and ends the process: the invocation that returns, the watchdog whose patience is over and user
// code that ends the process may all try, and the first one wins.
//
// Threads: any; the losers wait for the process's end.
// Lifetime: the process's; everything it is given must live as long.
class InvocationEnd {
 public:
  InvocationEnd(const InvokeRequest& request, const RuntimeChoice& choice, const ResponseChannel& response,
                LogPrinter& log, Progress& progress);
  InvocationEnd(const InvocationEnd&) = delete;
  InvocationEnd& operator=(const InvocationEnd&) = delete;

  // The invocation has returned.
  [[noreturn]] void Return(const InvokeResult& result);
  // It has not, and its time is over (E-38, L-48).
  [[noreturn]] void TimeOut();
  // User code ends the process.
  [[noreturn]] void Exit(int status);

 private:
  void Claim();
  // The last lines of an invocation that core cannot close, around `reason`.
  void SayUnfinished(std::string_view reason, std::chrono::nanoseconds duration);
  // In the environment of the process that the handler runs in; null: it has none of that name.
  const char* VariableOfTheRuntime(const std::string& name) const;
  [[noreturn]] void Answer(const Outcome& outcome);

  const InvokeRequest& request_;
  const RuntimeChoice& choice_;
  const ResponseChannel response_;
  LogPrinter& log_;
  Progress& progress_;
  const Progress::Clock::time_point created_ = Progress::Clock::now();
  std::atomic_flag claimed_;
};

}  // namespace tandem::cli

#endif  // TANDEM_CLI_INVOCATION_END_H_
