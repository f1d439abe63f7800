// WorkerProcess: the host's end of one worker.
#ifndef TANDEM_WORKERS_WORKER_PROCESS_H_
#define TANDEM_WORKERS_WORKER_PROCESS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tandem/payload.h"
#include "tandem/status.h"
#include "tandem/v1/worker.pb.h"
#include "workers/channel.h"
#include "workers/claims.h"
#include "workers/environment_process.h"
#include "workers/marked_output.h"
#include "workers/memory_watch.h"
#include "workers/supervisor.h"
#include "workers/worker_calls.h"

namespace tandem::workers {

// How a worker is started.
struct WorkerSpec {
  std::string program;                   // of the worker
  std::vector<std::string> environment;  // "NAME=value", all that it has
  std::string working_directory;
  ProcessFolders folders;
  v1::OpenFunction function;  // whose memory size is enforced
};

// What a worker is forked from; nothing: its program is executed.
struct ForkedFrom {
  std::shared_ptr<Process> zygote = nullptr;
  bool waits = false;  // where that is not ready yet
};

// One worker process and its function's handler, over a channel.
//
// Of the callers whose invocations run in it, one reads what the process says, for all of them, and hands over to
// another when it has its own answer: a caller that is alone reads for itself.
class WorkerProcess final : public EnvironmentProcess {
  friend struct WorkerAtHand;  // fuzz/worker_messages.cc: without a process

 public:
  // Starts the process and tells it its function. Errors: kUnavailable, kInternal.
  static Result<std::unique_ptr<WorkerProcess>> Start(Supervisor& supervisor, const WorkerSpec& spec, ForkedFrom from);
  // Starts one that gets its function later, by Take; `spec` without the variables that it gets then. Errors: the same.
  static Result<std::unique_ptr<WorkerProcess>> StartStandby(Supervisor& supervisor, const WorkerSpec& spec);
  ~WorkerProcess() override;

  enum class Standing : std::uint8_t {
    kNotYet,
    kReady,    // it can be taken
    kUseless,  // it cannot, and will not
  };
  // Of a standby; waits until then.
  Standing Stands(Clock::time_point until);
  // Makes a standby that is ready the function's. False: it is of no use, and no code of the function's has run.
  bool Take(const WorkerSpec& spec);
  // Whether a standby has written or logged something.
  bool spoke() const { return spoke_; }

  Answer WaitOpen(const Caller& caller, Outcome& outcome) override;
  // A cancelled invocation is asked to yield, which is the handler's to do; so is one that is late while others run.
  Answer Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
             Outcome& outcome) override;
  std::unique_ptr<BegunCall> Begin(const proto::Invocation& invocation, const Caller& caller,
                                   Outcome& outcome) override;
  std::unique_ptr<BegunCall> SendAhead(const proto::Invocation& invocation, const Caller& caller,
                                       Outcome& outcome) override;
  std::size_t places() const override { return calls_.places(); }
  bool forkable() const override { return forkable_; }
  bool fills_cache() const override { return fills_cache_; }
  bool stands_by() const override { return stands_by_; }
  // Whether it is a fork of a zygote.
  bool forked() const { return process_->forked(); }
  std::chrono::nanoseconds run_time() const override { return ahead_.claims().run_time(); }
  bool IsSound() override;
  int End(InvocationLog* log) override;

 private:
  WorkerProcess(Channel channel, Channel control, FileDescriptor output, std::shared_ptr<Process> process,
                const WorkerSpec& spec);

  // Starts the process, which waits to be told what it is.
  static Result<std::unique_ptr<WorkerProcess>> StartProcess(Supervisor& supervisor, const WorkerSpec& spec,
                                                             ForkedFrom from);
  Status TellFunction(const v1::OpenFunction& function);
  // The next message of a standby, which says what it is asked and nothing else.
  Standing NextOfStandby(Clock::time_point until, v1::FromWorker& to);

  class Begun;

  // False: it has no place, as the one before it has been given up, and the process with it.
  bool BeginCall(WorkerCall& call);
  // The call's place, its wait by `run`, and its end.
  template <typename RunCall>
  Answer InCall(const Caller& caller, const RunCall& run);
  // What has become of a call that was answered or not: where the process is without its channel, after its end.
  Answer AfterCall(Answer how, Clock::time_point deadline);
  // Waits for the end of a process that has closed its channel, so that its status is its own and all that it writes is
  // logged: as long as it is on the way there or does something, for kLastWords at most. kTooLate: the deadline came
  // before.
  Answer AwaitEnd(Clock::time_point deadline);
  // Reads the output until then. True: the process has ended.
  bool ReadUntil(Clock::time_point until);
  bool HasClosedChannel() const;
  // kTooMuch where the worker has more memory than it may have.
  Answer EndCall(WorkerCall& call, Answer how);
  Answer TakeOpened(WorkerCall& call, const Caller& caller, Outcome& outcome);
  Answer Call(WorkerCall& call, const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
              Outcome& outcome);
  // Sends it. False: the outcome is there.
  bool SendCall(const WorkerCall& call, const proto::Invocation& invocation, const Caller& caller, Outcome& outcome);
  Answer WaitForAnswer(WorkerCall& call, const ChunkReceiver& chunks, Clock::time_point deadline, Outcome& outcome);
  // The same without waiting; nothing: there is none. Of a call whose chunks nobody takes.
  std::optional<Answer> LookForAnswer(WorkerCall& call, Clock::time_point deadline, Outcome& outcome);
  Answer TakeOutcome(const WorkerCall& call, WorkerMessage& answer, Outcome& outcome);
  void AskToYield(const WorkerCall& call);

  enum class Waiting : std::uint8_t { kNo, kUntilDeadline };
  // The next message for the call, once there is one. Nothing: there is none, and it does not wait.
  std::optional<Answer> Next(WorkerCall& call, Clock::time_point deadline, WorkerMessage& to, Waiting waiting);
  // Has the call's log what is for that. False: it is for the caller.
  bool Log(WorkerCall& call, const WorkerMessage& message);
  // Waits until the process says something, and hands that to whom it is for. False: it says nothing, and nobody waits.
  bool Read(WorkerCall& reader, Clock::time_point deadline, Waiting waiting);
  Clock::time_point MemoryIsDue();
  // What a frame says. Errors: the worker is not to be trusted.
  static Result<v1::FromWorker> MessageOf(const Frame& frame);
  // Takes one frame if there is one; true: it is the reader's answer. Errors: the worker is not to be trusted.
  Result<bool> Take(WorkerCall& reader);
  struct CallName {
    std::uint32_t place;
    std::uint64_t number;
  };
  Result<bool> Deliver(const CallName& whose, WorkerMessage message, WorkerCall& reader);
  // A record, and before it what was written before.
  void TakeRecord(v1::FromWorker record, WorkerCall& reader);
  // What the process has written so far goes on to `marked_`.
  void AppendOutput();
  // Of that, what is whoever's answer is next, up to the place of a record that is still to come.
  std::string OutputUntilMark(const WorkerCall& reader);
  // What was written before an answer: where the next invocation has begun already, not what that has written.
  std::string OutputOfAnswered(std::uint64_t number);
  Status TakeHello(const v1::FromWorker& message);
  // Nothing of what runs in it gets another answer than `how`, and `why` is the refusal. The first one counts.
  void BeOver(Answer how, const std::string& why = {});
  Answer Distrust(const std::string& why);
  void KillForMemory();
  MemoryWatch* memory() override { return &memory_; }

  Channel channel_;
  Channel control_;                       // on which the worker is told to cancel
  MarkedOutput marked_;                   // of whoever reads
  std::optional<Channel> controlled_by_;  // the worker's end, until it is told its function
  WorkerCalls calls_;
  SentAhead ahead_;
  MemoryWatch memory_;
  const std::uint64_t most_resident_;  // bytes, with which the worker begins what it was sent ahead
  std::atomic<bool> takes_ahead_ = true;
  std::mutex over_mutex_;
  std::mutex ending_;
  std::size_t last_words_ = 0;            // bytes, with ending_ held
  std::atomic<bool> is_awaited_ = false;  // by a call, or by nobody
  std::size_t most_places_ = 1;
  bool said_hello_ = false;  // of whoever reads
  bool forkable_ = false;
  bool fills_cache_ = false;
  bool stands_by_ = false;  // others could be taken from standbys
  bool stands_ = false;     // this standby is ready
  bool spoke_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_PROCESS_H_
