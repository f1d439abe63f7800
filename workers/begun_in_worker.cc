// Invocations in a worker for which nobody waits, and those that are sent ahead of their turn.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "proto/run_invocation.h"
#include "workers/worker_process.h"

namespace tandem::workers {
namespace {

constexpr std::size_t kMostSentAhead = 4096;    // bytes of a payload
constexpr std::chrono::seconds kSentAnswer{5};  // to come of a worker that says that it has sent it

}  // namespace

// What has been begun runs on while its caller does something else.
class WorkerProcess::Begun final : public BegunCall {
 public:
  Begun(WorkerProcess& worker, const Caller& caller, Outcome& outcome)
      : worker_(worker), caller_(caller), outcome_(outcome), call_(caller.log) {}
  Begun(const Begun&) = delete;
  Begun& operator=(const Begun&) = delete;
  ~Begun() override {
    if (ProcessId() != owner_) return;
    if (!is_first_) {
      if (slot_ && !Withdraw()) worker_.calls_.Abandon(call_.number);
    } else if (!how_) {
      End(Answer::kTooLate);
    }
    Release();
  }

  void Send(const proto::Invocation& invocation) {
    is_first_ = true;
    worker_.BeginCall(call_);
    if (worker_.SendCall(call_, invocation, caller_, outcome_)) {
      listener_.emplace(caller_.cancellation, [this] { worker_.AskToYield(call_); });
    } else {
      End(Answer::kGiven);
    }
  }

  // False: it cannot be sent without waiting.
  bool SendAhead(const proto::Invocation& invocation) {
    call_.number = worker_.calls_.NewNumber();
    const auto slot = worker_.ahead_.Offer(call_.number);
    if (!slot) return false;
    slot_ = slot;
    const auto message = proto::WriteRunInvocation({call_.number, 0, *slot + 1}, invocation);
    return message && worker_.channel_.TrySend(message->bytes(), invocation.event.payload).ok();
  }

  bool TakeBack() override { return !is_first_ && Withdraw(); }
  bool HasNotBegun() override { return slot_ && Withdraw(); }
  bool is_taken_back() const override { return worker_.ahead_.claims().IsTakenBack(*slot_, call_.number); }

  Clock::time_point BeFirst() override {
    is_first_ = true;
    const auto claim = worker_.ahead_.claims().ClaimOf(*slot_, call_.number);
    if (!worker_.BeginCall(call_)) {
      how_ = Answer::kGone;
      return Clock::now();
    }
    listener_.emplace(caller_.cancellation, [this] { worker_.AskToYield(call_); });
    const auto now = Clock::now();
    return claim ? std::min(claim->at, now) : now;
  }

  void SetDeadline(Clock::time_point deadline) override { caller_.deadline = deadline; }
  Clock::time_point ended() const override { return ended_; }

  std::array<int, 3> descriptors() const override {
    return {worker_.channel_.fd(), worker_.output_.get(), worker_.process_->end_fd()};
  }
  Clock::time_point due() override {
    return how_ ? Clock::time_point() : std::min(caller_.deadline, worker_.MemoryIsDue());
  }

  Progress Look() override {
    if (!how_) {
      auto how = worker_.LookForAnswer(call_, caller_.deadline, outcome_);
      if (how == Answer::kTooLate && worker_.ahead_.TakeBackBehind(call_.number)) {  // the answer is there
        how = worker_.LookForAnswer(call_, kForever, outcome_);
        if (!how && !call_.is_loud) how = Answer::kTooLate;  // it says so, and it is not
      }
      if (how) End(*how);
    }
    if (how_) return how_ == Answer::kGiven ? Progress::kAnswered : Progress::kNeedsWait;
    return call_.is_loud ? Progress::kNeedsWait : Progress::kRuns;
  }

  Answer Wait() override {
    if (!how_) {
      Answer how = worker_.WaitForAnswer(call_, {}, caller_.deadline, outcome_);
      if (how == Answer::kTooLate && worker_.ahead_.TakeBackBehind(call_.number)) {
        how = worker_.WaitForAnswer(call_, {}, Clock::now() + kSentAnswer, outcome_);
      }
      End(how);
    }
    return worker_.AfterCall(*how_, caller_.deadline);
  }

 private:
  void End(Answer how) {
    listener_.reset();
    const auto next = worker_.ahead_.BegunBehind(call_.number);
    ended_ = next ? std::min(next->at, Clock::now()) : Clock::now();
    how_ = how;
    how_ = worker_.EndCall(call_, how);
  }

  bool Withdraw() const { return worker_.ahead_.claims().TakeBack(*slot_, call_.number); }
  void Release() {
    if (slot_) worker_.ahead_.Release(*std::exchange(slot_, std::nullopt));
  }

  WorkerProcess& worker_;
  Caller caller_;
  Outcome& outcome_;
  const pid_t owner_ = ProcessId();
  WorkerCall call_;
  bool is_first_ = false;              // else it waits for its turn
  std::optional<std::uint32_t> slot_;  // of one that was sent ahead, which its worker may still have to claim
  Clock::time_point ended_;
  std::optional<Cancellation::Listener> listener_;
  std::optional<Answer> how_;
};

// One that others use at the same time has a caller who reads for all.
std::unique_ptr<BegunCall> WorkerProcess::Begin(const proto::Invocation& invocation, const Caller& caller,
                                                Outcome& outcome) {
  if (places() > 1) return nullptr;
  auto begun = std::make_unique<Begun>(*this, caller, outcome);
  begun->Send(invocation);
  return begun;
}

std::unique_ptr<BegunCall> WorkerProcess::SendAhead(const proto::Invocation& invocation, const Caller& caller,
                                                    Outcome& outcome) {
  if (!takes_ahead_ || places() > 1 || invocation.event.payload.size() > kMostSentAhead) return nullptr;
  auto begun = std::make_unique<Begun>(*this, caller, outcome);
  return begun->SendAhead(invocation) ? std::move(begun) : nullptr;
}

}  // namespace tandem::workers
