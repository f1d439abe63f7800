#include "host/http/thread_cache.h"

#include <chrono>
#include <system_error>
#include <utility>

namespace tandem::host {
namespace {

constexpr std::chrono::seconds kLongestIdle{10};

}  // namespace

ThreadCache::~ThreadCache() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  for (;;) {
    Threads left;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !ended_.empty() || threads_.empty(); });
      if (ended_.empty()) return;
      left.swap(ended_);
    }
    Join(left);
  }
}

void ThreadCache::Join(Threads& ended) {
  for (std::thread& thread : ended) thread.join();
}

bool ThreadCache::Run(std::function<void()> task) {
  Threads ended;
  {
    const std::scoped_lock lock(mutex_);
    ended.swap(ended_);
    tasks_.push_back(std::move(task));
    if (idle_ >= tasks_.size()) {
      changed_.notify_one();
    } else {
      const auto self = threads_.emplace(threads_.end());
      try {
        *self = std::thread([this, self] { Work(self); });
      } catch (const std::system_error&) {
        threads_.erase(self);
        tasks_.pop_back();
        ended_.splice(ended_.end(), ended);
        return false;
      }
    }
  }
  Join(ended);  // which have left Work
  return true;
}

void ThreadCache::Work(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait_for(lock, kLongestIdle, [this] { return !tasks_.empty() || ends_; });
    --idle_;
    if (tasks_.empty()) break;
    {
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
  ended_.splice(ended_.end(), threads_, self);
  changed_.notify_all();
}

}  // namespace tandem::host
