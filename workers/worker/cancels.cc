#include "workers/worker/cancels.h"

#include "proto/convert.h"
#include "tandem/v1/worker.pb.h"
#include "workers/worker/threads.h"

namespace tandem::workers {

void Cancels::Start() {
  static_cast<void>(StartThread([this] { Listen(); }, Signals::kOwn));
}

bool Cancels::Begin(std::uint32_t place, std::uint64_t call, std::string_view request_id) {
  const std::scoped_lock lock(mutex_);
  Place& at = places_.at(place);
  at.last = call;
  if (at.cancelled == call) return false;
  at.running = RequestId(request_id);
  return true;
}

void Cancels::End(std::uint32_t place) {
  if (ForkCount() != forks_) return;
  const std::scoped_lock lock(mutex_);
  places_.at(place).running = RequestId();
}

void Cancels::Listen() {
  for (;;) {
    auto frame = control_.Receive();
    if (!frame) return;
    auto message = proto::Parse<v1::ToWorker>(frame->header);
    if (message && message->has_cancel()) Cancel(message->cancel().place(), message->cancel().call());
  }
}

// The lock is held, so that the place's next invocation, which may have the same id (C-27), is not the one that is
// asked.
void Cancels::Cancel(std::uint32_t place, std::uint64_t call) {
  const std::scoped_lock lock(mutex_);
  if (place >= places_.size()) return;
  Place& at = places_[place];
  if (call > at.last) {
    at.cancelled = call;
  } else if (call == at.last && !at.running.empty()) {
    ask_(at.running.view());
  }
}

}  // namespace tandem::workers
