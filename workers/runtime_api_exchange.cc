#include "workers/runtime_api_exchange.h"

#include <unistd.h>

#include <utility>

#include "workers/host_forked.h"

namespace tandem::workers {

using Kind = RuntimeApiResult::Kind;

// --- the host's side

template <typename Condition>
bool RuntimeApiExchange::WaitUntil(std::unique_lock<std::mutex>& lock, Clock::time_point deadline,
                                   const Condition& condition) {
  if (!waiter_) {
    if (deadline != Clock::time_point::max()) return changed_.wait_until(lock, deadline, condition);
    changed_.wait(lock, condition);
    return true;
  }
  for (;;) {
    std::uint64_t ignored = 0;  // taken before the condition is looked at: what changes later ends the wait
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): an event that is not there does not block
    static_cast<void>(read(event_.get(), &ignored, sizeof ignored) < 0);
    if (condition()) return true;
    if (Clock::now() >= deadline) return false;
    lock.unlock();
    waiter_(event_.get(), deadline);
    lock.lock();
  }
}

void RuntimeApiExchange::WaitBy(FileDescriptor changed, RuntimeApi::Waiter waiter) {
  event_ = std::move(changed);
  waiter_ = std::move(waiter);
}

void RuntimeApiExchange::Notify() {
  changed_.notify_all();
  constexpr std::uint64_t kOne = 1;
  if (event_) static_cast<void>(write(event_.get(), &kOne, sizeof kOne) < 0);
}

RuntimeApiResult RuntimeApiExchange::WaitReady(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  WaitUntil(lock, deadline, [&] { return init_error_ || abandoned_ || state_ == State::kReady; });
  if (init_error_) return {Kind::kInitError, *init_error_};
  if (abandoned_) return {Kind::kAbandoned, {}};
  return {state_ == State::kReady ? Kind::kReady : Kind::kTimedOut, {}};
}

RuntimeApiResult RuntimeApiExchange::Invoke(const RuntimeApiInvocation& invocation, Clock::time_point deadline) {
  auto event = std::make_shared<const ApiEvent>(ApiEvent{EventHead(invocation), invocation.payload});
  std::unique_lock lock(mutex_);
  if (call_) {
    return {Kind::kAnswered,
            Outcome::Fault(Status(Code::kInternal, "runtime API: another invocation is still under way"))};
  }
  if (init_error_) return {Kind::kInitError, *init_error_};
  if (abandoned_) return {Kind::kAbandoned, {}};
  call_.emplace();
  call_->number = ++last_number_;
  call_->event = std::move(event);
  if (invocation.chunk_receiver) call_->receiver = &invocation.chunk_receiver;
  request_id_ = invocation.request_id;
  try {
    Wake(lock);
    RuntimeApiResult result = WaitForAnswer(lock, deadline);
    EndCall();
    Wake(lock);
    return result;
  } catch (const HostForked&) {
    throw;
  } catch (...) {  // a receiver's own, or std::bad_alloc
    if (!lock.owns_lock()) lock.lock();
    if (call_) EndCall();
    throw;
  }
}

void RuntimeApiExchange::Wake(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  wake_();
  lock.lock();
}

RuntimeApiResult RuntimeApiExchange::WaitForAnswer(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
  for (;;) {
    WaitUntil(lock, deadline, [&] { return !call_->chunks.empty() || call_->outcome || init_error_ || abandoned_; });
    if (!call_->outcome && Clock::now() >= deadline) return {Kind::kTimedOut, {}};
    if (!call_->chunks.empty()) {
      DeliverChunk(lock);
      continue;
    }
    if (call_->outcome) return {Kind::kAnswered, std::move(*call_->outcome)};
    if (init_error_) return {Kind::kInitError, *init_error_};
    if (abandoned_) return {Kind::kAbandoned, {}};
  }
}

void RuntimeApiExchange::DeliverChunk(std::unique_lock<std::mutex>& lock) {
  const std::string chunk = std::move(call_->chunks.front());
  call_->chunks.pop_front();
  call_->queued -= chunk.size();
  const ChunkReceiver& receiver = *call_->receiver;
  Wake(lock);
  lock.unlock();
  const bool wants_more = receiver(chunk);
  lock.lock();
  if (wants_more) return;
  call_->receiver = nullptr;
  call_->chunks.clear();
  call_->queued = 0;
}

// An invocation that is not answered is withdrawn: nothing that comes later is its answer.
void RuntimeApiExchange::EndCall() {
  if (!call_->outcome) {
    request_id_.clear();
    if (state_ == State::kRunning || state_ == State::kResponse || state_ == State::kErrorResponse) {
      state_ = State::kResponseSent;
    }
  }
  call_.reset();
}

void RuntimeApiExchange::Abandon() {
  {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
  }
  Notify();
}

// --- the runtime's side

std::string_view RuntimeApiExchange::NameOf(State state) {
  switch (state) {
    case State::kStarted:
      return "Started";
    case State::kInitError:
      return "InitError";
    case State::kReady:
      return "Ready";
    case State::kRunning:
      return "Running";
    case State::kResponse:
      return "InvocationResponse";
    case State::kErrorResponse:
      return "InvocationErrorResponse";
    case State::kResponseSent:
      break;
  }
  return "RuntimeResponseSentState";
}

std::optional<ApiReply> RuntimeApiExchange::RefusalTo(State to) const {
  return TransitionReply(NameOf(state_), NameOf(to));
}

RuntimeApiExchange::Next RuntimeApiExchange::AskNext() {
  const std::scoped_lock lock(mutex_);
  switch (state_) {
    case State::kStarted:
    case State::kResponseSent:
      state_ = State::kReady;
      if (!call_ || call_->outcome) request_id_.clear();
      Notify();
      return {{}, TakeEventLocked()};
    case State::kReady:
      return {{}, TakeEventLocked()};
    case State::kRunning:
      return {{}, call_->event};
    default:
      return {RefusalTo(State::kReady), {}};
  }
}

std::shared_ptr<const ApiEvent> RuntimeApiExchange::TakeEvent() {
  const std::scoped_lock lock(mutex_);
  return TakeEventLocked();
}

std::shared_ptr<const ApiEvent> RuntimeApiExchange::TakeEventLocked() {
  if (state_ != State::kReady || !call_ || call_->outcome) return {};
  state_ = State::kRunning;
  return call_->event;
}

std::optional<ApiReply> RuntimeApiExchange::BeginInitError() {
  const std::scoped_lock lock(mutex_);
  if (state_ != State::kStarted) return RefusalTo(State::kInitError);
  state_ = State::kInitError;
  return {};
}

void RuntimeApiExchange::EndInitError(Outcome outcome) {
  {
    const std::scoped_lock lock(mutex_);
    init_error_ = std::move(outcome);
  }
  Notify();
}

RuntimeApiExchange::Post RuntimeApiExchange::BeginPost(std::string_view request_id, Report report) {
  const State to = report == Report::kResponse ? State::kResponse : State::kErrorResponse;
  const std::scoped_lock lock(mutex_);
  if (request_id.empty() || request_id != request_id_) return {RequestIdReply(), 0, false};
  if (state_ != State::kRunning) return {RefusalTo(to), 0, false};
  state_ = to;
  return {{}, call_->number, call_->receiver != nullptr};
}

void RuntimeApiExchange::AddChunk(std::uint64_t number, std::string chunk) {
  {
    const std::scoped_lock lock(mutex_);
    if (!call_ || call_->number != number || call_->receiver == nullptr || chunk.empty()) return;
    call_->queued += chunk.size();
    call_->chunks.push_back(std::move(chunk));
  }
  Notify();
}

bool RuntimeApiExchange::HasRoom() {
  const std::scoped_lock lock(mutex_);
  return !call_ || call_->queued < kMostQueued;
}

bool RuntimeApiExchange::EndPost(std::uint64_t number, Outcome outcome) {
  {
    const std::scoped_lock lock(mutex_);
    if (!call_ || call_->number != number) return false;
    state_ = State::kResponseSent;
    call_->event.reset();
    call_->outcome = std::move(outcome);
  }
  Notify();
  return true;
}

}  // namespace tandem::workers
