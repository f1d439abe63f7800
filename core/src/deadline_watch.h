// Asks invocations to yield when their deadline passes.
#ifndef TANDEM_CORE_DEADLINE_WATCH_H_
#define TANDEM_CORE_DEADLINE_WATCH_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace tandem {

// One thread that looks at running invocations every few milliseconds, and sleeps while there are none: starting an
// invocation costs one atomic read.
// Threads: Notice from any. Owns: its thread, which starts at the first Notice and ends with this object.
class DeadlineWatch {
 public:
  // `scan` cancels what is overdue and returns whether anything with a deadline still runs.
  explicit DeadlineWatch(std::function<bool()> scan) : scan_(std::move(scan)) {}
  ~DeadlineWatch();
  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;

  // An invocation with a deadline has begun (it must be visible to `scan` already). Throws std::system_error where the
  // thread cannot be started.
  void Notice() {
    if (!awake_.load(std::memory_order_seq_cst)) [[unlikely]]
      Wake();
  }

 private:
  void Wake();
  bool Scan() noexcept;
  void Loop();

  std::function<bool()> scan_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> awake_{false};
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_DEADLINE_WATCH_H_
