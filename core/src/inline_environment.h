// One function's handler in this process.
#ifndef TANDEM_CORE_INLINE_ENVIRONMENT_H_
#define TANDEM_CORE_INLINE_ENVIRONMENT_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host_table.h"
#include "loader_process.h"
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
  RunningInvocation(std::string_view id, std::chrono::milliseconds limit, const ChunkReceiver* chunks, LogType log)
      : sink(id, kNoDeadline, chunks), timeout(limit), log_type(log) {}

  tandem_sink sink;
  std::chrono::milliseconds timeout;  // 0: none
  LogType log_type;
  std::int64_t deadline_ms = kNoDeadline;  // from Enter on
  bool yield_asked = false;                // once is enough
  std::optional<std::chrono::nanoseconds> init_duration;
  std::string tail;
};

// Opens the handler when it is first needed and again after an outcome that asks for it, admits as many invocations at
// a time as the function and its loader allow, and attributes log records.
//
// A failed init is tried again at the next invocation (H-PY-36) unless it is final (H-JAVA-10).
// Threads: any. Lifetime: nothing may run in it when it is destroyed.
class InlineEnvironment final : public tandem_function {
 public:
  InlineEnvironment(const EnvironmentConfig& config, const LoadedLoader& loader, LogSink* log_sink);
  ~InlineEnvironment();
  InlineEnvironment(const InlineEnvironment&) = delete;
  InlineEnvironment& operator=(const InlineEnvironment&) = delete;

  // Waits for a place and opens the handler where needed; then the deadline is set. False: the sink has the init error
  // or fault, and the invocation must not run; otherwise Leave must follow.
  bool Enter(RunningInvocation& invocation);
  // Runs the handler; between Enter and Leave.
  void Run(RunningInvocation& invocation, const tandem_invocation& call);
  void Leave(RunningInvocation& invocation);

  void Cancel(std::string_view request_id);
  // Cancels what is overdue; returns whether anything with a deadline runs.
  bool CancelOverdue(std::int64_t now_ms);

  // From the loader: a record of this function.
  void Log(const LogRecord& record) noexcept override;
  // A platform line about a running invocation: to the log, and to the invocation's tail.
  void LogPlatform(RunningInvocation& invocation, std::string_view text);

 private:
  enum class State : std::uint8_t { kClosed, kOpening, kReady, kBad };

  // Opens the handler without holding the lock; leaves the result in the state.
  void Open(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation);
  void CloseHandler(std::unique_lock<std::mutex>& lock);
  RunningInvocation* FindRunning(std::string_view request_id);
  void AskToYield(std::unique_lock<std::mutex>& lock, RunningInvocation& invocation);

  const EnvironmentConfig config_;
  const LoadedLoader loader_;
  LogSink* const log_sink_;
  const std::int32_t places_;

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kClosed;
  bool retire_ = false;  // close the handler as soon as nothing runs in it
  int cancels_ = 0;      // loader calls to `cancel` under way, which need the handler
  tandem_handler* handler_ = nullptr;
  Outcome bad_;  // with State::kBad
  std::vector<RunningInvocation*> running_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_INLINE_ENVIRONMENT_H_
