#include "deadline_watch.h"

#include <chrono>

namespace tandem {
namespace {

constexpr std::chrono::milliseconds kTick{20};

}  // namespace

DeadlineWatch::~DeadlineWatch() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void DeadlineWatch::Wake() {
  const std::scoped_lock lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  awake_.store(true, std::memory_order_seq_cst);  // not where there is no thread: the next invocation tries again
  changed_.notify_all();
}

bool DeadlineWatch::Scan() noexcept {
  try {
    return scan_();
  } catch (...) {  // no memory; the next tick looks again
    return true;
  }
}

void DeadlineWatch::Loop() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (!awake_.load(std::memory_order_seq_cst)) {
      changed_.wait(lock);
      continue;
    }
    changed_.wait_for(lock, kTick);
    if (stop_) return;
    // Asleep first, then a look: an invocation that begins in between either is seen here or sees that it has to wake
    // us.
    awake_.store(false, std::memory_order_seq_cst);
    lock.unlock();
    const bool busy = Scan();
    lock.lock();
    if (busy) awake_.store(true, std::memory_order_seq_cst);
  }
}

}  // namespace tandem
