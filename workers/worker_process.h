// WorkerProcess: the host's end of one worker.
#ifndef TANDEM_WORKERS_WORKER_PROCESS_H_
#define TANDEM_WORKERS_WORKER_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tandem/event.h"
#include "tandem/invocation.h"
#include "tandem/outcome.h"
#include "tandem/status.h"
#include "tandem/v1/worker.pb.h"
#include "workers/channel.h"
#include "workers/file_descriptor.h"
#include "workers/invocation_log.h"
#include "workers/memory_watch.h"
#include "workers/supervisor.h"

namespace tandem::workers {

// How a worker is started.
struct WorkerSpec {
  std::string program;                   // of the worker
  std::vector<std::string> environment;  // "NAME=value", all that it has
  std::string working_directory;
  v1::OpenFunction function;  // whose memory size is enforced
};

// What has become of something that was asked of a worker.
enum class Answer : std::uint8_t {
  kGiven,    // the outcome is the worker's
  kTooLate,  // it did not answer in time; it runs on
  kGone,     // its process has ended
  kTooMuch,  // it had more memory than it may have, and is being killed
};

// One worker process and its function's handler.
//
// Its standard output and error are one pipe, which is read whenever the worker is waited for, and read empty before an
// answer counts: all that an invocation wrote is logged before its end.
//
// Threads: one at a time. Owns: the process, which ends with this object, and all that it has started.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;
  // No deadline.
  static constexpr Clock::time_point kForever = Clock::time_point::max();

  // Starts the process and tells it its function. Errors: kUnavailable, kInternal.
  static Result<std::unique_ptr<WorkerProcess>> Start(Supervisor& supervisor, const WorkerSpec& spec);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Waits until the handler is open; `outcome` is its init error where there is one.
  Answer WaitOpen(InvocationLog& log, Clock::time_point deadline, Outcome& outcome);
  // One invocation.
  Answer Run(const v1::Invocation& invocation, const Payload& payload, const ChunkReceiver& chunks, InvocationLog& log,
             Clock::time_point deadline, Outcome& outcome);

  // Whether the process is there and has said nothing that nobody asked for.
  bool IsSound();
  // Ends the process and whatever it has started, waits for that, and logs what it still wrote. 0 to 255, or minus the
  // number of the signal that ended it before.
  int End(InvocationLog* log);
  // Why the worker is not to be trusted any more; empty: nothing speaks against it.
  const std::string& refusal() const { return refusal_; }
  // The most memory that the process has had so far, or had when it ended, in bytes.
  std::int64_t PeakMemoryBytes() const;

 private:
  WorkerProcess(Channel channel, FileDescriptor output, std::shared_ptr<Process> process, std::int64_t memory_limit)
      : channel_(std::move(channel)),
        output_(std::move(output)),
        process_(std::move(process)),
        memory_(process_->pid(), memory_limit) {}

  // The next message that is no log record, once there is one.
  struct Message {
    v1::FromWorker message;
    Payload payload;
  };
  Answer Next(InvocationLog& log, Clock::time_point deadline, Message& to);
  Answer TakeOpened(InvocationLog& log, Clock::time_point deadline, Outcome& outcome);
  Answer Call(const v1::Invocation& invocation, const Payload& payload, const ChunkReceiver& chunks, InvocationLog& log,
              Clock::time_point deadline, Outcome& outcome);
  // What ends the wait for a message where neither a message nor the worker's end does.
  std::optional<Answer> CutShort(Clock::time_point deadline);
  // An answer, unless the worker has more memory than it may have.
  Answer AtLast(Answer how);
  Answer KillForMemory();
  // Takes one frame if there is one: true when it is a message for the caller. Errors: the worker is not to be trusted.
  Result<bool> Take(InvocationLog& log, Message& to);
  void ReadOutput(InvocationLog& log);

  Channel channel_;
  FileDescriptor output_;
  std::shared_ptr<Process> process_;
  MemoryWatch memory_;
  std::uint64_t calls_ = 0;
  bool said_hello_ = false;
  std::string refusal_;  // why it is not to be trusted; empty: it is
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_PROCESS_H_
