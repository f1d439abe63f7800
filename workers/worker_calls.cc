#include "workers/worker_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tandem::workers {
namespace {

Status NotAsked() {
  return {Code::kInvalidArgument, "it answered what was not asked"};
}

bool AllAreLogged(const std::list<WorkerMessage>& said) {
  return std::all_of(said.begin(), said.end(), [](const WorkerMessage& message) { return message.is_logged(); });
}

}  // namespace

std::size_t WorkerMessage::size() const {
  const v1::Outcome& outcome = message.has_opened() ? message.opened().failure() : message.done().outcome();
  const auto frames = static_cast<std::size_t>(outcome.function_error().stack_trace_size());
  return sizeof *this + payload.size() + output.size() + message.ByteSizeLong() + frames * sizeof(std::string);
}

std::uint64_t WorkerCalls::NewNumber() {
  const std::scoped_lock lock(mutex_);
  return ++last_number_;
}

void WorkerCalls::Abandon(std::uint64_t number) {
  const std::scoped_lock lock(mutex_);
  abandoned_.push_back(number);
}

std::optional<bool> WorkerCalls::Begin(WorkerCall& call) {
  const std::scoped_lock lock(mutex_);
  const auto free =
      std::find_if(places_.begin(), places_.end(), [](const Place& each) { return !each.call && !each.given_up; });
  if (free == places_.end()) return {};
  call.place = static_cast<std::uint32_t>(free - places_.begin());
  if (call.number == 0) call.number = ++last_number_;
  *free = {&call, call.number, false};
  return ++calls_ == 1;
}

bool WorkerCalls::End(WorkerCall& call, Answer how) {
  const std::scoped_lock lock(mutex_);
  Place& place = places_[call.place];
  place.call = nullptr;
  if (how == Answer::kTooLate) {
    place.given_up = true;
    ++given_up_;
  }
  HandOver(call);
  return --calls_ == 0;
}

void WorkerCalls::HandOver(const WorkerCall& by) {
  if (has_reader_) return;
  for (const Place& place : places_) {
    if (place.call == nullptr || place.call == &by || !place.call->waits) continue;
    place.call->changed.notify_one();
    return;
  }
}

std::optional<Answer> WorkerCalls::WaitOrRead(WorkerCall& call, Clock::time_point deadline, WorkerMessage& to) {
  std::unique_lock lock(mutex_);
  std::optional<Answer> how;
  for (;;) {
    const bool late = deadline != Clock::time_point::max() && Clock::now() >= deadline;
    // One that is late has no time for what it may log for ever.
    if (!call.said.empty() && !(late && AllAreLogged(call.said))) {
      to = std::move(call.said.front());
      call.said.pop_front();
      call.waiting_bytes -= to.size();
      how = Answer::kGiven;
      break;
    }
    if (call.said.empty()) how = over_;
    if (how) break;
    if (late) {
      how = Answer::kTooLate;
      break;
    }
    if (!has_reader_) {
      has_reader_ = true;
      return std::nullopt;
    }
    call.waits = true;
    if (deadline == Clock::time_point::max()) {
      call.changed.wait(lock);
    } else {
      call.changed.wait_until(lock, deadline);
    }
    call.waits = false;
  }
  HandOver(call);
  const bool is_end = how == Answer::kGiven ? !to.is_logged() && !to.message.has_chunk() : how != Answer::kTooLate;
  if (is_end) WaitForLog(lock);
  return how;
}

void WorkerCalls::WaitForLog(std::unique_lock<std::mutex>& lock) {
  if (unlogged_ == 0 || !waits_for_log_) return;
  const std::uint64_t before = times_logged_;
  waits_for_log_ = logged_.wait_for(lock, kPatienceWithLog, [&] {
    return times_logged_ != before || !waits_for_log_;
  }) && waits_for_log_;
  if (!waits_for_log_) logged_.notify_all();
}

void WorkerCalls::Logged() {
  const std::scoped_lock lock(mutex_);
  if (--unlogged_ > 0) return;
  ++times_logged_;
  waits_for_log_ = true;
  logged_.notify_all();
}

void WorkerCalls::EndRead() {
  const std::scoped_lock lock(mutex_);
  has_reader_ = false;
  if (over_) quiet_.notify_all();
}

void WorkerCalls::Add(WorkerCall& call, WorkerMessage message) {
  if (message.whose == WorkerMessage::Whose::kAnybodys) ++unlogged_;
  call.waiting_bytes += message.size();
  call.said.push_back(std::move(message));
  call.changed.notify_one();
}

void WorkerCalls::AddOutput(WorkerCall& call, std::string output) {
  if (output.empty()) return;
  WorkerMessage written;
  written.kind = WorkerMessage::Kind::kOutput;
  written.whose = Running() > 1 ? WorkerMessage::Whose::kAnybodys : WorkerMessage::Whose::kOwn;
  written.output = std::move(output);
  Add(call, std::move(written));
}

Status WorkerCalls::Deliver(std::uint32_t place, std::uint64_t number, WorkerMessage message, std::string output,
                            WorkerCall& reader) {
  const std::scoped_lock lock(mutex_);
  const bool asked = place < places_.size() && places_[place].number == number;
  WorkerCall* const call = asked ? places_[place].call : nullptr;
  AddOutput(call == nullptr ? reader : *call, std::move(output));
  if (!asked) {
    const bool is_abandoned = std::find(abandoned_.begin(), abandoned_.end(), number) != abandoned_.end();
    if (is_abandoned && message.is_done()) std::erase(abandoned_, number);
    return is_abandoned ? Status() : NotAsked();
  }
  Place& at = places_[place];
  if (call != nullptr) {
    Add(*call, std::move(message));
    return {};
  }
  if (!at.given_up) return NotAsked();
  if (message.is_done()) {
    at.given_up = false;
    --given_up_;
  }
  return {};
}

void WorkerCalls::Record(v1::FromWorker message, WorkerCall& reader) {
  const std::scoped_lock lock(mutex_);
  WorkerCall* const own = Find(message.log().request_id());
  WorkerMessage record;
  record.kind = WorkerMessage::Kind::kRecord;
  record.whose = own == nullptr && Running() > 1 ? WorkerMessage::Whose::kAnybodys : WorkerMessage::Whose::kOwn;
  record.message = std::move(message);
  Add(own == nullptr ? reader : *own, std::move(record));
}

void WorkerCalls::Output(std::string output, WorkerCall& reader) {
  const std::scoped_lock lock(mutex_);
  AddOutput(reader, std::move(output));
}

WorkerCall* WorkerCalls::Find(std::string_view request_id) const {
  for (const Place& place : places_) {
    if (place.call != nullptr && place.call->log.request_id() == request_id) return place.call;
  }
  return nullptr;
}

bool WorkerCalls::AnyIsBehind() const {
  const std::scoped_lock lock(mutex_);
  return std::any_of(places_.begin(), places_.end(), [](const Place& place) {
    return place.call != nullptr && place.call->waiting_bytes > kMostWaitingBytes;
  });
}

bool WorkerCalls::AreSeveral() const {
  const std::scoped_lock lock(mutex_);
  return Running() > 1;
}

bool WorkerCalls::SetOver(Answer how) {
  const std::scoped_lock lock(mutex_);
  if (over_) return false;
  over_ = how;
  several_at_end_ = Running() > 1;
  for (const Place& place : places_) {
    if (place.call != nullptr) place.call->changed.notify_one();
  }
  return true;
}

bool WorkerCalls::is_over() const {
  const std::scoped_lock lock(mutex_);
  return over_.has_value();
}

bool WorkerCalls::WaitUntilQuiet() {
  std::unique_lock lock(mutex_);
  quiet_.wait(lock, [this] { return !has_reader_; });
  return several_at_end_;
}

}  // namespace tandem::workers
