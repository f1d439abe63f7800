#include "runtime.h"

#include <stdexcept>

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

// What an interpreter is for: a package with its layers.
std::string KeyOf(const tandem_function_config& config) {
  std::string key(View(config.code_root));
  for (size_t at = 0; at < config.layers_size; ++at) key.append(1, '\0').append(View(config.layers[at]));
  return key;
}

}  // namespace

Runtime::Runtime(const Host& host, const tandem_loader_config& config)
    : host_(host), half_(std::string(View(config.data_dir)) + "/../python") {
  StartPython(std::string(View(config.path)));
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
  const InterpreterSettings settings = SettingsFor(config);
  HostThread& thread = HostThread::Current();
  const Gil gil(thread, PyInterpreterState_Main());
  const CurrentStateStays main_state;
  PyInterpreterState* state = PyInterpreterState_Main();
  if (has_main_) {
    PyThreadState* made = Py_NewInterpreter();
    if (made == nullptr) {
      throw std::runtime_error(
          "no further Python sub-interpreter can be made; run this function with process isolation");
    }
    thread.Keep(made);  // CPython 3.11 cannot enter an interpreter again that has lost all its states
    state = PyThreadState_GetInterpreter(made);
  }
  auto* const interpreter = new Interpreter(host_, state);  // never freed: what it has made may refer to it
  try {
    interpreter->Start(settings);
  } catch (const ErrorSet&) {
    const std::string failure = "the Python half of the loader cannot be loaded: " + TakeErrorText();
    throw std::runtime_error(failure);
  }
  has_main_ = true;
  return interpreter;
}

InterpreterSettings Runtime::SettingsFor(const tandem_function_config& config) const {
  InterpreterSettings settings;
  settings.python_half = half_;
  settings.vendor = half_ + "/vendor/" TANDEM_PYTHON_VERSION;
  settings.code_root = View(config.code_root);
  for (size_t at = 0; at < config.layers_size; ++at) settings.layers.emplace_back(View(config.layers[at]));
  return settings;
}

}  // namespace tandem::python
