// WorkerProcess: the host's end of one worker.
#ifndef TANDEM_WORKERS_WORKER_PROCESS_H_
#define TANDEM_WORKERS_WORKER_PROCESS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tandem/payload.h"
#include "tandem/status.h"
#include "tandem/v1/worker.pb.h"
#include "workers/channel.h"
#include "workers/environment_process.h"
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

// What a worker is forked from; nothing: its program is executed.
struct ForkedFrom {
  std::shared_ptr<Process> zygote = nullptr;
  bool waits = false;  // where that is not ready yet
};

// One worker process and its function's handler, over a channel.
class WorkerProcess final : public EnvironmentProcess {
 public:
  // Starts the process and tells it its function. Errors: kUnavailable, kInternal.
  static Result<std::unique_ptr<WorkerProcess>> Start(Supervisor& supervisor, const WorkerSpec& spec, ForkedFrom from);
  ~WorkerProcess() override;

  Answer WaitOpen(const Caller& caller, Outcome& outcome) override;
  // A cancelled invocation is asked to yield, which is the handler's to do.
  Answer Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
             Outcome& outcome) override;
  bool forkable() const override { return forkable_; }
  // Whether it is a fork of a zygote.
  bool forked() const { return process_->forked(); }
  bool IsSound() override;
  int End(InvocationLog* log) override;

 private:
  WorkerProcess(Channel channel, Channel control, FileDescriptor output, std::shared_ptr<Process> process,
                std::int64_t memory_limit)
      : EnvironmentProcess(std::move(output), std::move(process)),
        channel_(std::move(channel)),
        control_(std::move(control)),
        memory_(process_->pid(), memory_limit) {}

  // The next message that is no log record, once there is one.
  struct Message {
    v1::FromWorker message;
    Payload payload;
  };
  Answer Next(InvocationLog& log, Clock::time_point deadline, Message& to);
  Answer TakeOpened(InvocationLog& log, Clock::time_point deadline, Outcome& outcome);
  Answer Call(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller, Outcome& outcome);
  Answer WaitForAnswer(const ChunkReceiver& chunks, const Caller& caller, Outcome& outcome);
  Answer TakeOutcome(const v1::InvocationDone& done, const Payload& payload, Outcome& outcome);
  void AskToYield(std::uint64_t call);
  // What ends the wait for a message where neither a message nor the worker's end does.
  std::optional<Answer> CutShort(Clock::time_point deadline);
  // An answer, unless the worker has more memory than it may have.
  Answer AtLast(Answer how);
  Answer KillForMemory();
  // Takes one frame if there is one: true when it is a message for the caller. Errors: the worker is not to be trusted.
  Result<bool> Take(InvocationLog& log, Message& to);

  Channel channel_;
  Channel control_;  // on which the worker is told to cancel
  MemoryWatch memory_;
  std::uint64_t calls_ = 0;
  bool said_hello_ = false;
  bool forkable_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_PROCESS_H_
