// ThreadCache: threads for what waits.
#ifndef TANDEM_HOST_HTTP_THREAD_CACHE_H_
#define TANDEM_HOST_HTTP_THREAD_CACHE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace tandem::host {

// Runs each task on a thread that has nothing else to do, a new one where there is none. A thread that has had no task
// for a while ends.
//
// Threads: any, but for the destructor. Owns: the threads; the destructor waits for all tasks.
class ThreadCache {
 public:
  ThreadCache() = default;
  ThreadCache(const ThreadCache&) = delete;
  ThreadCache& operator=(const ThreadCache&) = delete;
  ~ThreadCache();

  // `task` must not throw. False: the system has no thread for it.
  bool Run(std::function<void()> task);

 private:
  using Threads = std::list<std::thread>;

  void Work(Threads::iterator self);
  static void Join(Threads& ended);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  Threads threads_;
  Threads ended_;
  std::size_t idle_ = 0;
  bool ends_ = false;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_THREAD_CACHE_H_
