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
#include <string_view>
#include <vector>

#include "tandem/payload.h"
#include "tandem/status.h"
#include "tandem/v1/worker.pb.h"
#include "workers/environment_process.h"
#include "workers/invocation_log.h"

namespace tandem::workers {

// What a worker says to one of its callers.
struct WorkerMessage {
  v1::FromWorker message;
  Payload payload;
};

// One caller's part.
// Lifetime: one call. Threads: its own thread, and under the lock of WorkerCalls whoever reads.
struct WorkerCall {
  explicit WorkerCall(InvocationLog& to) : log(to) {}

  InvocationLog& log;
  std::uint64_t number = 0;  // unique in the worker's life
  std::uint32_t place = 0;
  std::list<WorkerMessage> said;  // what it has not taken yet
  std::size_t waiting_bytes = 0;  // of that
  bool waits = false;
  std::condition_variable changed;
};

// The invocations that one worker has at a time, each in a place of its own. One of their callers reads for all.
//
// A call that its caller has given up keeps its place until the worker answers it, and that answer is dropped.
// Threads: any. Lifetime: outlives the calls.
class WorkerCalls {
 public:
  using Clock = std::chrono::steady_clock;

  // Of what a caller has not taken; beyond it nobody reads on, so that the worker waits.
  static constexpr std::size_t kMostWaitingBytes = std::size_t{8} << 20;

  std::size_t places() const { return places_.size(); }
  // Before there are calls but the one that opens the worker.
  void SetPlaces(std::size_t count) { places_.resize(count); }

  // Takes a place. True: it is the only call.
  bool Begin(WorkerCall& call);
  // Gives the place back, to `how`; another caller reads on. True: there is no other call.
  bool End(WorkerCall& call, Answer how);

  // Waits until there is a message for the call (kGiven), the worker is over (how) or the deadline has come, or the
  // caller has to read (nothing), which EndRead ends.
  std::optional<Answer> WaitOrRead(WorkerCall& call, Clock::time_point deadline, WorkerMessage& to);
  void EndRead();

  // By whoever reads: what the worker has said. Errors: kInvalidArgument, for an answer that was not asked.
  Status Deliver(std::uint32_t place, std::uint64_t number, WorkerMessage message);
  // To the log of the call of that id; of no call's id: to the reader's.
  void Record(const v1::WorkerLog& record, WorkerCall& reader);
  // Whether somebody is behind with what the worker has said.
  bool AnyIsBehind() const;
  // Whether an output that nobody signs may be that of several.
  bool AreSeveral() const;

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
  std::size_t Running() const { return calls_ + given_up_; }
  // Where nobody reads: another caller does from now on.
  void HandOver(const WorkerCall& by);

  mutable std::mutex mutex_;
  std::condition_variable quiet_;
  std::vector<Place> places_{1};
  std::size_t calls_ = 0;
  std::size_t given_up_ = 0;
  std::uint64_t last_number_ = 0;
  bool has_reader_ = false;
  std::optional<Answer> over_;
  bool several_at_end_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_CALLS_H_
