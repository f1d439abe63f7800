#include "dispatcher.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "abi_text.h"
#include "tandem/platform_lines.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

// Gives an invocation's place back, whatever happens to it.
class LeaveAtEnd {
 public:
  LeaveAtEnd(InlineEnvironment& environment, RunningInvocation& invocation)
      : environment_(environment), invocation_(invocation) {}
  ~LeaveAtEnd() { environment_.Leave(invocation_); }
  LeaveAtEnd(const LeaveAtEnd&) = delete;
  LeaveAtEnd& operator=(const LeaveAtEnd&) = delete;

 private:
  InlineEnvironment& environment_;
  RunningInvocation& invocation_;
};

// What becomes of an invocation in whose course the exception that is being handled was thrown.
Outcome OutcomeOfException(const FunctionImpl& function) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Outcome::OutOfMemory();
  } catch (const std::exception& error) {
    return Outcome::Fault(Status(Code::kInternal, "invoking '" + function.config().name + "': " + error.what()));
  }
}

// One in a worker, whose function cannot be removed meanwhile.
class BegunInWorker final : public BegunInvocation {
 public:
  explicit BegunInWorker(FunctionImpl& function) : function_(function), use_(function) {}

  bool TryBegin(const Event& event, const InvokeOptions& options) {
    begun_ = function_.TryBeginInWorker(event, options);
    return begun_ != nullptr;
  }

  std::uint64_t environment() const override { return begun_->environment(); }
  std::array<int, 3> descriptors() const override { return begun_->descriptors(); }
  Clock::time_point due() const override { return begun_->due(); }

  Progress Look() override {
    if (failure_) return Progress::kEnded;
    try {
      return begun_->Look();
    } catch (const std::exception&) {
      failure_ = OutcomeOfException(function_);
      return Progress::kEnded;
    }
  }

  InvokeResult Finish() override {
    InvokeResult result;
    try {
      if (!failure_) return begun_->Finish();
      result.outcome = std::move(*failure_);
    } catch (const std::exception&) {
      result.outcome = OutcomeOfException(function_);
    }
    begun_.reset();
    return result;
  }

 private:
  FunctionImpl& function_;
  const FunctionImpl::Use use_;
  std::unique_ptr<BegunInvocation> begun_;
  std::optional<Outcome> failure_;
};

}  // namespace

InvokeResult Dispatcher::Dispatch(FunctionImpl& function, const Event& event, const InvokeOptions& options) {
  InvokeResult result;
  try {
    DispatchInto(result, function, event, options);
  } catch (const std::exception&) {
    result.outcome = OutcomeOfException(function);
  }
  return result;
}

// Whatever fails here fails again where it is invoked, and is told then.
std::unique_ptr<BegunInvocation> Dispatcher::TryBegin(FunctionImpl& function, const Event& event,
                                                      const InvokeOptions& options) {
  const bool may_begin = function.has_workers() && options.type != InvocationType::kDryRun && !options.chunk_receiver;
  if (!may_begin || !function.CheckProcess().ok()) return nullptr;
  auto begun = std::make_unique<BegunInWorker>(function);
  return begun->TryBegin(event, options) ? std::move(begun) : nullptr;
}

void Dispatcher::DispatchInto(InvokeResult& result, FunctionImpl& function, const Event& event,
                              const InvokeOptions& options) {
  if (options.request_id.empty()) [[likely]] {
    result.request_id.Renew();
  } else {
    result.request_id = options.request_id;
  }
  RunningInvocation invocation(result, function.config().timeout, options);
  InlineEnvironment* environment = function.MadeEnvironment();
  if (environment != nullptr && environment->TryEnter(invocation)) [[likely]] {
    Serve(function, *environment, invocation, event, options);
    return;
  }
  if (Status status = function.CheckProcess(); !status.ok()) {  // before any lock, which may be held for ever there
    result.outcome = Outcome::Fault(std::move(status));
    return;
  }
  const FunctionImpl::Use use(function);
  if (function.has_workers()) {
    function.InvokeInWorker(result, event, options);
    return;
  }
  auto made = function.Environment();
  if (!made) {
    result.outcome = Outcome::Fault(made.status());
    return;
  }
  environment = *made;
  if (environment->Enter(invocation)) {
    Serve(function, *environment, invocation, event, options);
  } else if (Speaks(options)) {
    result.report.max_memory_used_bytes = ProcessPeakMemoryBytes();
    result.report.process_id = getpid();
    environment->LogPlatform(invocation, StartLine(result.request_id.view(), function.config().version));
    SayEnd(*environment, invocation, function.config());
  }
}

bool Dispatcher::Speaks(const InvokeOptions& options) const {
  return platform_logs_ == PlatformLogs::kOn && options.type != InvocationType::kDryRun;
}

bool Dispatcher::Measures(const InvokeOptions& options) const {
  return platform_logs_ == PlatformLogs::kOn || options.measure == Measure::kAlways;
}

void Dispatcher::Serve(const FunctionImpl& function, InlineEnvironment& environment, RunningInvocation& invocation,
                       const Event& event, const InvokeOptions& options) {
  const LeaveAtEnd leave(environment, invocation);
  const FunctionConfig& config = function.config();
  const bool speaks = Speaks(options);
  if (speaks) [[unlikely]]
    environment.LogPlatform(invocation, StartLine(invocation.result.request_id.view(), config.version));
  if (options.type != InvocationType::kDryRun) Run(config, environment, invocation, event, options);
  if (speaks) [[unlikely]]
    SayEnd(environment, invocation, config);
}

void Dispatcher::Run(const FunctionConfig& config, InlineEnvironment& environment, RunningInvocation& invocation,
                     const Event& event, const InvokeOptions& options) {
  if (event.payload.padded() && options.qualifier.empty()) [[likely]] {
    RunWith(event.payload, config.arn, config, environment, invocation, event, options);
  } else {
    RunAdapted(config, environment, invocation, event, options);
  }
}

void Dispatcher::RunAdapted(const FunctionConfig& config, InlineEnvironment& environment, RunningInvocation& invocation,
                            const Event& event, const InvokeOptions& options) {
  const std::string arn = options.qualifier.empty() ? config.arn : config.arn + ":" + options.qualifier;
  RunWith(event.payload.Padded(), arn, config, environment, invocation, event, options);
}

void Dispatcher::RunWith(const Payload& payload, std::string_view arn, const FunctionConfig& config,
                         InlineEnvironment& environment, RunningInvocation& invocation, const Event& event,
                         const InvokeOptions& options) {
  InvokeResult& result = invocation.result;
  const bool limited = config.timeout.count() > 0;
  if (limited) watch_.Notice();
  const tandem_invocation call = {
      .struct_size = sizeof(tandem_invocation),
      .payload = payload.abi(),
      .content_type = AbiString(event.content_type.empty() ? std::string_view("application/json")
                                                           : std::string_view(event.content_type)),
      .request_id = AbiString(result.request_id.view()),
      .invoked_function_arn = AbiString(arn),
      .client_context = AbiOptional(options.client_context),
      .cognito_identity = AbiOptional(options.cognito_identity),
      .trace_id = AbiOptional(options.trace_id),
      .tenant_id = AbiOptional(options.tenant_id),
      .deadline_ms = invocation.deadline_ms,
      .streaming = options.chunk_receiver ? 1 : 0,
  };
  const bool measured = Measures(options);
  const auto begin = measured ? Clock::now() : Clock::time_point();
  environment.Run(invocation, call);
  if (measured) {
    result.report.duration = Clock::now() - begin;
    result.report.max_memory_used_bytes = ProcessPeakMemoryBytes();
    result.report.process_id = getpid();
  }
  if (limited && invocation.IsOver()) [[unlikely]] {
    result.report.timed_out = true;
    result.report.duration = config.timeout;
    result.outcome = TimeoutOutcome(result.request_id.view(), config.timeout);
  }
}

void Dispatcher::SayEnd(InlineEnvironment& environment, RunningInvocation& invocation, const FunctionConfig& config) {
  const InvokeResult& result = invocation.result;
  const std::string_view id = result.request_id.view();
  const Outcome& outcome = result.outcome;
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
