// One function's handler in its interpreter.
#ifndef TANDEM_PYTHON_HANDLER_H_
#define TANDEM_PYTHON_HANDLER_H_

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "context.h"
#include "function_log.h"
#include "interpreter.h"
#include "marshal.h"
#include "python.h"
#include "threads.h"

namespace tandem::python {

// A resolved handler and what its invocations share.
// Threads: one call at a time, any thread; Cancel from any thread at any time.
// Owns: references in its interpreter. Lifetime: ended by Closer alone, which gives them up.
class Handler {
 public:
  // Gives the function's token up, and frees the handler; where its interpreter cannot be entered for want of memory,
  // the rest stays. Without the GIL.
  struct Closer {
    void operator()(Handler* handler) const noexcept;
  };
  using Owned = std::unique_ptr<Handler, Closer>;

  static Owned Make(Interpreter& interpreter, const tandem_function_config& config) {
    return Owned(new Handler(interpreter, config));
  }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  // Imports and resolves, with the config that it was made with. True: ready. False: the sink has the error.
  // Errors: std::bad_alloc.
  bool Open(const tandem_function_config& config, tandem_sink* sink);
  // Runs one invocation; the sink has its result or error.
  void Invoke(const tandem_invocation& invocation, tandem_sink* sink);

  Interpreter& interpreter() { return interpreter_; }

  // The part of a handler that a cancellation on its way may outlive.
  struct Run {
    Interpreter* interpreter = nullptr;
    std::shared_ptr<FunctionLog> log;
    unsigned long thread = 0;  // with the GIL; 0: nothing runs
    bool cancelled = false;    // with the GIL
  };
  const std::shared_ptr<Run>& run() const { return run_; }

 private:
  enum class Phase { kInit, kInvocation };
  enum class Answer { kError, kJson, kBytes };

  Handler(Interpreter& interpreter, const tandem_function_config& config);
  ~Handler();

  bool Initialise(tandem_sink* sink);
  void GiveUpReferences();
  // Calls the handler: its answer is in `out`, or its error in the sink.
  Answer Call(const tandem_invocation& invocation, HostThread& thread, Buffer& out, tandem_sink* sink);
  Object MakeEvent(const tandem_invocation& invocation, HostThread& thread);
  void Marshal(PyObject* response, Buffer& out);
  void Stream(PyObject* generator, tandem_sink* sink) const;
  void KeepConstants(const tandem_function_config& config);
  void Keep(Interpreter::Name name, Object value);
  void ReportError(PyObject* error, std::string_view request_id, Phase phase, tandem_sink* sink);
  // Where an error cannot be described: what it would mean in a process of its own.
  void ReportUnsayable(tandem_sink* sink);
  void SendDescription(PyObject* description, Phase phase, tandem_sink* sink);

  Interpreter& interpreter_;
  const std::string name_;
  const TextMode mode_;
  const std::string log_level_;
  std::shared_ptr<FunctionLog> log_;
  std::shared_ptr<Run> run_;
  Object context_;  // contextvars: init and all invocations run in one, as they do in the service
  Object callable_;
  std::array<Object, Interpreter::kNameCount> owned_constants_;
  std::array<PyObject*, Interpreter::kNameCount> constants_{};
  ContextMaker contexts_;
};

// Asks a running invocation to yield: returns at once, a thread of its own waits for the GIL.
void CancelLater(std::shared_ptr<Handler::Run> run, std::string request_id);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_HANDLER_H_
