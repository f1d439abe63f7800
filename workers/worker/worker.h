// Worker: one function in a process of its own.
#ifndef TANDEM_WORKERS_WORKER_WORKER_H_
#define TANDEM_WORKERS_WORKER_WORKER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/src/inline_environment.h"
#include "proto/convert.h"
#include "proto/run_invocation.h"
#include "tandem/function.h"
#include "tandem/registry.h"
#include "tandem/runtime.h"
#include "tandem/v1/worker.pb.h"
#include "workers/channel.h"
#include "workers/claims.h"
#include "workers/worker/cancels.h"
#include "workers/worker/channel_log.h"

namespace tandem::workers {

// The function's wrapper may have given it another handler, by _HANDLER.
enum class StartedBy : std::uint8_t { kHost, kWrapper };

// Serves the host at the other end of the channel until it closes it: opens the one function that it names and runs its
// invocations, as many at a time as the function and its loader allow.
//
// Threads: one, which should be the process's initial one; it starts those that the function needs. Errors: a host that
// says something else than the protocol has it ends the worker.
class Worker {
 public:
  Worker(Channel& channel, StartedBy started_by) : channel_(channel), log_(channel), started_by_(started_by) {}
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The process's exit status. On standard error is what could not be understood.
  int Run();
  // The same, but for an error: kUnavailable is a host that is gone.
  Result<int> Live();

 private:
  // One invocation, as it was asked for.
  struct Request {
    proto::CallId id;
    Result<proto::Invocation> invocation;  // an error is its outcome
  };

  // A child that user code has forked and that comes back from it, too, has nothing to say, and ends here.
  void EndIfForked(const Outcome& outcome) const;
  Status Open(const v1::OpenFunction& message, std::vector<FileDescriptor> files);
  Outcome OpenHandler();
  // Runs invocations until the host closes the channel.
  Status Serve();
  // The same, on threads whose stacks a JVM's guard pages do not shrink, and as many as there have been invocations at
  // a time.
  Status ServeOnOwnThreads();
  Status StartServing();
  // An invocation begins, which takes a thread; it is over.
  void TakeThread();
  void GiveThread();
  // What a frame asks for. Errors: it is no RunInvocation.
  static Result<Request> RequestIn(const Frame& frame);
  // Of one that was sent ahead of its turn: whether it is to begin now.
  bool Claim(const proto::CallId& id);
  Status RunOne(Request& request);
  // Whether the host lets one that was sent ahead begin now. It takes back all of them where not: by the same outcome,
  // and the same peak, which is its memory size at most (0: nobody knows it).
  bool GoesOn(const Outcome& outcome, std::uint64_t peak) const;
  // False: it was cancelled before it began.
  bool Call(Request& request, InvokeResult& result);

  Channel& channel_;
  ChannelLog log_;
  const StartedBy started_by_;
  RuntimeInfo runtime_;
  std::string runtime_identifier_;
  std::string code_root_;
  std::string log_stream_name_;
  FunctionConfig config_;
  std::unique_ptr<InlineEnvironment> environment_;
  std::unique_ptr<Cancels> cancels_;
  Claims claims_;
  bool goes_on_ = true;  // a serial worker
  bool on_initial_thread_ = false;
  std::size_t most_at_a_time_ = 1;

  std::mutex threads_mutex_;
  std::condition_variable ended_;
  std::size_t threads_ = 0;       // that serve
  std::size_t free_threads_ = 0;  // of these, without an invocation
  std::optional<Status> end_;     // of the first that has ended
};

// The whole life of a worker whose channel is kWorkerChannel. What it has stays to the process's end: threads of user
// code may outlive all else.
[[noreturn]] void ServeAsWorker(StartedBy started_by);

// The runtime that a message names, and its loader's options.
RuntimeInfo LoaderOf(const v1::WorkerRuntime& message, LanguageOptions& options);

// Tells a loader what the process may have for itself, by which a VM chooses its heap.
void SetMemorySize(std::int32_t megabytes, LanguageOptions& options);
// For a VM's temporary files; nothing where it is empty.
void SetTemporaryFolder(const std::string& folder, LanguageOptions& options);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_WORKER_H_
