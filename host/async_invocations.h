// AsyncInvocations: what has been accepted to be run later.
#ifndef TANDEM_HOST_ASYNC_INVOCATIONS_H_
#define TANDEM_HOST_ASYNC_INVOCATIONS_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tandem::host {

// Something to be run later.
// Threads: one call at a time, each from any.
class AsyncTask {
 public:
  virtual ~AsyncTask() = default;

  // What it throws is lost: it is to have told whoever wants to know.
  virtual void Run() = 0;
  // By which tasks are counted that are lost.
  virtual const std::string& name() const = 0;
  // Tells that so many of this name, of which this is one, will not be run: all have been dropped while they waited.
  virtual void TellLost(std::size_t count) = 0;
};

// Runs tasks in the order in which they came, or are due, some at a time, on threads of its own. What waits is in
// memory, and lost when the process ends.
//
// Threads: all calls from any, tasks among them, but Stop from one. Owns: its threads, which it makes as they are
// needed. Lifetime: the destructor waits for the tasks that run and drops the others.
class AsyncInvocations {
 public:
  AsyncInvocations(std::size_t most_threads, std::size_t most_waiting)
      : most_threads_(most_threads), most_waiting_(most_waiting) {}
  AsyncInvocations(const AsyncInvocations&) = delete;
  AsyncInvocations& operator=(const AsyncInvocations&) = delete;
  ~AsyncInvocations();

  // False: as many wait as may, or it has been stopped.
  bool Add(std::shared_ptr<AsyncTask> task);
  // For what has been accepted before: runs it when the delay is over, however many wait. False: it has been stopped.
  bool AddLater(std::chrono::milliseconds delay, std::shared_ptr<AsyncTask> task);
  // The same, and sooner where Wake is called for the place: an address, of which nothing is read.
  bool AddWaiting(const void* place, std::chrono::milliseconds longest, std::shared_ptr<AsyncTask> task);
  // Makes that task due which came first of those that wait for the place; nothing where none does.
  void Wake(const void* place);
  // Drops what has not begun, one task of each name tells of all, and waits for what runs. False: some of it still runs
  // after `patience`.
  bool Stop(std::chrono::milliseconds patience);
  // Stop waits no longer.
  void Hurry();

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::shared_ptr<AsyncTask> task;
    const void* place = nullptr;  // which it waits for
  };
  using Waiting = std::multimap<Clock::time_point, Entry>;  // by when they are due

  // Under the lock. False: there is no thread to run it.
  bool Put(Clock::time_point due, Entry entry);
  std::shared_ptr<AsyncTask> TakeFirst();
  void AwaitDue(std::unique_lock<std::mutex>& lock);
  void Run();

  const std::size_t most_threads_;
  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable ended_;
  Waiting waiting_;                                         // guarded by mutex_
  std::multimap<const void*, Waiting::iterator> by_place_;  // those that wait for one, as they came; guarded by mutex_
  std::vector<std::thread> threads_;                        // guarded by mutex_
  std::size_t idle_ = 0;                                    // guarded by mutex_
  bool stopped_ = false;                                    // guarded by mutex_
  bool hurries_ = false;                                    // guarded by mutex_
  std::size_t running_ = 0;                                 // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_ASYNC_INVOCATIONS_H_
