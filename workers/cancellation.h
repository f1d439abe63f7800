// Cancellation: what Runtime::Cancel and the invocation that it means have in common.
#ifndef TANDEM_WORKERS_CANCELLATION_H_
#define TANDEM_WORKERS_CANCELLATION_H_

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "tandem/outcome.h"
#include "workers/process_id.h"

namespace tandem::workers {

// Whether one invocation is to yield, and who has to be told so that it does.
// Threads: any. Lifetime: one invocation.
class Cancellation {
 public:
  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  bool asked() const { return asked_.load(std::memory_order_acquire); }
  // As often as wanted: a handler may go on after it has been asked.
  void Ask() {
    const std::scoped_lock lock(mutex_);
    asked_.store(true, std::memory_order_release);
    if (tell_) tell_();
  }

  // While it lives, `tell` is called for each Ask, and at once where there was one. It must not wait for the
  // invocation or its process, as whoever asks may hold a lock that all of a function's need. That it waits for a
  // supervisor which has hundreds of words unread, as it stands still, harms no more than that already does: without it
  // nobody is started or ended. One at a time.
  class Listener {
   public:
    Listener(Cancellation& cancellation, std::function<void()> tell) : cancellation_(cancellation) {
      const std::scoped_lock lock(cancellation_.mutex_);
      cancellation_.tell_ = std::move(tell);
      if (cancellation_.asked()) cancellation_.tell_();
    }
    ~Listener() {
      if (ProcessId() != owner_) return;  // see HostForked
      const std::scoped_lock lock(cancellation_.mutex_);
      cancellation_.tell_ = nullptr;
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    Cancellation& cancellation_;
    const pid_t owner_ = ProcessId();
  };

 private:
  std::mutex mutex_;
  std::atomic<bool> asked_{false};
  std::function<void()> tell_;
};

// The outcome of an invocation that was cancelled where no handler could answer: before it began, or with its process.
inline Outcome CancelledOutcome() {
  FunctionError error;
  error.type = "Runtime.Cancelled";
  error.message = "The invocation was cancelled";
  return Outcome::Error(std::move(error));
}

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_CANCELLATION_H_
