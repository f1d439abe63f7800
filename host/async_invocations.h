// AsyncInvocations: what has been accepted to be run later.
#ifndef TANDEM_HOST_ASYNC_INVOCATIONS_H_
#define TANDEM_HOST_ASYNC_INVOCATIONS_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tandem::host {

// Runs tasks in the order in which they came, some at a time, on threads of its own. What waits is in memory, and lost
// when the process ends.
//
// Threads: Add from any. Owns: its threads, which it makes as they are needed. Lifetime: Stop, or the destructor, waits
// for the tasks that run and drops the others.
class AsyncInvocations {
 public:
  AsyncInvocations(std::size_t most_threads, std::size_t most_waiting)
      : most_threads_(most_threads), most_waiting_(most_waiting) {}
  AsyncInvocations(const AsyncInvocations&) = delete;
  AsyncInvocations& operator=(const AsyncInvocations&) = delete;
  ~AsyncInvocations() { Stop(); }

  // False: as many wait as may, or it has been stopped. The task must not throw.
  bool Add(std::function<void()> task);
  void Stop();

 private:
  void Run();

  const std::size_t most_threads_;
  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  std::vector<std::thread> threads_;           // guarded by mutex_
  std::size_t idle_ = 0;                       // guarded by mutex_
  bool stopped_ = false;                       // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_ASYNC_INVOCATIONS_H_
