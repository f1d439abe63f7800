#include "host/async_invocations.h"

#include <system_error>
#include <utility>

namespace tandem::host {

bool AsyncInvocations::Add(std::function<void()> task) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || waiting_.size() >= most_waiting_) return false;
  if (idle_ <= waiting_.size() && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { Run(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) return false;  // one of those that are there takes it
    }
  }
  waiting_.push_back(std::move(task));
  changed_.notify_one();
  return true;
}

void AsyncInvocations::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    --idle_;
    if (stopped_) return;
    const std::function<void()> task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

void AsyncInvocations::Stop() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    waiting_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace tandem::host
