// InvocationLog: what one invocation in a worker logs, on its way to the host's sink and into the tail.
#ifndef TANDEM_WORKERS_INVOCATION_LOG_H_
#define TANDEM_WORKERS_INVOCATION_LOG_H_

#include <mutex>
#include <string>
#include <string_view>

#include "core/src/hints.h"
#include "tandem/invocation.h"
#include "tandem/log.h"
#include "tandem/v1/worker.pb.h"

namespace tandem::workers {

// The hints for one function, the host's own and those of its workers.
// Threads: any.
class FunctionHints {
 public:
  // As those of Hints.
  std::string Take(std::string_view hint) {
    const std::scoped_lock lock(mutex_);
    return hints_.Take(hint);
  }
  std::string TakeLine(std::string_view line) {
    const std::scoped_lock lock(mutex_);
    return hints_.TakeLine(line);
  }

 private:
  std::mutex mutex_;
  Hints hints_;
};

// Threads: one. Lifetime: one invocation; all arguments outlive it.
class InvocationLog {
 public:
  InvocationLog(LogSink* sink, std::string_view function_name, LogType type, FunctionHints& hints, InvokeResult& result)
      : sink_(sink), function_name_(function_name), type_(type), hints_(hints), result_(result) {}

  // The environment's, once it is known.
  void SetStream(const std::string& log_stream_name) { log_stream_name_ = log_stream_name; }
  // From here on records have the invocation's id; before, they are the init phase's.
  void Begin() { begun_ = true; }
  // A line of the platform's own.
  void Platform(std::string_view text);
  // What the host advises on a failure of the function; SayHint logs it, below the failure.
  void Hint(std::string_view hint) { hint_ = hint; }
  void SayHint();
  // What the worker's loader logs.
  void Record(const v1::WorkerLog& written);
  // What the worker, its children or C code in it wrote to standard output or error.
  void Output(std::string_view text);
  // The same where it may be that of another invocation: a record without a request id.
  void OutputOfAny(std::string_view text);
  // Of the invocation, also while it has not begun.
  std::string_view request_id() const { return result_.request_id.view(); }

 private:
  void Write(LogRecord record);

  LogSink* sink_;
  std::string_view function_name_;
  std::string log_stream_name_;
  LogType type_;
  FunctionHints& hints_;
  InvokeResult& result_;
  std::string hint_;
  bool begun_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_INVOCATION_LOG_H_
