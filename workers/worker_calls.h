// WorkerCalls: who waits for one worker's answers, and which of them reads.
#ifndef TANDEM_WORKERS_WORKER_CALLS_H_
#define TANDEM_WORKERS_WORKER_CALLS_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/run_invocation.h"
#include "tandem/payload.h"
#include "tandem/status.h"
#include "tandem/v1/worker.pb.h"
#include "workers/environment_process.h"
#include "workers/invocation_log.h"

namespace tandem::workers {

// What a worker says to one of its callers, or has it log.
struct WorkerMessage {
  enum class Kind : std::uint8_t { kMessage, kRecord, kOutput };
  enum class Whose : std::uint8_t { kOwn, kAnybodys };

  Kind kind = Kind::kMessage;
  Whose whose = Whose::kOwn;  // of what is logged: the call's, or that of any
  v1::FromWorker message;     // but for an output, and for
  std::optional<proto::DoneSuccess> success;
  Payload payload;
  std::string output;

  bool is_logged() const { return kind != Kind::kMessage; }
  bool is_done() const { return success || message.has_done(); }
  // The memory that it takes, however little it says.
  std::size_t size() const;
};

// One caller's part.
// Lifetime: one call. Threads: its own thread, and under the lock of WorkerCalls whoever reads. Only its own thread
// logs.
struct WorkerCall {
  explicit WorkerCall(InvocationLog& to) : log(to) {}

  InvocationLog& log;
  std::uint64_t number = 0;  // unique in the worker's life
  std::uint32_t place = 0;
  std::list<WorkerMessage> said;  // what it has not taken yet
  std::size_t waiting_bytes = 0;  // of that
  bool waits = false;
  bool is_loud = false;  // it says more than one takes who does not wait
  std::condition_variable changed;
};

// The invocations that one worker has at a time, each in a place of its own. One of their callers reads for all.
//
// A call that its caller has given up keeps its place until the worker answers it, and that answer is dropped.
// Threads: any. Lifetime: outlives the calls.
class WorkerCalls {
 public:
  using Clock = std::chrono::steady_clock;

  // Of what a caller has not taken, by WorkerMessage::size; beyond it nobody reads on, so that the worker waits.
  static constexpr std::size_t kMostWaitingBytes = std::size_t{8} << 20;

  std::size_t places() const { return places_.size(); }
  // Before there are calls but the one that opens the worker.
  void SetPlaces(std::size_t count) { places_.resize(count); }

  // For a call that is sent before it has a place.
  std::uint64_t NewNumber();
  // Takes a place, and a number where the call has none. True: it is the only call. Nothing: there is no place.
  std::optional<bool> Begin(WorkerCall& call);
  // What a call that has no place is answered is dropped.
  void Abandon(std::uint64_t number);
  // Gives the place back, to `how`; another caller reads on. True: there is no other call.
  bool End(WorkerCall& call, Answer how);

  // Waits until there is a message for the call (kGiven), the worker is over (how) or the deadline has come, or the
  // caller has to read (nothing), which EndRead ends.
  std::optional<Answer> WaitOrRead(WorkerCall& call, Clock::time_point deadline, WorkerMessage& to);
  void EndRead();

  // By whoever reads: what the worker has said, and what was written before, for whoever gets the answer to log.
  // Errors: kInvalidArgument, for an answer that was not asked.
  Status Deliver(std::uint32_t place, std::uint64_t number, WorkerMessage message, std::string output,
                 WorkerCall& reader);
  // For the call of that id to log; of no call's id: for the reader.
  void Record(v1::FromWorker message, WorkerCall& reader);
  // For the reader to log.
  void Output(std::string output, WorkerCall& reader);
  // What was anybody's has been logged.
  void Logged();
  // Whether somebody is behind with what the worker has said.
  bool AnyIsBehind() const;
  // Whether an output that nobody signs may be that of several.
  bool AreSeveral() const;
  // How long an answer waits for what was anybody's and is being logged.
  static constexpr std::chrono::milliseconds kPatienceWithLog{50};

  // Nothing more comes: what every call gets. The first one counts; false: it was over already.
  bool SetOver(Answer how);
  bool is_over() const;
  // Once it is over and nobody reads any more: whether several ran then.
  bool WaitUntilQuiet();

 private:
  struct Place {
    WorkerCall* call = nullptr;
    std::uint64_t number = 0;  // of the last call
    bool given_up = false;
  };

  WorkerCall* Find(std::string_view request_id) const;
  // Adds to what the call has not taken yet.
  void Add(WorkerCall& call, WorkerMessage message);
  // What was written by anybody, for the call to log.
  void AddOutput(WorkerCall& call, std::string output);
  // Until all that was anybody's has been logged, so that an invocation's log is complete before its end. A sink that
  // takes long with it is waited for once.
  void WaitForLog(std::unique_lock<std::mutex>& lock);
  std::size_t Running() const { return calls_ + given_up_; }
  // Where nobody reads: another caller does from now on.
  void HandOver(const WorkerCall& by);

  mutable std::mutex mutex_;
  std::condition_variable quiet_;
  std::condition_variable logged_;
  std::vector<Place> places_{1};
  std::size_t calls_ = 0;
  std::size_t given_up_ = 0;
  std::uint64_t last_number_ = 0;
  std::vector<std::uint64_t> abandoned_;  // numbers
  bool has_reader_ = false;
  std::size_t unlogged_ = 0;        // of what was anybody's
  std::uint64_t times_logged_ = 0;  // that there was none left
  bool waits_for_log_ = true;
  std::optional<Answer> over_;
  bool several_at_end_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_CALLS_H_
