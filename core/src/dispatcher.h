// One invocation from start to end: the function's environment, the deadline, the platform's own lines.
#ifndef TANDEM_CORE_DISPATCHER_H_
#define TANDEM_CORE_DISPATCHER_H_

#include <memory>

#include "deadline_watch.h"
#include "function_impl.h"
#include "tandem/event.h"
#include "tandem/invocation.h"
#include "tandem/runtime.h"

namespace tandem {

// Threads: any.
class Dispatcher {
 public:
  // `scan` as DeadlineWatch takes it.
  Dispatcher(PlatformLogs platform_logs, std::function<bool()> scan)
      : platform_logs_(platform_logs), watch_(std::move(scan)) {}

  // What fails here is a fault in the result: nothing is thrown.
  InvokeResult Dispatch(FunctionImpl& function, const Event& event, const InvokeOptions& options);
  // As Runtime::TryBegin.
  static std::unique_ptr<BegunInvocation> TryBegin(FunctionImpl& function, const Event& event,
                                                   const InvokeOptions& options);
  // Opens the function's handler where it is not open. Success, or the init error.
  Outcome Prepare(FunctionImpl& function);

 private:
  void DispatchInto(InvokeResult& result, FunctionImpl& function, const Event& event, const InvokeOptions& options);
  // Whether START, END and REPORT are said.
  bool Speaks(const InvokeOptions& options) const;
  // Whether the report's figures are taken.
  bool Measures(const InvokeOptions& options) const;
  // All that happens to an invocation that has a place, which it gives back.
  void Serve(const FunctionImpl& function, InlineEnvironment& environment, RunningInvocation& invocation,
             const Event& event, const InvokeOptions& options);
  void Run(const FunctionConfig& config, InlineEnvironment& environment, RunningInvocation& invocation,
           const Event& event, const InvokeOptions& options);
  // The same for an event or options that have to be brought into the loaders' shape first.
  [[gnu::noinline]] void RunAdapted(const FunctionConfig& config, InlineEnvironment& environment,
                                    RunningInvocation& invocation, const Event& event, const InvokeOptions& options);
  void RunWith(const Payload& payload, std::string_view arn, const FunctionConfig& config,
               InlineEnvironment& environment, RunningInvocation& invocation, const Event& event,
               const InvokeOptions& options);
  static void SayEnd(InlineEnvironment& environment, RunningInvocation& invocation, const FunctionConfig& config);

  PlatformLogs platform_logs_;
  DeadlineWatch watch_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_DISPATCHER_H_
