// Cancellation: what Runtime::Cancel and the invocation that it means have in common.
#ifndef TANDEM_WORKERS_CANCELLATION_H_
#define TANDEM_WORKERS_CANCELLATION_H_

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "tandem/outcome.h"

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

  // While it lives, `tell` is called for each Ask, and at once where there was one. It must not wait. One at a time.
  class Listener {
   public:
    Listener(Cancellation& cancellation, std::function<void()> tell) : cancellation_(cancellation) {
      const std::scoped_lock lock(cancellation_.mutex_);
      cancellation_.tell_ = std::move(tell);
      if (cancellation_.asked()) cancellation_.tell_();
    }
    ~Listener() {
      const std::scoped_lock lock(cancellation_.mutex_);
      cancellation_.tell_ = nullptr;
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    Cancellation& cancellation_;
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
