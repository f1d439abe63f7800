// WorkerPool: the processes of one function. Workers: those of all functions of a Runtime.
#ifndef TANDEM_WORKERS_WORKER_POOL_H_
#define TANDEM_WORKERS_WORKER_POOL_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "tandem/event.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/log.h"
#include "tandem/registry.h"
#include "tandem/runtime.h"
#include "tandem/status.h"
#include "workers/cancellation.h"
#include "workers/environment_process.h"
#include "workers/invocation_log.h"
#include "workers/launch_key.h"
#include "workers/runtime_api_process.h"
#include "workers/supervisor.h"
#include "workers/worker_process.h"
#include "workers/zygotes.h"

namespace tandem::workers {

class WorkerPool;

// The supervisor, and how many workers there may be.
// Threads: any. Owns: the supervisor and a thread that ends idle workers, both started when they are first needed.
// Lifetime: outlives its pools.
class Workers {
 public:
  explicit Workers(const WorkerOptions& options);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  const WorkerOptions& options() const { return options_; }
  // Errors: kUnavailable, where it cannot be started.
  Result<Supervisor*> TheSupervisor();
  Zygotes& zygotes() { return zygotes_; }

 private:
  friend class WorkerPool;

  struct Idle {
    WorkerPool* pool;
    std::unique_ptr<EnvironmentProcess> worker;
    EnvironmentProcess::Clock::time_point since;
  };

  // A place for one more invocation of the pool: an idle worker of it, or null for the room to start one.
  using Place = std::unique_ptr<EnvironmentProcess>;
  // Waits for one. Nothing: the invocation was cancelled before.
  std::optional<Place> Enter(WorkerPool& pool, Cancellation& cancellation);
  // Under the lock. What makes way is added to `ended`, to be let go without it.
  std::optional<Place> TryEnter(WorkerPool& pool, std::vector<Place>& ended);
  std::optional<Place> WaitToEnter(WorkerPool& pool, Cancellation& cancellation, std::vector<Place>& ended);
  // Gives the place back, with the worker where it goes on; null: it is no more.
  void Leave(WorkerPool& pool, std::unique_ptr<EnvironmentProcess> worker);
  // Under the lock: makes the worker an idle one. False, where the machine refuses what that needs: it is the caller's.
  bool Keep(WorkerPool& pool, std::unique_ptr<EnvironmentProcess>& worker);
  // Ends the pool's idle workers.
  void Drop(WorkerPool& pool);
  void RetireIdle();

  const WorkerOptions options_;
  std::mutex supervisor_mutex_;
  std::unique_ptr<Supervisor> supervisor_;
  Zygotes zygotes_{options_};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Idle> idle_;   // the one that has waited longest first
  std::size_t total_ = 0;  // workers, idle ones included
  bool ending_ = false;
  std::thread retirer_;
};

// What a pool is told about its function; all of it outlives the pool.
struct PoolConfig {
  const FunctionConfig& function;
  const RuntimeSelection& runtime;
  const LanguageOptions& language;
  const std::string& code_root;
  const std::string& log_stream_name;
  LogSink* log_sink;
  PlatformLogs platform_logs;
};

// Workers, or the function's own programs where its runtime is `provided`, are started when an invocation finds none
// idle, serve one invocation at a time, and are kept warm until they have been idle for long or another function needs
// the room.
//
// A worker that an invocation has ended, by its timeout or otherwise, is gone with all that it has started before that
// invocation returns. A failed init is tried again by the next invocation, in a new process (H-PY-36, E-34), unless it
// is final (H-JAVA-10).
// Threads: any. Lifetime: nothing may run in it when it ends.
class WorkerPool {
 public:
  WorkerPool(Workers& workers, const PoolConfig& config);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs one invocation. A DryRun opens the handler and does not run it. What fails here is a fault in the result.
  void Invoke(InvokeResult& result, const Event& event, const InvokeOptions& options);
  // One that waits for a worker, or for its worker's init phase, is over, and gives its place up. One that runs in a
  // worker is asked to yield; in a program of the function's own it ends with that. Nothing where there is none of this
  // id.
  void Cancel(std::string_view request_id);

 private:
  friend class Workers;
  class Run;

  WorkerSpec MakeWorkerSpec() const;
  RuntimeApiSpec MakeRuntimeApiSpec() const;
  Result<std::unique_ptr<EnvironmentProcess>> Start();

  Workers& workers_;
  const PoolConfig config_;
  std::variant<WorkerSpec, RuntimeApiSpec> spec_;  // of its processes
  Launch launch_;                                  // of its workers
  FunctionHints hints_;
  std::size_t count_ = 0;  // of its workers, under Workers::mutex_
  std::mutex mutex_;
  std::optional<Outcome> final_;  // what every invocation gets (H-JAVA-10)
  std::list<Run*> runs_;          // the invocations under way
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_POOL_H_
