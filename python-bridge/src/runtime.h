// CPython in this process, and the packages it holds.
#ifndef TANDEM_PYTHON_RUNTIME_H_
#define TANDEM_PYTHON_RUNTIME_H_

#include <sys/types.h>

#include <map>
#include <mutex>
#include <string>

#include "handler.h"
#include "host.h"
#include "interpreter.h"

namespace tandem::python {

// The loader's state: which interpreter holds which deployment package.
// Threads: any. Lifetime: never destroyed once it has started, as CPython is not either.
class Runtime {
 public:
  // Errors: StartFailure.
  Runtime(const Host& host, const tandem_loader_config& config);
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // The handler of a function in its package's interpreter; NULL where the sink has an error of the user's code.
  // Errors: std::exception where the package cannot be held.
  Handler::Owned Open(const tandem_function_config& config, tandem_sink* sink);

  // Makes the main interpreter ready for a package, in a process that is to be forked. True: user code has run in it,
  // such as a site's own customisation. Errors: std::exception.
  bool PrepareFork();
  // In the parent, with the GIL from here on.
  void BeforeFork();
  // In the child: the process's identity and environment as they are there. Errors: std::exception.
  void AfterFork();

  // The sub-interpreters end with the host's CPython, which up to 3.12 aborts the process where any is left. With the
  // GIL, in the main interpreter.
  void EndWithHost();

  const Host& host() const { return host_; }

 private:
  // The first package has the main interpreter, each further one, or one with other layers, a sub-interpreter.
  Interpreter& InterpreterFor(const tandem_function_config& config);
  Interpreter* MakeInterpreter(const tandem_function_config& config);
  // The interpreter for the next package, loaded, and the calling thread in it. The caller has the GIL.
  Interpreter& Next(HostThread& thread);
  void EnterNext(HostThread& thread);
  // Has EndWithHost called when the host's CPython ends.
  void AwaitEndOfHost();

  const Host host_;
  const std::string half_;       // the folder of the Python half
  const std::string cache_;      // the folder for what later processes can use; empty: there is none
  const std::string libraries_;  // folders for every package, with colons between; may be empty
  const bool owns_process_;
  const pid_t pid_;
  std::mutex mutex_;
  std::map<std::string, Interpreter*, std::less<>> interpreters_;  // by KeyOf; NULL: could not be made
  bool has_main_ = false;                                          // whether a package, or the host, has the main one
  // What the next package gets: one that could not hold a package, or not be loaded, is the next one's.
  PyInterpreterState* next_state_ = nullptr;
  Interpreter* next_ = nullptr;
  bool next_is_loaded_ = false;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_RUNTIME_H_
