// EnvironmentProcess: the host's end of one process that is an execution environment.
#ifndef TANDEM_WORKERS_ENVIRONMENT_PROCESS_H_
#define TANDEM_WORKERS_ENVIRONMENT_PROCESS_H_

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "proto/convert.h"
#include "tandem/invocation.h"
#include "tandem/outcome.h"
#include "tandem/status.h"
#include "workers/cancellation.h"
#include "workers/file_descriptor.h"
#include "workers/host_forked.h"
#include "workers/invocation_log.h"
#include "workers/memory_watch.h"
#include "workers/supervisor.h"

namespace tandem::workers {

// What has become of something that was asked of an environment.
enum class Answer : std::uint8_t {
  kGiven,      // the outcome is the environment's
  kTooLate,    // it did not answer in time; it runs on
  kGone,       // its process has ended
  kTooMuch,    // it had more memory than it may have, and is being killed
  kCancelled,  // it is being killed, as the invocation was cancelled and nothing in it could be asked to yield
};

// Who waits for an environment.
struct Caller {
  InvocationLog& log;
  std::chrono::steady_clock::time_point deadline;
  Cancellation& cancellation;
};

// One invocation that is under way while nobody waits for it.
// Threads: one at a time. Lifetime: within that of its process; ended before its answer, it is given up.
class BegunCall {
 public:
  BegunCall() = default;
  BegunCall(const BegunCall&) = delete;
  BegunCall& operator=(const BegunCall&) = delete;
  virtual ~BegunCall() = default;

  // What becomes readable when there may be something to look at; -1: nothing.
  virtual std::array<int, 3> descriptors() const = 0;
  // When to look, whatever has become readable; the past: there is something to see already.
  virtual std::chrono::steady_clock::time_point due() = 0;
  enum class Progress : std::uint8_t {
    kRuns,
    kAnswered,   // kGiven
    kNeedsWait,  // there is no answer, or much is logged: only Wait says more
  };
  // Never waits.
  virtual Progress Look() = 0;
  // Waits until it has an answer, and where it has none, for what has to be waited for then.
  virtual Answer Wait() = 0;

  // One that was sent ahead of its turn is looked at and waited for from BeFirst on.
  //
  // True: it does not begin, and is over. False: it has begun, so that the one before has its answer.
  virtual bool TakeBack() { return false; }
  // Of one whose process has ended: whether it has not begun there, though it was its turn.
  virtual bool HasNotBegun() { return false; }
  // Whether it does not begin, as its worker may begin nothing more.
  virtual bool is_taken_back() const { return false; }
  // It is its turn, as all before it are over. When it has begun; now, where it has not.
  virtual std::chrono::steady_clock::time_point BeFirst() { return std::chrono::steady_clock::now(); }
  // Of its caller, who knows it then.
  virtual void SetDeadline(std::chrono::steady_clock::time_point /*deadline*/) {}
  // When it was over, where its answer waited while the next one ran; else now.
  virtual std::chrono::steady_clock::time_point ended() const { return std::chrono::steady_clock::now(); }
};

// Where one function's handler lives, and takes as many invocations at a time as it has places.
//
// Its standard output and error are one pipe, which is read whenever the process is waited for, and read empty before
// an answer counts: all that an invocation wrote is logged before its end.
//
// Threads: one at a time where it has one place; else Run, End and refusal from any. Owns: the process, which ends with
// this object, and all that it has started. Lifetime: in a fork of the host it is let go of and not ended.
class EnvironmentProcess {
 public:
  using Clock = std::chrono::steady_clock;
  // No deadline.
  static constexpr Clock::time_point kForever = Clock::time_point::max();

  EnvironmentProcess(const EnvironmentProcess&) = delete;
  EnvironmentProcess& operator=(const EnvironmentProcess&) = delete;
  // Of an implementation: ends the process.
  virtual ~EnvironmentProcess() = default;

  // Waits until the handler is open; `outcome` is its init error where there is one. To cancel is to end the process.
  virtual Answer WaitOpen(const Caller& caller, Outcome& outcome) = 0;
  // One invocation.
  virtual Answer Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
                     Outcome& outcome) = 0;

  // The same, begun and not waited for. Null: it can only be waited for. All arguments but the invocation outlive it.
  virtual std::unique_ptr<BegunCall> Begin(const proto::Invocation& /*invocation*/, const Caller& /*caller*/,
                                           Outcome& /*outcome*/) {
    return nullptr;
  }

  // The same, sent ahead of its turn, behind those that run there or have been sent before. Null: it cannot be, and
  // nothing has happened.
  virtual std::unique_ptr<BegunCall> SendAhead(const proto::Invocation& /*invocation*/, const Caller& /*caller*/,
                                               Outcome& /*outcome*/) {
    return nullptr;
  }

  // How many invocations it takes at a time, known once it is open.
  virtual std::size_t places() const { return 1; }
  // Whether others could be forked from one like it, known once it is open.
  virtual bool forkable() const { return false; }
  // Whether others could be taken from standbys, known then, too.
  virtual bool stands_by() const { return false; }
  // Whether its language's runtime has something for the start cache, known then, too.
  virtual bool fills_cache() const { return false; }
  // What an invocation takes there without the way to it and back, the last that has ended; 0: it is not known.
  virtual std::chrono::nanoseconds run_time() const { return std::chrono::nanoseconds(0); }
  // Whether the process is there and may be given another invocation.
  virtual bool IsSound() = 0;
  // Ends the process and whatever it has started, waits for that, and logs what it still wrote. 0 to 255, or minus the
  // number of the signal that ended it before.
  virtual int End(InvocationLog* log) = 0;
  // Why the process is not to be trusted any more; empty: nothing speaks against it.
  const std::string& refusal() const { return refusal_; }
  // The most memory that counted for the memory size so far, or until the end, in bytes.
  std::int64_t PeakMemoryBytes();
  // As the host sees it; 0: none could be started.
  pid_t process_id() const { return process_ == nullptr ? 0 : process_->pid(); }

 protected:
  EnvironmentProcess(FileDescriptor output, std::shared_ptr<Process> process);

  // The ends of a pipe for the output: to read from, without blocking, and to write to.
  static Result<std::pair<FileDescriptor, FileDescriptor>> OutputPipe();
  // What a process that may read nothing has as its standard input.
  static Result<FileDescriptor> NoInput();
  // What `wait` says; kCancelled where the invocation is cancelled meanwhile, which ends the process.
  Answer UnlessCancelled(const Caller& caller, const std::function<Answer()>& wait);
  enum class Whose : std::uint8_t { kOwn, kAnybodys };
  // What there is of the output, or a part of it where that is much.
  std::string TakeOutput();
  // Throws HostForked. After whatever may have called the host's own code, and before the process is looked at again.
  void RequireHost() const;
  static void LogOutput(InvocationLog& log, std::string_view output, Whose whose);
  void ReadOutput(InvocationLog& log) { LogOutput(log, TakeOutput(), Whose::kOwn); }
  // What watches the process's; null where there is no process. With memory_mutex_ held, as is its use.
  virtual MemoryWatch* memory() = 0;

  std::mutex memory_mutex_;
  FileDescriptor output_;
  std::shared_ptr<Process> process_;  // null: none could be started
  std::string refusal_;

 private:
  const pid_t host_;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_ENVIRONMENT_PROCESS_H_
