// WorkerPool: the processes of one function. Workers: those of all functions of a Runtime.
#ifndef TANDEM_WORKERS_WORKER_POOL_H_
#define TANDEM_WORKERS_WORKER_POOL_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/event.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/log.h"
#include "tandem/registry.h"
#include "tandem/runtime.h"
#include "tandem/status.h"
#include "workers/cache_filler.h"
#include "workers/cancellation.h"
#include "workers/environment_folders.h"
#include "workers/environment_process.h"
#include "workers/invocation_log.h"
#include "workers/launch_key.h"
#include "workers/process_id.h"
#include "workers/runtime_api_process.h"
#include "workers/supervisor.h"
#include "workers/worker_process.h"
#include "workers/zygotes.h"

namespace tandem::workers {

class WorkerPool;

// One process of a pool, shared by the invocations that run in it.
// Threads: all but the process under the lock of Workers.
struct PoolMember {
  PoolMember();

  const std::uint64_t number;  // no two have the same
  std::unique_ptr<EnvironmentProcess> process;
  std::string log_stream_name;
  std::size_t places = 1;  // invocations that it takes at a time
  std::size_t users = 1;
  std::size_t late = 0;    // of these, which its end does not wait for
  bool is_closed = false;  // takes no more, and ends with its last user
  // Of a serial one:
  bool is_led = false;  // nobody waits for it, so that others may be sent ahead; its user looks at it now and then
  EnvironmentProcess::Clock::time_point busy_since;
  std::vector<const void*> line;  // invocations that were sent ahead, in their order; no users
};

// How many invocations of a function are sent ahead.
class Pace {
 public:
  static constexpr std::size_t kMost = 8;  // behind one
  // One took so long; 0: nobody knows.
  void Note(std::chrono::nanoseconds took);
  // None where one takes as long as it takes to wake a worker: elsewhere it would begin at once.
  std::size_t Most() const;

 private:
  static constexpr std::chrono::nanoseconds kLongest{200'000};  // that counts: a VM collects garbage now and then
  std::chrono::nanoseconds mean_ = kLongest;
};

// The supervisor, and how many workers there may be.
// Threads: any. Owns: the supervisor and a thread that ends idle workers and makes what others are started from, both
// started when they are first needed.
// Lifetime: outlives its pools.
class Workers {
 public:
  Workers(const WorkerOptions& options, StartCache start_cache);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  const WorkerOptions& options() const { return options_; }
  // Whether this process is a fork of the one that made this. There it has no thread, and the workers are not its own:
  // they are left alone, and this object with them.
  bool InFork() const { return ProcessId() != owner_; }
  // Errors: kUnavailable, where it cannot be started.
  Result<Supervisor*> TheSupervisor();
  Zygotes& zygotes() { return zygotes_; }
  CacheFiller& cache_filler() { return cache_filler_; }

 private:
  friend class WorkerPool;

  // What those that come after a worker are started from sooner.
  struct Preparation {
    bool zygote = false;
    bool standby = false;
    bool cache = false;
  };
  struct Idle {
    WorkerPool* pool;
    std::shared_ptr<PoolMember> member;
    EnvironmentProcess::Clock::time_point since;
  };

  enum class After : std::uint8_t {
    kGoesOn,
    kEnds,
    kIsLate,  // it ends when nobody is left that is in time
  };
  // A place for one more invocation of the pool, in a member of it; null: the room to start one.
  using Place = std::shared_ptr<PoolMember>;
  // An idle member, for one invocation at a time; null: there is none.
  Place EnterAtOnce(WorkerPool& pool);
  // A member that is busy, and takes this invocation ahead of its turn: it is the last in its line; null: there is
  // none.
  Place EnterLine(WorkerPool& pool, const void* invocation);
  enum class Turn : std::uint8_t {
    kIsFirst,    // it is the member's user from now on
    kIsBehind,   // the one before has not left
    kElsewhere,  // nobody leads the member any more, or it ends: what has not begun there does not
  };
  Turn TurnOf(PoolMember& member, const void* invocation);
  // Until it is its turn.
  void AwaitTurn(PoolMember& member, const void* invocation);
  bool IsTurn(PoolMember& member, const void* invocation);
  // One that does not wait for its turn any more.
  void LeaveLine(WorkerPool& pool, const Place& member, const void* invocation, After after);
  // Somebody waits for the member's user: nobody is sent ahead any more.
  void StopLeading(WorkerPool& pool, PoolMember& member);
  static void StopLeadingLocked(WorkerPool& pool, PoolMember& member);
  // Waits for one. Nothing: the invocation was cancelled before.
  std::optional<Place> Enter(WorkerPool& pool, Cancellation& cancellation);
  // Under the lock: the idle member of the pool that ran last.
  std::list<Idle>::iterator LastIdle(const WorkerPool& pool);
  // Under the lock. What makes way is added to `ended`, to be let go without it.
  std::optional<Place> TryEnter(WorkerPool& pool, std::vector<Place>& ended);
  std::optional<Place> WaitToEnter(WorkerPool& pool, Cancellation& cancellation, std::vector<Place>& ended);
  // Of a member that has been started, and is open: it has so many places, for others, too.
  void Share(WorkerPool& pool, const Place& member);
  // What has been started is no member.
  void GiveUpStart(WorkerPool& pool);
  // Nobody enters the member any more. How many are in it that are in time, after what becomes of one of them.
  std::size_t Close(WorkerPool& pool, PoolMember& member, After after);
  // Gives the place back, after an invocation that took so long. A member that ends is no more when its last user has
  // left.
  void Leave(WorkerPool& pool, const Place& member, After after, std::chrono::nanoseconds run_time);
  // Without the lock, of a member that has to be ended, or is null.
  void EndMember(WorkerPool& pool, const Place& member);
  // Under the lock: the same, and whether the member has to be ended.
  bool LeaveLocked(WorkerPool& pool, const Place& member, After after);
  bool LeaveAsLast(WorkerPool& pool, const Place& member);
  void CloseLocked(WorkerPool& pool, PoolMember& member);
  // Makes the member an idle one. False, where the machine refuses what that needs.
  bool Keep(WorkerPool& pool, const Place& member);
  // Ends the pool's idle workers, once what was to be prepared for it has been: others may be started from that.
  void Drop(WorkerPool& pool);
  // Has the thread prepare the pool's next workers, whose last one was of this kind.
  void PrepareSoon(WorkerPool& pool, const Preparation& preparation);
  // Until nothing is to be prepared.
  void WaitUntilPrepared();
  // Under the lock, which is not held meanwhile.
  void PrepareNext(std::unique_lock<std::mutex>& lock);
  void StartThread();
  void Look();
  // Under the lock: until somebody calls, or then.
  void AwaitLook(std::unique_lock<std::mutex>& lock, EnvironmentProcess::Clock::time_point due);

  const WorkerOptions options_;
  const pid_t owner_;
  std::mutex supervisor_mutex_;
  std::unique_ptr<Supervisor> supervisor_;
  Zygotes zygotes_{options_};
  CacheFiller cache_filler_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable to_look_;  // for the thread, which no invocation wakes that need not
  EnvironmentProcess::Clock::time_point next_look_ = EnvironmentProcess::Clock::time_point::min();
  std::list<Idle> idle_;  // the one that has waited longest first
  std::list<std::pair<WorkerPool*, Preparation>> to_prepare_;
  WorkerPool* prepared_ = nullptr;  // the one that is just now
  std::size_t total_ = 0;           // workers, idle ones included
  std::size_t waiting_ = 0;         // invocations of all pools, for a place
  bool ending_ = false;
  std::thread thread_;
};

// What a pool is told about its function; all of it outlives the pool.
struct PoolConfig {
  const FunctionConfig& function;
  const RuntimeSelection& runtime;
  const LanguageOptions& language;
  const std::string& code_root;
  const std::string& log_stream_name;  // of the first process
  LogSink* log_sink;
  PlatformLogs platform_logs;
  std::string temporary_dir;             // for temporary files elsewhere than in /tmp; empty: none
  std::function<Status()> restore_code;  // has the code root be there, where it is an archive's
};

// Workers, or the function's own programs where its runtime is `provided`, are started when an invocation finds no
// place in one, and are kept warm until they have been idle for long or another function needs the room. A worker has
// as many places as the function's concurrency where its loader can serve so many at once, else one; a program has one.
// While one is started whose places will do, nobody starts another.
//
// A worker that an invocation has to end takes no more, and ends when the others in it have ended. One whose process is
// gone fails all that runs in it.
//
// A worker that an invocation has ended, by its timeout or otherwise, is gone with all that it has started before that
// invocation returns. A failed init is tried again by the next invocation, in a new process (H-PY-36, E-34), unless it
// is final (H-JAVA-10).
// Threads: any. Lifetime: nothing may run in it when it ends. In a fork of the process that made it only CheckProcess
// is called, and it does not end.
class WorkerPool {
 public:
  WorkerPool(Workers& workers, const PoolConfig& config);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Errors: kUnavailable in a fork.
  Status CheckProcess() const;
  // Runs one invocation. A DryRun opens the handler and does not run it. What fails here is a fault in the result.
  void Invoke(InvokeResult& result, const Event& event, const InvokeOptions& options);
  // As Runtime::TryBegin; not for a DryRun, nor with a receiver of chunks.
  std::unique_ptr<BegunInvocation> TryBegin(const Event& event, const InvokeOptions& options);
  // One that waits for a worker, or for its worker's init phase, is over, and gives its place up. One that runs in a
  // worker is asked to yield; in a program of the function's own it ends with that. Nothing where there is none of this
  // id.
  void Cancel(std::string_view request_id);

 private:
  friend class Workers;
  class Run;
  class Begun;

  // Decides what depends on what the supervisor can do.
  void Settle(const Supervisor& supervisor);
  FolderNeeds NeedsWith(const Supervisor& supervisor) const;
  std::vector<std::string> Variables() const;
  WorkerSpec MakeWorkerSpec() const;
  RuntimeApiSpec MakeRuntimeApiSpec() const;
  Status RestoreCode() const;
  Result<std::unique_ptr<EnvironmentProcess>> Start(const std::string& log_stream_name);
  void Prepare(const Workers::Preparation& preparation) noexcept;

  Workers& workers_;
  const PoolConfig config_;
  std::once_flag settled_;
  std::atomic<bool> has_started_{false};  // a process
  EnvironmentFolders folders_;
  std::variant<WorkerSpec, RuntimeApiSpec> spec_;  // of its processes
  Launches launches_;                              // of its workers
  FunctionHints hints_;
  // Under Workers::mutex_:
  std::size_t count_ = 0;                          // of its members, and of those that are being started
  std::size_t starting_ = 0;                       // of these, the latter
  std::size_t waiting_ = 0;                        // invocations, for a place
  std::size_t places_;                             // that a member has, or may have as long as there was none
  std::list<std::shared_ptr<PoolMember>> shared_;  // members in use that have a place left
  std::list<std::shared_ptr<PoolMember>> led_;     // members in use behind whose user others may be sent
  Pace pace_;
  std::mutex begin_mutex_;  // the invocations of a worker are sent in the order of its line
  std::mutex mutex_;
  std::optional<Outcome> final_;  // what every invocation gets (H-JAVA-10)
  std::list<Run*> runs_;          // the invocations under way
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_POOL_H_
