#include "inline_environment.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "abi_text.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t PlacesOf(const FunctionConfig& config, const LoadedLoader& loader) {
  const bool concurrent = (loader.table->flags & TANDEM_LOADER_CONCURRENT) != 0;
  return concurrent ? static_cast<std::size_t>(std::max(1, config.max_concurrency)) : 1;
}

// Makes sure that a call's sink has a result, whatever the loader did.
void RequireResult(tandem_sink& sink, const LoadedLoader& loader, std::string_view call, std::string_view what,
                   std::string_view detail = {}) noexcept {
  sink.Fault(TANDEM_FAULT_INTERNAL, {"loader ", loader.table->name, ": ", call, " ", what, detail});
}

constexpr std::string_view kWaitsForItself =
    "the function is invoked by itself on the thread that runs it, where it would wait for its own end; "
    "invoke it on another thread, or give it a concurrency above 1 where its language allows that";

}  // namespace

bool RunningInvocation::IsOver() const {
  constexpr std::int64_t kTickMs = 10;
  const std::int64_t limit = timeout.count();
  const std::int64_t elapsed = CoarseSteadyClockMs() - began_ms;
  if (elapsed < limit - kTickMs) return false;
  return sink.RemainingMs() == 0 || elapsed > limit + kTickMs;
}

InlineEnvironment::InlineEnvironment(const EnvironmentConfig& config, const LoadedLoader& loader, LogSink* log_sink)
    : config_(config), loader_(loader), log_sink_(log_sink), places_(PlacesOf(*config.function, loader)) {}

InlineEnvironment::~InlineEnvironment() {
  End();
}

void InlineEnvironment::End() {
  std::unique_lock lock(mutex_);
  if (state_ == State::kReady) Retire(lock);
  while (state_ == State::kRetiring || state_ == State::kBusy) state_changed_.wait(lock);
}

bool InlineEnvironment::TryEnter(RunningInvocation& invocation) {
  if (invocation.timeout.count() > 0) {
    invocation.began_ms = CoarseSteadyClockMs();
    invocation.deadline_ms = CoarseWallClockMs(invocation.began_ms) + invocation.timeout.count();
    invocation.sink.set_deadline(invocation.deadline_ms);
  }
  return places_.TryEnter(&invocation, invocation.place);
}

bool InlineEnvironment::Enter(RunningInvocation& invocation) {
  std::unique_lock lock(mutex_);
  for (;;) {
    switch (state_) {
      case State::kReady:
        if (EnterUnderLock(lock, invocation)) return true;
        if (invocation.sink.answered()) return false;
        break;
      case State::kClosed:
        Open(lock, invocation);
        if (state_ == State::kClosed || state_ == State::kBad) return false;
        break;
      case State::kBad:
        invocation.result.outcome = bad_;
        return false;
      case State::kBusy:
      case State::kRetiring:
        if (IsHeldUpByItself(invocation)) {
          invocation.sink.Fault(TANDEM_FAULT_INTERNAL, {kWaitsForItself});
          return false;
        }
        state_changed_.wait(lock);
        break;
    }
  }
}

bool InlineEnvironment::IsHeldUpByItself(const RunningInvocation& invocation) {
  if (state_ == State::kBusy) return opening_ != nullptr && pthread_equal(opening_->thread, invocation.thread) != 0;
  bool own_only = false;
  for (std::size_t at = 0; at < places_.size(); ++at) {
    const RunningInvocation* running = places_.Look(at);
    if (running == nullptr && state_ == State::kReady) return false;  // there is a place
    if (running == nullptr) continue;
    if (pthread_equal(running->thread, invocation.thread) == 0) return false;
    own_only = true;
  }
  return own_only;
}

bool InlineEnvironment::EnterUnderLock(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation) {
  ++waiting_;
  bool entered = TryEnter(invocation);
  while (!entered && state_ == State::kReady) {
    if (IsHeldUpByItself(invocation)) {
      invocation.sink.Fault(TANDEM_FAULT_INTERNAL, {kWaitsForItself});
      break;
    }
    bool all_taken = true;
    for (std::size_t at = 0; at < places_.size(); ++at) {
      if (places_.Look(at) == nullptr) all_taken = false;
    }
    if (all_taken) place_free_.wait(lock);
    entered = state_ == State::kReady && TryEnter(invocation);
  }
  --waiting_;
  if (entered && waiting_ > 0) places_.Look(invocation.place);  // whoever still waits hears when this one leaves
  return entered;
}

void InlineEnvironment::SetState(State state) {
  state_ = state;
  state_changed_.notify_all();
  place_free_.notify_all();
}

void InlineEnvironment::Open(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation) {
  const FunctionConfig& function = *config_.function;
  std::vector<tandem_string> layers;
  layers.reserve(function.layers.size());
  for (const std::string& layer : function.layers) layers.push_back(AbiString(layer));
  SetState(State::kBusy);  // from here on nothing throws
  opening_ = &invocation;
  lock.unlock();

  const tandem_function_config config = {
      .struct_size = sizeof(tandem_function_config),
      .function = this,
      .handler = AbiString(function.handler),
      .runtime = AbiString(config_.runtime_identifier),
      .code_root = AbiString(config_.code_root),
      .name = AbiString(function.name),
      .version = AbiString(function.version),
      .log_group_name = AbiString(config_.log_group_name),
      .log_stream_name = AbiString(config_.log_stream_name),
      .log_format = AbiOptional(function.log_format),
      .log_level = AbiOptional(function.log_level),
      .layers = layers.data(),
      .layers_size = layers.size(),
      .memory_limit_mb = function.memory_size_mb,
      .max_concurrency = static_cast<std::int32_t>(places_.size()),
  };
  Outcome failure;
  tandem_sink sink(invocation.sink.request_id(), kNoDeadline, nullptr, failure);
  tandem_handler* handler = nullptr;
  const auto begin = Clock::now();
  try {
    loader_.table->open(loader_.instance, &config, &sink, &handler);
  } catch (const std::exception& error) {
    RequireResult(sink, loader_, "open", "let an exception out: ", error.what());
  } catch (...) {
    RequireResult(sink, loader_, "open", "let an exception out");
  }
  invocation.result.report.init_duration = Clock::now() - begin;
  if (handler == nullptr) RequireResult(sink, loader_, "open", "gave neither a handler nor a reason");

  lock.lock();
  opening_ = nullptr;
  handler_ = handler;
  if (handler != nullptr) {
    SetState(State::kReady);
    places_.Open();
    return;
  }
  const bool final = failure.disposition() == Disposition::kSticky;
  if (final) bad_ = failure;
  invocation.result.outcome = std::move(failure);
  SetState(final ? State::kBad : State::kClosed);
}

void InlineEnvironment::Retire(std::unique_lock<std::mutex>& lock) {
  SetState(State::kRetiring);
  if (places_.Shut()) CloseHandler(lock);
}

void InlineEnvironment::CloseHandler(std::unique_lock<std::mutex>& lock) {
  SetState(State::kBusy);  // keeps others out while the loader works without the lock
  while (cancels_ != 0) state_changed_.wait(lock);
  tandem_handler* handler = std::exchange(handler_, nullptr);
  lock.unlock();
  try {
    loader_.table->close(handler);
  } catch (...) {  // NOLINT(bugprone-empty-catch): close has no way to fail; the handler is gone either way
  }
  lock.lock();
  SetState(State::kClosed);
}

void InlineEnvironment::Run(RunningInvocation& invocation, const tandem_invocation& call) {
  try {
    loader_.table->invoke(handler_, &call, &invocation.sink);
  } catch (const std::exception& error) {
    RequireResult(invocation.sink, loader_, "invoke", "let an exception out: ", error.what());
  } catch (...) {
    RequireResult(invocation.sink, loader_, "invoke", "let an exception out");
  }
  if (!invocation.sink.answered()) [[unlikely]]
    RequireResult(invocation.sink, loader_, "invoke", "returned without a result");
}

void InlineEnvironment::Leave(RunningInvocation& invocation) {
  const bool keeps = invocation.result.outcome.disposition() == Disposition::kKeep;
  if (!keeps || !places_.TryLeave(&invocation, invocation.place)) LeaveMarked(invocation);
}

void InlineEnvironment::LeaveMarked(RunningInvocation& invocation) {
  std::unique_lock lock(mutex_);
  if (invocation.result.outcome.disposition() != Disposition::kKeep && state_ == State::kReady) {
    SetState(State::kRetiring);
  }
  if (state_ == State::kReady) {
    places_.Leave(invocation.place, Places::Next::kFree);
    if (waiting_ > 0) place_free_.notify_one();
    return;
  }
  places_.Leave(invocation.place, Places::Next::kShut);
  if (places_.Shut()) CloseHandler(lock);
}

RunningInvocation* InlineEnvironment::FindRunning(std::string_view request_id) {
  for (std::size_t at = 0; at < places_.size(); ++at) {
    RunningInvocation* invocation = places_.Look(at);
    if (invocation != nullptr && invocation->sink.request_id() == request_id) return invocation;
  }
  return nullptr;
}

// The loader's `cancel` may wait for a lock that a handler holds while it logs here, so our own lock is not held
// meanwhile; the handler stays open because CloseHandler waits for `cancels_`.
void InlineEnvironment::AskToYield(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation) {
  invocation.sink.Cancel();
  const auto cancel = loader_.cancel();
  if (cancel == nullptr) return;
  const RequestId id(invocation.sink.request_id());
  tandem_handler* handler = handler_;
  ++cancels_;
  lock.unlock();
  try {
    cancel(handler, AbiString(id.view()));
  } catch (...) {  // NOLINT(bugprone-empty-catch): to ask is all that can be done; the deadline's judgement stands
  }
  lock.lock();
  --cancels_;
  state_changed_.notify_all();
}

void InlineEnvironment::Cancel(std::string_view request_id) {
  std::unique_lock lock(mutex_);
  if (RunningInvocation* invocation = FindRunning(request_id); invocation != nullptr) AskToYield(lock, *invocation);
}

bool InlineEnvironment::CancelOverdue() {
  std::unique_lock lock(mutex_);
  bool busy = false;
  for (std::size_t at = 0; at < places_.size(); ++at) {
    RunningInvocation* invocation = places_.Look(at);
    if (invocation == nullptr || invocation->deadline_ms == kNoDeadline || invocation->yield_asked) continue;
    busy = true;
    if (!invocation->IsOver()) continue;
    invocation->yield_asked = true;
    AskToYield(lock, *invocation);
  }
  return busy;
}

void InlineEnvironment::AppendToTail(RunningInvocation& invocation, std::string_view text,
                                     void (*append)(std::string&, std::string_view)) noexcept {
  if (invocation.log_type != LogType::kTail) return;
  try {
    append(invocation.result.log_tail, text);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): what does not fit is missing; the log has it
  }
}

void InlineEnvironment::Log(const LogRecord& record) noexcept {
  LogRecord named = record;
  named.function_name = config_.function->name;
  named.log_stream_name = config_.log_stream_name;
  if (record.origin == LogOrigin::kHint) return LogHint(named);
  if (!record.request_id.empty() && !IsForked()) {
    const std::scoped_lock lock(mutex_);
    RunningInvocation* invocation = FindRunning(record.request_id);
    if (invocation != nullptr) AppendToTail(*invocation, record.text, AppendLogTail);
  }
  if (log_sink_ != nullptr) log_sink_->Write(named);
}

void InlineEnvironment::LogHint(LogRecord record) noexcept {
  if (log_sink_ == nullptr || IsForked()) return;
  try {
    std::string line;
    {
      const std::scoped_lock lock(mutex_);
      line = hints_.Take(record.text);
    }
    if (line.empty()) return;
    record.text = line;
    log_sink_->Write(record);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the failure itself is told, which is what counts
  }
}

void InlineEnvironment::LogPlatform(RunningInvocation& invocation, std::string_view text) {
  if (!IsForked()) {
    const std::scoped_lock lock(mutex_);
    AppendToTail(invocation, text, AppendLogTailLine);
  }
  if (log_sink_ == nullptr) return;
  using std::chrono::duration_cast;
  LogRecord record;
  record.origin = LogOrigin::kPlatform;
  record.time_us =
      duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  record.function_name = config_.function->name;
  record.log_stream_name = config_.log_stream_name;
  record.request_id = invocation.sink.request_id();
  record.text = text;
  log_sink_->Write(record);
}

}  // namespace tandem
