#include "workers/worker/cancels.h"

#include "proto/convert.h"
#include "tandem/v1/worker.pb.h"
#include "workers/worker/threads.h"

namespace tandem::workers {

void Cancels::Start() {
  static_cast<void>(StartThread([this] { Listen(); }));
}

bool Cancels::Begin(std::uint64_t call, std::string_view request_id) {
  const std::scoped_lock lock(mutex_);
  last_ = call;
  if (cancelled_ == call) return false;
  running_ = RequestId(request_id);
  return true;
}

void Cancels::End() {
  if (ForkCount() != forks_) return;
  const std::scoped_lock lock(mutex_);
  running_ = RequestId();
}

void Cancels::Listen() {
  for (;;) {
    auto frame = control_.Receive();
    if (!frame) return;
    auto message = proto::Parse<v1::ToWorker>(frame->header);
    if (message && message->has_cancel()) Cancel(message->cancel().call());
  }
}

// The lock is held, so that the next invocation, which may have the same id (C-27), is not the one that is asked.
void Cancels::Cancel(std::uint64_t call) {
  const std::scoped_lock lock(mutex_);
  if (call > last_) {
    cancelled_ = call;
  } else if (call == last_ && !running_.empty()) {
    ask_(running_.view());
  }
}

}  // namespace tandem::workers
