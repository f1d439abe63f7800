// Progress: how far an invocation has come, as its platform lines tell.
#ifndef TANDEM_CLI_PROGRESS_H_
#define TANDEM_CLI_PROGRESS_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace tandem::cli {

// Core says START when the init phase is over and the function's own time begins (L-41), and says something again only
// when the handler has come back.
//
// Threads: any. No lock is held while anything is written.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  void NotePlatformLine() {
    const std::scoped_lock lock(mutex_);
    if (began_) {
      came_back_ = true;
    } else {
      began_ = Clock::now();
    }
    changed_.notify_all();
  }

  // Waits for the handler's time to begin, until `limit` at most.
  std::optional<Clock::time_point> WaitBegan(Clock::time_point limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, limit, [&] { return began_.has_value(); });
    return began_;
  }

  std::optional<Clock::time_point> began() {
    const std::scoped_lock lock(mutex_);
    return began_;
  }

  bool came_back() {
    const std::scoped_lock lock(mutex_);
    return came_back_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Clock::time_point> began_;
  bool came_back_ = false;
};

}  // namespace tandem::cli

#endif  // TANDEM_CLI_PROGRESS_H_
