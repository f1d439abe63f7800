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

std::unique_ptr<Handler> Runtime::Open(const tandem_function_config& config, tandem_sink* sink) {
  Interpreter& interpreter = InterpreterFor(config);
  auto handler = std::make_unique<Handler>(interpreter, config);
  try {
    if (handler->Open(sink)) return handler;
  } catch (...) {  // out of memory; the interpreter knows the handler, and its references need the GIL to go
    handler->Close();
    throw;
  }
  handler->Close();
  return nullptr;
}

Interpreter& Runtime::InterpreterFor(const tandem_function_config& config) {
  const WithoutGil without;
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string key = KeyOf(config);
  const auto found = interpreters_.find(key);
  if (found != interpreters_.end()) return *found->second;
  std::unique_ptr<Interpreter> made = MakeInterpreter(config);
  return *interpreters_.emplace(key, std::move(made)).first->second;
}

std::unique_ptr<Interpreter> Runtime::MakeInterpreter(const tandem_function_config& config) {
  const Gil gil(PyInterpreterState_Main());
  PyThreadState* main_state = PyThreadState_Get();
  PyInterpreterState* state = PyInterpreterState_Main();
  if (!interpreters_.empty()) {
    PyThreadState* made = Py_NewInterpreter();
    if (made == nullptr) {
      PyThreadState_Swap(main_state);
      throw std::runtime_error(
          "no further Python sub-interpreter can be made; run this function with process isolation");
    }
    HostThread::Current().Keep(made);  // CPython 3.11 cannot enter an interpreter again that has lost all its states
    state = PyThreadState_GetInterpreter(made);
  }
  auto interpreter = std::make_unique<Interpreter>(host_, state);
  std::string failure;
  try {
    interpreter->Start(SettingsFor(config));
  } catch (const ErrorSet&) {
    failure = "the Python half of the loader cannot be loaded: " + TakeErrorText();
    static_cast<void>(
        interpreter.release());  // what it has made may still be referred to; such an interpreter is left alone
  }
  if (PyThreadState_Get() != main_state) PyThreadState_Swap(main_state);
  if (!failure.empty()) throw std::runtime_error(failure);
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
