#include "dispatcher.h"

#include <sys/resource.h>

#include <chrono>
#include <string>
#include <utility>

#include "abi_text.h"
#include "tandem/platform_lines.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

InvokeResult Dispatcher::Dispatch(FunctionImpl& function, const Event& event, const InvokeOptions& options) {
  const FunctionImpl::Use use(function);
  InvokeResult result;
  result.request_id = options.request_id.empty() ? RequestId::Random() : options.request_id;
  auto made = function.Environment();
  if (!made) {
    result.outcome = Outcome::Fault(made.status());
    return result;
  }
  InlineEnvironment& environment = **made;
  const FunctionConfig& config = function.config();
  RunningInvocation invocation(result.request_id.view(), config.timeout, &options.chunk_receiver, options.log_type);

  const bool entered = environment.Enter(invocation);
  if (options.type == InvocationType::kDryRun) {
    if (entered) {
      environment.Leave(invocation);
    } else {
      result.outcome = std::move(invocation.sink.outcome());
    }
    return result;
  }
  if (platform_logs_ == PlatformLogs::kOn) {
    environment.LogPlatform(invocation, StartLine(result.request_id.view(), config.version));
  }
  if (entered) Run(function, environment, invocation, event, options, result);
  result.report.init_duration = invocation.init_duration;
  if (platform_logs_ == PlatformLogs::kOn) SayEnd(environment, invocation, config, result);
  if (entered) environment.Leave(invocation);
  result.outcome = std::move(invocation.sink.outcome());
  result.log_tail = std::move(invocation.tail);
  return result;
}

void Dispatcher::Run(FunctionImpl& function, InlineEnvironment& environment, RunningInvocation& invocation,
                     const Event& event, const InvokeOptions& options, InvokeResult& result) {
  const FunctionConfig& config = function.config();
  const bool limited = config.timeout.count() > 0;
  if (limited) watch_.Notice();
  Payload copied;
  if (!event.payload.padded()) copied = event.payload.Padded();
  const Payload& payload = event.payload.padded() ? event.payload : copied;
  std::string qualified_arn;
  if (!options.qualifier.empty()) qualified_arn = config.arn + ":" + options.qualifier;
  const tandem_invocation call = {
      .struct_size = sizeof(tandem_invocation),
      .payload = payload.abi(),
      .content_type = AbiString(event.content_type.empty() ? std::string_view("application/json")
                                                           : std::string_view(event.content_type)),
      .request_id = AbiString(result.request_id.view()),
      .invoked_function_arn = AbiString(qualified_arn.empty() ? config.arn : qualified_arn),
      .client_context = AbiOptional(options.client_context),
      .cognito_identity = AbiOptional(options.cognito_identity),
      .trace_id = AbiOptional(options.trace_id),
      .tenant_id = AbiOptional(options.tenant_id),
      .deadline_ms = invocation.deadline_ms,
      .streaming = options.chunk_receiver ? 1 : 0,
  };
  const auto begin = Clock::now();
  environment.Run(invocation, call);
  result.report.duration = Clock::now() - begin;
  // The deadline that the handler was told counts, which is a coarse clock's tick early at most; the duration is for a
  // wall clock that was set back meanwhile.
  constexpr std::chrono::milliseconds kTick{10};
  const bool near_end = limited && result.report.duration > config.timeout - kTick;
  if (near_end && (invocation.sink.RemainingMs() == 0 || result.report.duration > config.timeout)) {
    result.report.timed_out = true;
    result.report.duration = config.timeout;
    invocation.sink.outcome() = TimeoutOutcome(result.request_id.view(), config.timeout);
  }
}

void Dispatcher::SayEnd(InlineEnvironment& environment, RunningInvocation& invocation, const FunctionConfig& config,
                        InvokeResult& result) const {
  const std::string_view id = result.request_id.view();
  const Outcome& outcome = invocation.sink.outcome();
  result.report.max_memory_used_bytes = PeakMemoryBytes();
  if (result.report.timed_out) environment.LogPlatform(invocation, TimeoutLines(id, config.timeout));
  if (outcome.kind() == Outcome::Kind::kFunctionError && outcome.disposition() == Disposition::kExited) {
    environment.LogPlatform(invocation, ExitLines(outcome.error()));
  }
  environment.LogPlatform(invocation, EndLine(id));
  environment.LogPlatform(invocation, ReportLine(id, result.report, config.memory_size_mb));
}

Outcome Dispatcher::Prepare(FunctionImpl& function) {
  InvokeOptions options;
  options.type = InvocationType::kDryRun;
  return Dispatch(function, Event(), options).outcome;
}

}  // namespace tandem
