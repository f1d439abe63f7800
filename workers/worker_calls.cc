#include "workers/worker_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tandem::workers {
namespace {

Status NotAsked() {
  return {Code::kInvalidArgument, "it answered what was not asked"};
}

}  // namespace

bool WorkerCalls::Begin(WorkerCall& call) {
  const std::scoped_lock lock(mutex_);
  const auto free =
      std::find_if(places_.begin(), places_.end(), [](const Place& each) { return !each.call && !each.given_up; });
  call.place = static_cast<std::uint32_t>(free - places_.begin());
  call.number = ++last_number_;
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
    if (!call.said.empty()) {
      to = std::move(call.said.front());
      call.said.pop_front();
      call.waiting_bytes -= to.payload.size();
      how = Answer::kGiven;
      break;
    }
    how = over_;
    if (how) break;
    if (deadline != Clock::time_point::max() && Clock::now() >= deadline) {
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
  return how;
}

void WorkerCalls::EndRead() {
  const std::scoped_lock lock(mutex_);
  has_reader_ = false;
  if (over_) quiet_.notify_all();
}

Status WorkerCalls::Deliver(std::uint32_t place, std::uint64_t number, WorkerMessage message) {
  const std::scoped_lock lock(mutex_);
  if (place >= places_.size() || places_[place].number != number) return NotAsked();
  Place& at = places_[place];
  if (at.call != nullptr) {
    at.call->waiting_bytes += message.payload.size();
    at.call->said.push_back(std::move(message));
    at.call->changed.notify_one();
    return {};
  }
  if (!at.given_up) return NotAsked();
  if (message.message.has_done()) {
    at.given_up = false;
    --given_up_;
  }
  return {};
}

void WorkerCalls::Record(const v1::WorkerLog& record, WorkerCall& reader) {
  const std::scoped_lock lock(mutex_);
  WorkerCall* const own = Find(record.request_id());
  (own == nullptr ? reader : *own).log.Record(record);
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
