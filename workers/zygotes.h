// Zygotes: the processes that a Runtime's workers are forked from, and standbys, those that become workers.
#ifndef TANDEM_WORKERS_ZYGOTES_H_
#define TANDEM_WORKERS_ZYGOTES_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tandem/runtime.h"
#include "workers/launch_key.h"
#include "workers/supervisor.h"
#include "workers/worker_process.h"

namespace tandem::workers {

// How long one is not tried again that has ended by itself, from 20 ms to 20 s.
std::chrono::milliseconds Pause(int failures);

// One zygote or standby for each launch key that wants one, as many as WorkerOptions allow: the one that was not used
// for longest gives way, and one that is idle for long ends. Nothing depends on them: where one is not there, dies
// or refuses, workers are executed. Threads: any. Owns: the zygotes and the standbys, which end with it.
class Zygotes {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Zygotes(const WorkerOptions& options) : options_(options) {}
  ~Zygotes();
  Zygotes(const Zygotes&) = delete;
  Zygotes& operator=(const Zygotes&) = delete;

  // Starts a worker, from a standby or by a fork where there is something for it. Errors: as WorkerProcess::Start.
  Result<std::unique_ptr<WorkerProcess>> Start(Supervisor& supervisor, const WorkerSpec& spec,
                                               const Launches& launches);
  // Makes a zygote for workers as this one, if there is none. Does not wait for it.
  void Make(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch);
  // The same for standbys; `launch` as StandbyLaunchOf gives it.
  void MakeStandby(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch);
  // Ends those that have been idle for long, standbys by `ended`, whose end takes a moment. Returns when the next one
  // may have been.
  Clock::time_point EndIdle(Clock::time_point now, std::vector<std::unique_ptr<WorkerProcess>>& ended);
  // The launch keys of which it has one, or knows that it cannot.
  std::size_t size() const;

 private:
  struct Zygote {
    std::shared_ptr<Process> process;        // null: there is none just now
    std::unique_ptr<WorkerProcess> standby;  // the same
    Clock::time_point begun;                 // of the standby
    std::string layers;                      // the state of those in the standby's /opt
    Clock::time_point used;
    int failures = 0;  // in a row, without any worker
    Clock::time_point not_before;
    bool begins = false;          // one is being started, without the lock
    int waiting = 0;              // who starts it or waits for that, and holds this entry
    bool refuses = false;         // there will be none
    bool needs_complete = false;  // there will be none, but for workers with the very same variables
  };

  // Under the lock. What there is for the launch, or, as far as that is known, for its variables' sake in its place.
  Zygote& Of(const WorkerSpec& spec, const Launch*& launch, Launch& complete);
  // Takes note of the zygote's end.
  static void Look(Zygote& zygote);
  // Starts one if there is none and may be one; the lock is not held meanwhile. Waits for whoever starts it just now.
  void Begin(std::unique_lock<std::mutex>& lock, Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch,
             Zygote& zygote);
  // The same by `start`. False: it was not called.
  bool BeginBy(std::unique_lock<std::mutex>& lock, Zygote& zygote, const std::function<void()>& start);
  static void End(Zygote& zygote, std::vector<std::unique_ptr<WorkerProcess>>& ended);
  // False: there is no room for another one.
  bool EndLeastUsed(std::vector<std::unique_ptr<WorkerProcess>>& ended);
  // Null: there is none that can be taken.
  std::unique_ptr<WorkerProcess> TakeStandby(const WorkerSpec& spec, const Launch& launch);

  const WorkerOptions& options_;
  mutable std::mutex mutex_;
  std::condition_variable begun_;
  std::map<std::string, Zygote> zygotes_;  // by key
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_ZYGOTES_H_
