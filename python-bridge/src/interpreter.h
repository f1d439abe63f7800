// One interpreter and the deployment package that lives in it.
#ifndef TANDEM_PYTHON_INTERPRETER_H_
#define TANDEM_PYTHON_INTERPRETER_H_

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "function_log.h"
#include "host.h"
#include "key_cache.h"
#include "python.h"

namespace tandem::python {

// Where an interpreter finds what is ours.
struct InterpreterSettings {
  std::string python_half;  // the folder of our own package `_tandem`
  std::string vendor;       // the folder of our own simplejson for this version
  bool owns_process;        // whether the process is the function's, and ends where user code ends it
};

// A deployment package.
struct PackageFolders {
  std::string code_root;
  std::vector<std::string> layers;
  std::string cache;      // the folder for what later processes can use; empty: there is none
  std::string libraries;  // the runtime's own folders, with colons between; may be empty
};

// The main interpreter, or a sub-interpreter that shares its GIL, with the objects of its own that the bridge needs: no
// object is shared between interpreters.
// Threads: members with its GIL. Owns: references, for ever: an interpreter is never ended.
class Interpreter {
 public:
  // The attributes of the context object that need no __dict__, in the order of kNames.
  enum Name {
    kRequestId,
    kLogGroup,
    kLogStream,
    kFunctionName,
    kMemory,
    kVersion,
    kArn,
    kTenant,
    kClientContext,
    kIdentity,
    kDeadline,
    kNameCount
  };

  Interpreter(const Host& host, PyInterpreterState* state)
      : host_(host), state_(state), is_main_(state == PyInterpreterState_Main()) {}
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // Loads the Python half. Errors: ErrorSet.
  void Start(const InterpreterSettings& settings);
  // From here on the interpreter is the package's. Errors: ErrorSet.
  void Hold(const PackageFolders& package);

  // The log of the function that the calling thread works for: by the context variable, else the only one that runs,
  // else the only one there is, else the interpreter's own that names no function.
  // A share, as a function may be closed while a thread of it writes.
  std::shared_ptr<FunctionLog> CurrentLog();
  // A new contextvars.Context in which `log` is the current one. The context takes a share of it.
  Object MakeContext(std::shared_ptr<FunctionLog> log);

  // Functions of this package.
  void Add(FunctionLog* log) { functions_.push_back(log); }
  void Remove(FunctionLog* log);

  // Trace ids go into the process's environment for a function that has the main interpreter to itself (C-31): before
  // each of its invocations, and out of it before another one's init. Errors: ErrorSet.
  void PublishTraceId(std::string_view wanted) {
    const bool present = wanted.data() != nullptr;
    if (!present && published_ == Published::kUnset) [[likely]]
      return;
    if (!is_main() || functions_.size() != 1) return;
    if (published_ == (present ? Published::kSet : Published::kUnset) && wanted == trace_id_) return;
    SetTraceId(wanted);
  }
  void WithdrawTraceId() {
    if (published_ == Published::kSet) SetTraceId({});
  }

  // A function of the Python half, borrowed.
  PyObject* open_handler() const { return open_handler_.ptr(); }
  PyObject* close_handler() const { return close_handler_.ptr(); }
  PyObject* configure_logging() const { return configure_logging_.ptr(); }
  PyObject* report() const { return report_.ptr(); }
  PyObject* cancelled() const { return cancelled_.ptr(); }
  PyObject* unmarshal() const { return unmarshal_.ptr(); }
  PyObject* marshal() const { return marshal_.ptr(); }
  PyObject* no_identity() const { return no_identity_.ptr(); }
  PyObject* parse_client_context() const { return parse_client_context_.ptr(); }
  PyObject* parse_identity() const { return parse_identity_.ptr(); }
  PyObject* has_user_code() const { return has_user_code_.ptr(); }
  PyObject* renew() const { return renew_.ptr(); }

  PyTypeObject* context_type() const { return reinterpret_cast<PyTypeObject*>(context_type_.ptr()); }
  PyObject* name(Name which) const { return names_[which].ptr(); }
  KeyCache& keys() { return keys_; }
  const Host& host() const { return host_; }
  PyInterpreterState* state() const { return state_; }
  bool is_main() const { return is_main_; }

 private:
  enum class Published { kUnknown, kUnset, kSet };

  void SetTraceId(std::string_view wanted);
  // The log of the only function that runs or initialises just now; NULL: there is none, or more than one.
  FunctionLog* OnlyRunning() const;
  Object LoadPythonHalf(const std::string& folder);
  void KeepFunctions(PyObject* functions);

  const Host& host_;
  PyInterpreterState* const state_;
  const bool is_main_;
  const std::shared_ptr<FunctionLog> own_log_ = std::make_shared<FunctionLog>(host_, nullptr, false);
  std::vector<FunctionLog*> functions_;
  std::string trace_id_;
  Published published_ = Published::kUnknown;
  KeyCache keys_;
  Object context_type_;
  Object log_variable_;
  std::array<Object, kNameCount> names_;
  Object open_handler_, close_handler_, configure_logging_, report_, cancelled_, unmarshal_, marshal_, no_identity_;
  Object parse_client_context_, parse_identity_, set_trace_id_, hold_, has_user_code_, renew_;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_INTERPRETER_H_
