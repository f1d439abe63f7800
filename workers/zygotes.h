// Zygotes: the processes that a Runtime's workers are forked from.
#ifndef TANDEM_WORKERS_ZYGOTES_H_
#define TANDEM_WORKERS_ZYGOTES_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "tandem/runtime.h"
#include "workers/launch_key.h"
#include "workers/supervisor.h"
#include "workers/worker_process.h"

namespace tandem::workers {

// One zygote for each launch key that wants one, as many as WorkerOptions allow: the one that nobody was forked from
// for longest gives way, and one that is idle for long ends. Nothing depends on a zygote: where it is not there, dies
// or refuses, workers are executed. Threads: any. Owns: the zygotes, which end with it.
class Zygotes {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Zygotes(const WorkerOptions& options) : options_(options) {}
  ~Zygotes();
  Zygotes(const Zygotes&) = delete;
  Zygotes& operator=(const Zygotes&) = delete;

  // Starts a worker, by a fork where there is a zygote for it. Errors: as WorkerProcess::Start.
  Result<std::unique_ptr<WorkerProcess>> Start(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch);
  // Makes a zygote for workers as this one, if there is none. Does not wait for it.
  void Make(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch);
  // Ends those that have been idle for long. Returns when the next one may have been.
  Clock::time_point EndIdle(Clock::time_point now);

 private:
  struct Zygote {
    std::shared_ptr<Process> process;  // null: there is none just now
    Clock::time_point used;
    int failures = 0;  // in a row, without any worker
    Clock::time_point not_before;
    bool refuses = false;         // there will be none
    bool needs_complete = false;  // there will be none, but for workers with the very same variables
  };

  // Under the lock. What there is for the launch, or, as far as that is known, for its variables' sake in its place.
  Zygote& Of(const WorkerSpec& spec, const Launch*& launch, Launch& complete);
  // Takes note of the zygote's end.
  static void Look(Zygote& zygote);
  void Begin(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch, Zygote& zygote);
  void EndLeastUsed();

  const WorkerOptions& options_;
  std::mutex mutex_;
  std::map<std::string, Zygote> zygotes_;  // by key
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_ZYGOTES_H_
