// One function's handler in this process.
#ifndef TANDEM_CORE_INLINE_ENVIRONMENT_H_
#define TANDEM_CORE_INLINE_ENVIRONMENT_H_

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "fork_count.h"
#include "hints.h"
#include "host_table.h"
#include "loader_process.h"
#include "places.h"
#include "sink.h"
#include "tandem/event.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/log.h"
#include "tandem/outcome.h"

namespace tandem {

// What an environment is told about its function once.
struct EnvironmentConfig {
  const FunctionConfig* function;  // borrowed from the function, which outlives the environment
  std::string_view runtime_identifier;
  std::string_view code_root;
  std::string_view log_group_name;
  std::string_view log_stream_name;
};

// An invocation while it is in an environment.
// Lifetime: one Invoke call; the environment refers to it between Enter and Leave.
struct RunningInvocation {
  RunningInvocation(InvokeResult& to, std::chrono::milliseconds limit, const InvokeOptions& options)
      : result(to),
        sink(to.request_id.view(), kNoDeadline, &options.chunk_receiver, to.outcome),
        timeout(limit),
        log_type(options.log_type) {}

  InvokeResult& result;  // what the caller gets; its log tail under the environment's lock
  tandem_sink sink;
  std::chrono::milliseconds timeout;  // 0: none
  LogType log_type;
  std::int64_t deadline_ms = kNoDeadline;  // on the wall clock, as the handler is told; set by Enter
  std::int64_t began_ms = 0;               // by CoarseSteadyClockMs, where there is a timeout; set by Enter
  std::size_t place = 0;                   // set by Enter
  bool yield_asked = false;                // once is enough
  pthread_t thread = pthread_self();

  // Whether it has passed its deadline: the one that the handler was told, as long as the wall clock was not set
  // meanwhile by much; else its timeout. By coarse clocks.
  bool IsOver() const;
};

// Opens the handler when it is first needed and again after an outcome that asks for it, admits as many invocations at
// a time as the function and its loader allow, and attributes log records.
//
// A failed init is tried again at the next invocation (H-PY-36) unless it is final (H-JAVA-10).
// Threads: any. Lifetime: the destructor waits for what runs in it; nothing may wait for a place then.
class InlineEnvironment final : public tandem_function {
 public:
  InlineEnvironment(const EnvironmentConfig& config, const LoadedLoader& loader, LogSink* log_sink);
  ~InlineEnvironment();
  InlineEnvironment(const InlineEnvironment&) = delete;
  InlineEnvironment& operator=(const InlineEnvironment&) = delete;

  // How many invocations it admits at a time.
  std::size_t places() const { return places_.size(); }

  // Closes the handler when what runs has left. An invocation that enters later opens it again.
  void End();

  // Takes a place and sets the deadline, if the handler is open and a place is free; then Leave must follow.
  bool TryEnter(RunningInvocation& invocation);
  // The same, but waits for a place and opens the handler where needed. False: the sink has the init error or fault,
  // and the invocation must not run.
  bool Enter(RunningInvocation& invocation);
  // Runs the handler; between Enter and Leave.
  void Run(RunningInvocation& invocation, const tandem_invocation& call);
  // The environment may be destroyed as soon as this has let the invocation go.
  void Leave(RunningInvocation& invocation);

  void Cancel(std::string_view request_id);
  // Cancels what is overdue; returns whether anything with a deadline runs.
  bool CancelOverdue();

  // From the loader: a record of this function.
  void Log(const LogRecord& record) noexcept override;
  // A platform line about a running invocation: to the log, and to the invocation's tail.
  void LogPlatform(RunningInvocation& invocation, std::string_view text);

 private:
  enum class State : std::uint8_t {
    kClosed,
    kBusy,      // the loader opens or closes the handler; places are shut
    kReady,     // places are open
    kRetiring,  // places are shut; the last invocation to leave closes the handler
    kBad,
  };

  // Whether what the invocation would wait for is work of its own thread.
  bool IsHeldUpByItself(const RunningInvocation& invocation);
  // Waits, with the lock, until there is a place, and takes it; false when the state is not kReady any more, or the
  // sink has the reason.
  bool EnterUnderLock(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation);
  void LeaveMarked(RunningInvocation& invocation);
  // Opens the handler without holding the lock; leaves the result in the state.
  void Open(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation);
  // Shuts the places; closes the handler if nothing runs in it.
  void Retire(std::unique_lock<std::mutex>& lock);
  void CloseHandler(std::unique_lock<std::mutex>& lock);
  void SetState(State state);
  // Null: none of this id runs. Valid while the lock is held.
  RunningInvocation* FindRunning(std::string_view request_id);
  static void AppendToTail(RunningInvocation& invocation, std::string_view text,
                           void (*append)(std::string&, std::string_view)) noexcept;
  // Whether the process that made this has been forked, and this is the child.
  bool IsForked() const { return ForkCount() != forks_; }
  void AskToYield(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation);
  void LogHint(LogRecord record) noexcept;

  const EnvironmentConfig config_;
  const LoadedLoader loader_;
  LogSink* const log_sink_;
  const std::uint32_t forks_ = ForkCount();
  Places places_;

  std::mutex mutex_;
  std::condition_variable state_changed_;
  std::condition_variable place_free_;
  State state_ = State::kClosed;
  const RunningInvocation* opening_ = nullptr;  // whose call opens the handler
  int waiting_ = 0;                             // for a place
  int cancels_ = 0;                             // loader calls to `cancel` under way, which need the handler
  tandem_handler* handler_ = nullptr;           // changes only while no place is free or taken
  Outcome bad_;                                 // with State::kBad
  Hints hints_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_INLINE_ENVIRONMENT_H_
