#include "runtime.h"

#include <unistd.h>

#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "start.h"
#include "threads.h"

namespace tandem::python {
namespace {

// The text of the raised exception, for a fault's message; the indicator is clear afterwards.
std::string TakeErrorText() {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  std::string text = type != nullptr ? reinterpret_cast<PyTypeObject*>(type)->tp_name : "unknown error";
  PyObject* message = value != nullptr ? PyObject_Str(value) : nullptr;
  const char* utf8 = message != nullptr ? PyUnicode_AsUTF8(message) : nullptr;
  if (utf8 != nullptr) text += std::string(": ") + utf8;
  Py_XDECREF(message);
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(trace);
  PyErr_Clear();
  return text;
}

// The current thread state of a scope's beginning is that of its end.
class CurrentStateStays {
 public:
  CurrentStateStays() = default;
  ~CurrentStateStays() {
    if (CurrentState() != state_) PyThreadState_Swap(state_);
  }
  CurrentStateStays(const CurrentStateStays&) = delete;
  CurrentStateStays& operator=(const CurrentStateStays&) = delete;

 private:
  PyThreadState* const state_ = PyThreadState_Get();
};

// Runs what loads the Python half; a Python exception becomes the C++ one.
template <typename Body>
void Loaded(const Body& body) {
  try {
    body();
  } catch (const ErrorSet&) {
    const std::string failure = "the Python half of the loader cannot be loaded: " + TakeErrorText();
    throw std::runtime_error(failure);
  }
}

PackageFolders FoldersOf(const tandem_function_config& config) {
  PackageFolders package;
  package.code_root = View(config.code_root);
  for (size_t at = 0; at < config.layers_size; ++at) package.layers.emplace_back(View(config.layers[at]));
  return package;
}

// Ends the threads of user code that a CPython's end waits for. Up to 3.12 that waits for the interpreter's first
// thread, too, which is one of the host's. By calls and not by code, of which CPython forgets that a host ends by
// Ctrl-C.
void JoinThreads() {
  try {
    const Object threading = Steal(PyImport_ImportModule("threading"));
    const Object main = Steal(PyObject_GetAttrString(threading.ptr(), "_main_thread"));
    if (PyObject_HasAttrString(main.ptr(), "_tstate_lock") == 1) {
      const Object first = Steal(PyObject_GetAttrString(main.ptr(), "_tstate_lock"));
      Check(PySet_Discard(Steal(PyObject_GetAttrString(threading.ptr(), "_shutdown_locks")).ptr(), first.ptr()));
    }
    Steal(PyObject_CallMethod(threading.ptr(), "_shutdown", nullptr));
  } catch (const ErrorSet&) {
    PyErr_WriteUnraisable(nullptr);
  }
}

// Whether a thread is left that may go on to run: one of user code's that nothing waits for, or an invocation's.
bool HasRunningThread(PyInterpreterState* interpreter) {
  for (PyThreadState* state = PyInterpreterState_ThreadHead(interpreter); state != nullptr;
       state = PyThreadState_Next(state)) {
    PyFrameObject* frame = PyThreadState_GetFrame(state);
    if (frame == nullptr) continue;
    Py_DECREF(frame);
    return true;
  }
  return false;
}

constexpr char kRuntimeCapsule[] = "tandem.runtime";

PyObject* OnEndOfHost(PyObject* self, PyObject*) {
  static_cast<Runtime*>(PyCapsule_GetPointer(self, kRuntimeCapsule))->EndWithHost();
  Py_RETURN_NONE;
}

PyMethodDef kOnEndOfHost = {"end_of_host", &OnEndOfHost, METH_NOARGS, nullptr};

// An option of the loader; empty: it is not given.
std::string OptionOf(const tandem_loader_config& config, std::string_view key) {
  for (size_t at = 0; at < config.options_size; ++at) {
    if (View(config.options[at].key) == key) return std::string(View(config.options[at].value));
  }
  return {};
}

// What an interpreter is for: a package with its layers.
std::string KeyOf(const tandem_function_config& config) {
  std::string key(View(config.code_root));
  for (size_t at = 0; at < config.layers_size; ++at) key.append(1, '\0').append(View(config.layers[at]));
  return key;
}

}  // namespace

Runtime::Runtime(const Host& host, const tandem_loader_config& config)
    : host_(host),
      half_(std::string(View(config.data_dir)) + "/../python"),
      cache_(OptionOf(config, "cache.folder")),
      libraries_(OptionOf(config, "python.libraries")),
      owns_process_(!OptionOf(config, "process.own").empty()),
      pid_(getpid()) {
  // The host's main interpreter stays as the host has it: search path, streams, logging and modules are its own.
  has_main_ = !StartPython(std::string(View(config.path)), View(config.version));
  if (has_main_) AwaitEndOfHost();
}

Handler::Owned Runtime::Open(const tandem_function_config& config, tandem_sink* sink) {
  Handler::Owned handler = Handler::Make(InterpreterFor(config), config);
  if (!handler->Open(config, sink)) handler.reset();
  return handler;
}

Interpreter& Runtime::InterpreterFor(const tandem_function_config& config) {
  const WithoutGil without;
  const std::scoped_lock lock(mutex_);
  Interpreter*& interpreter = interpreters_[KeyOf(config)];
  if (interpreter == nullptr) interpreter = MakeInterpreter(config);
  return *interpreter;
}

Interpreter* Runtime::MakeInterpreter(const tandem_function_config& config) {
  PackageFolders package = FoldersOf(config);
  package.cache = cache_;
  package.libraries = libraries_;
  HostThread& thread = HostThread::Current();
  const Gil gil(thread, PyInterpreterState_Main());
  const CurrentStateStays main_state;
  Interpreter& interpreter = Next(thread);
  Loaded([&] { interpreter.Hold(package); });
  has_main_ = true;
  next_state_ = nullptr;
  next_is_loaded_ = false;
  return std::exchange(next_, nullptr);
}

Interpreter& Runtime::Next(HostThread& thread) {
  EnterNext(thread);
  if (next_ == nullptr) next_ = new Interpreter(host_, next_state_);  // never freed: what it makes may refer to it
  if (!next_is_loaded_) {
    Loaded([&] {
      next_->Start(
          {.python_half = half_, .vendor = half_ + "/vendor/" TANDEM_PYTHON_VERSION, .owns_process = owns_process_});
    });
    next_is_loaded_ = true;
  }
  return *next_;
}

void Runtime::EnterNext(HostThread& thread) {
  if (!has_main_) {
    next_state_ = PyInterpreterState_Main();
  } else if (next_state_ == nullptr) {
    PyThreadState* made = Py_NewInterpreter();
    if (made == nullptr) {
      throw std::runtime_error(
          "no further Python sub-interpreter can be made; run this function with process isolation");
    }
    next_state_ = PyThreadState_GetInterpreter(made);
    thread.Keep(made);  // CPython 3.11 cannot enter an interpreter again that has lost all its states
  } else {
    PyThreadState* state = thread.StateIn(next_state_);
    if (state == nullptr) throw std::bad_alloc();
    PyThreadState_Swap(state);
  }
}

void Runtime::AwaitEndOfHost() {
  const Gil gil(PyInterpreterState_Main());
  Loaded([&] {
    const Object self = Steal(PyCapsule_New(this, kRuntimeCapsule, nullptr));
    const Object function = Steal(PyCFunction_New(&kOnEndOfHost, self.ptr()));
    const Object atexit = Steal(PyImport_ImportModule("atexit"));
    Steal(PyObject_CallMethod(atexit.ptr(), "register", "O", function.ptr()));
  });
}

void Runtime::EndWithHost() {
  if (getpid() != pid_) return;  // CPython ends all but the main interpreter in a fork
  HostThread& thread = HostThread::Current();
  const CurrentStateStays main_state;
  std::vector<PyInterpreterState*> ending;
  {
    const WithoutGil without;
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, interpreter] : interpreters_) {
      if (interpreter != nullptr) ending.push_back(interpreter->state());
    }
    if (next_state_ != nullptr) ending.push_back(next_state_);
  }
  for (PyInterpreterState* interpreter : ending) {
    const Gil gil(thread, interpreter);
    JoinThreads();
  }
  HostThread::EndAll();
  // Only their memory is given back: what user code has there is not run again, as it is not in other hosts.
  for (PyInterpreterState* interpreter : ending) {
    if (!HasRunningThread(interpreter)) PyInterpreterState_Delete(interpreter);
  }
}

bool Runtime::PrepareFork() {
  const WithoutGil without;
  const std::scoped_lock lock(mutex_);
  if (has_main_) return true;
  const Gil gil(PyInterpreterState_Main());
  const Interpreter& main = Next(HostThread::Current());
  bool ran = false;
  Loaded([&] { ran = PyObject_IsTrue(Steal(PyObject_CallNoArgs(main.has_user_code())).ptr()) != 0; });
  return ran;
}

void Runtime::BeforeFork() {
  PyEval_RestoreThread(HostThread::Current().StateIn(PyInterpreterState_Main()));
  PyOS_BeforeFork();
}

void Runtime::AfterFork() {
  PyOS_AfterFork_Child();
  Loaded([&] {
    const Object variables = Steal(PyList_New(0));
    for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
      Check(PyList_Append(variables.ptr(), Steal(PyBytes_FromString(*one)).ptr()));
    }
    Steal(PyObject_CallOneArg(next_->renew(), variables.ptr()));
  });
  PyEval_SaveThread();
}

}  // namespace tandem::python
