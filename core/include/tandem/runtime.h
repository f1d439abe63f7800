// Runtime: functions of several languages, side by side in this process.
#ifndef TANDEM_RUNTIME_H_
#define TANDEM_RUNTIME_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/event.h"
#include "tandem/export.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/log.h"
#include "tandem/outcome.h"
#include "tandem/package.h"
#include "tandem/registry.h"
#include "tandem/status.h"

namespace tandem {

enum class PlatformLogs : std::uint8_t { kOff, kOn };

// Whether an invocation that is begun (Runtime::TryBegin) is sent to a worker that is busy, ahead of its turn, rather
// than to an idle one, which would have to be woken. Where it has not begun soon, it is taken back, and begins
// elsewhere. Each worker still runs one at a time, and what a handler sees is the same either way.
enum class AheadUse : std::uint8_t {
  kOff,
  kWhereShort,  // where the function's last invocations took microseconds
  kAlways,      // behind any
};

// Whether workers are forked from a process that has their language's runtime in memory, a zygote, where a language can
// have one. What a handler sees is the same either way.
enum class ZygoteUse : std::uint8_t {
  kOff,        // each executes its program
  kWhenReady,  // the first of a kind executes it, and once that has served, others are forked
  kAlways,     // the first one, too, waits for its zygote
};

// Whether what lets a language's runtime start sooner, as far as it knows of such a thing, is kept in a folder of the
// cache beside the packages (docs/isolation.md). What a handler sees is the same either way.
enum class StartCache : std::uint8_t {
  kOff,        // it is not looked for
  kRead,       // it is used where it is
  kFill,       // the same, and where it is not, it is made in the background, once a worker has served
  kFillFirst,  // where it is not, it is made before the runtime is started, which takes seconds
};

// Whether a worker has folders of its own in the place of the machine's.
enum class FolderUse : std::uint8_t {
  kOwn,         // /tmp, and /opt where the function has layers, as far as that can be had (docs/isolation.md)
  kTheMachines  // none: the function finds the machine's, and its layers where they lie
};

// Whether Runtime::Cancel reaches what runs in a worker.
enum class CancelUse : std::uint8_t {
  kOff,  // not where the language wants its process to have one thread; there a cancelled invocation goes on
  kOn    // a Python worker has a second thread for it, of which CPython 3.12 and later warn at os.fork
};

// The worker processes of a Runtime, which serve the functions of Isolation::kProcess.
struct WorkerOptions {
  std::string program_dir;             // of tandem-supervisor and tandem-worker; empty: tandem beside libtandem
  std::size_t most_per_function = 16;  // at a time; invocations beyond their concurrency wait
  std::size_t most = 64;               // of all functions; an idle one of another function gives way
  std::chrono::milliseconds idle_limit = std::chrono::minutes(5);   // then an idle one is ended
  std::chrono::milliseconds init_limit = std::chrono::seconds(10);  // then it is tried within the invocation (E-35)
  ZygoteUse zygotes = ZygoteUse::kWhenReady;
  std::size_t most_zygotes = 8;  // at a time, with standbys, one for each kind of worker; the one least used gives way
  // The same for standbys, processes that have their language's runtime in memory, where a language can have those, and
  // become workers: a package's next ones, after one has served. kAlways: they wait for one that is being made.
  ZygoteUse standbys = ZygoteUse::kWhenReady;
  FolderUse folders = FolderUse::kOwn;
  CancelUse cancels = CancelUse::kOn;
  AheadUse ahead = AheadUse::kWhereShort;
  std::chrono::milliseconds ahead_limit{1};  // then one that was sent ahead, and has not begun, is taken back
};

// How a Runtime is set up. Every member has a usable default.
struct RuntimeOptions {
  std::vector<std::string> loader_dirs;  // empty: DefaultLoaderDirs()
  std::map<std::string, LanguageOptions> languages;
  RuntimeMatch runtime_match = RuntimeMatch::kNearestNewer;
  PackageOptions package;
  LogSink* log_sink = nullptr;  // borrowed; must outlive the Runtime; null: logs are dropped
  PlatformLogs platform_logs = PlatformLogs::kOff;
  WorkerOptions workers;
  StartCache start_cache = StartCache::kFill;
};

// TANDEM_LOADER_PATH (colon-separated) and then tandem/loaders beside libtandem, which is left out where it is not
// there and another is named.
TANDEM_EXPORT std::vector<std::string> DefaultLoaderDirs();

// libtandem's version, "0.1.0", and the commit it was built from ("unknown" outside a checkout).
TANDEM_EXPORT std::string_view Version();
TANDEM_EXPORT std::string_view Commit();

class Function;

// An invocation that runs in a worker while no thread waits for it, for hosts that wait for many things at once.
// Threads: one at a time. Lifetime: within that of its Runtime; its function is not removed before. One that is let go
// of before it has ended is given up, and its worker with it.
class TANDEM_EXPORT BegunInvocation {
 public:
  BegunInvocation() = default;
  BegunInvocation(const BegunInvocation&) = delete;
  BegunInvocation& operator=(const BegunInvocation&) = delete;
  virtual ~BegunInvocation() = default;

  // Which of the process's environments it runs in: no two have the same number. It may be another one after a look,
  // and others may run in it: those are looked at in the order in which they have been begun.
  virtual std::uint64_t environment() const = 0;
  // What becomes readable when there may be something to look at, those of the environment; -1: nothing. They are the
  // Runtime's, stay the same as long as the environment lives, and may become readable while nothing runs in it.
  virtual std::array<int, 3> descriptors() const = 0;
  // When to look, whatever has become readable; the past: at once, as nothing will.
  virtual std::chrono::steady_clock::time_point due() const = 0;

  enum class Progress : std::uint8_t {
    kRuns,
    kEnded,      // Finish does not wait
    kNeedsWait,  // a process has to be ended, or what it writes is much: only Finish goes on
  };
  // Never waits.
  virtual Progress Look() = 0;
  // Once: waits until it has ended, and where it has begun behind others in its environment, until those have: on one
  // thread they are finished in the order in which they have been begun. What fails is a fault in the result.
  virtual InvokeResult Finish() = 0;
};

// Holds functions and invokes them: inline, on the calling thread, or in worker processes, while the calling thread
// waits.
//
// One JVM and one CPython at most live in a process, whatever number of Runtimes it has: they are started by the first
// function that needs them and stay until the process ends.
//
// Threads: all calls from any thread. Invocations of one function wait for each other unless max_concurrency says more.
// Nobody may change the process's environment or locale while a VM starts. Handlers run on the caller's stack: 8 MiB is
// what Python's recursion limits are made for, and the initial thread has 1 MiB once Java has run on it.
// Owns: its functions. Lifetime: the destructor waits for running invocations. In a fork of the process that made it
// there are no workers: what needs one is refused, and the destructor leaves the parent's alone (docs/isolation.md).
class TANDEM_EXPORT Runtime {
 public:
  // Errors: as RuntimeRegistry::Open; kInvalidArgument for a bound of workers that is 0.
  static Result<std::unique_ptr<Runtime>> Create(RuntimeOptions options = {});
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Unpacks the function's package and chooses its runtime; starts no VM and runs no user code. The pointer is valid
  // until Remove or the Runtime's end. Errors: kInvalidArgument (a member of the config, the package, an ambiguous
  // language), kNotFound (no such package), kUnavailable (no runtime serves it).
  Result<Function*> Add(FunctionConfig config);
  // Waits for the function's running invocations, which keep their deadlines. Not from one of them. Errors: kNotFound.
  Status Remove(std::string_view key);
  // By its key, which is its name where it has no other. Null when there is none.
  Function* Find(std::string_view key) const;

  // Starts the language's VM without user code, so that a first invocation does not pay for it. Errors: kUnavailable or
  // kInternal, with the loader's reason; after a failure to warm up alone invocations may still succeed. Nothing where
  // the function has workers.
  Status Warm(Function& function);
  // Runs the init phase where it has not run: resolves the handler and runs its static code. Success, or the init
  // error.
  Outcome Prepare(Function& function);

  // Runs one invocation on the calling thread. A DryRun prepares the function and does not run it. Inline, the timeout
  // is cooperative: at the deadline the handler is asked to yield, and what it then answers is replaced by the timeout
  // error (E-38); a worker is killed. A function that invokes itself on its own thread, where it would wait for its own
  // end, gets a fault. Never fails otherwise than by the outcome.
  InvokeResult Invoke(Function& function, const Event& event, const InvokeOptions& options);
  InvokeResult Invoke(Function& function, const Event& event);  // with default options

  // Begins an invocation where that takes no waiting: in a worker that is warm and idle, or behind others (AheadUse).
  // Null, and nothing has happened, where there is none, for an inline function, for a DryRun, and with a
  // chunk_receiver: Invoke it. `event` and `options` outlive what is returned.
  std::unique_ptr<BegunInvocation> TryBegin(Function& function, const Event& event, const InvokeOptions& options);

  // Asks a running invocation to yield. One that waits for a worker ends at once; docs/isolation.md has the cases.
  void Cancel(Function& function, std::string_view request_id);

  // The calling thread will make no more calls: release what the VMs hold for it. Threads that end do so by themselves.
  static void DetachThread();

  const RuntimeRegistry& registry() const;

 private:
  class Impl;
  explicit Runtime(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What the platform tells a function by environment variables, by their names.
struct PlatformVariables {
  std::map<std::string, std::string> defaults;  // the function's own go first
  std::map<std::string, std::string> reserved;  // these go first
};

// A function of a Runtime.
// Threads: immutable.
class TANDEM_EXPORT Function {
 public:
  const FunctionConfig& config() const { return config_; }
  const RuntimeSelection& runtime() const { return runtime_; }
  const std::string& code_root() const { return code_root_; }
  // YYYY/MM/DD/[<version>]<32 hex> (C-30): of its environment inline, and of the first of its processes. Each further
  // process has a name of its own, which its log records have, too.
  const std::string& log_stream_name() const { return log_stream_name_; }
  // What its workers have, with what is theirs alone: PATH, LD_LIBRARY_PATH. Inline, the host's environment is the
  // function's, and the host may set these.
  PlatformVariables platform_variables() const;
  // Whether its handlers expect the process's initial thread where the host has the choice; starts no VM but loads the
  // loader. Errors: kUnavailable.
  Result<bool> PrefersMainThread() const;

 protected:
  Function() = default;
  ~Function() = default;

  FunctionConfig config_;
  RuntimeSelection runtime_;
  std::string code_root_;
  std::string log_stream_name_;
};

}  // namespace tandem

#endif  // TANDEM_RUNTIME_H_
