#include "native_module.h"

#include "interpreter.h"
#include "log_stream.h"

namespace tandem::python {
namespace {

constexpr char kInterpreterCapsule[] = "tandem.interpreter";

Interpreter& Self(PyObject* capsule) {
  return *static_cast<Interpreter*>(PyCapsule_GetPointer(capsule, kInterpreterCapsule));
}

// Runs the body of a C function; a C++ exception becomes the Python one.
template <typename Body>
PyObject* Guarded(Body body) noexcept {
  try {
    body();
    Py_RETURN_NONE;
  } catch (const ErrorSet&) {
    return nullptr;
  } catch (const std::exception& failure) {
    PyErr_SetString(PyExc_RuntimeError, failure.what());
    return nullptr;
  }
}

// log(text, level, as_json, strict=False)
PyObject* Log(PyObject* self, PyObject* args) {
  return Guarded([&] {
    PyObject* text = nullptr;
    int level = 0;
    int as_json = 0;
    int strict = 0;
    if (!PyArg_ParseTuple(args, "Uip|p", &text, &level, &as_json, &strict)) throw ErrorSet();
    const Object bytes = EncodeForLog(text, strict != 0 ? EncodeErrors::kStrict : EncodeErrors::kReplace);
    Self(self).CurrentLog()->Log(BytesView(bytes.ptr()), level, as_json ? TANDEM_FORMAT_JSON : TANDEM_FORMAT_TEXT);
  });
}

// hint(text)
PyObject* Hint(PyObject* self, PyObject* text) {
  return Guarded([&] {
    if (!PyUnicode_Check(text)) {
      PyErr_SetString(PyExc_TypeError, "a hint is text");
      throw ErrorSet();
    }
    const Object bytes = EncodeForLog(text, EncodeErrors::kReplace);
    Self(self).CurrentLog()->Hint(BytesView(bytes.ptr()));
  });
}

// write(bytes)
PyObject* WriteBytes(PyObject* self, PyObject* args) {
  return Guarded([&] {
    PyObject* bytes = nullptr;
    if (!PyArg_ParseTuple(args, "S", &bytes)) throw ErrorSet();
    Self(self).CurrentLog()->Write(BytesView(bytes));
  });
}

// log_as_json() -> bool
PyObject* LogAsJson(PyObject* self, PyObject*) {
  return PyBool_FromLong(Self(self).CurrentLog()->json());
}

// invocation() -> (request id, "" during init; tenant id or None)
PyObject* InvocationOf(PyObject* self, PyObject*) {
  try {
    const std::shared_ptr<FunctionLog> log = Self(self).CurrentLog();
    const Object request_id = MakeText(log->request_id().data() == nullptr ? std::string_view("") : log->request_id());
    const Object tenant_id = MakeTextOrNone(log->tenant_id());
    return PyTuple_Pack(2, request_id.ptr(), tenant_id.ptr());
  } catch (const ErrorSet&) {
    return nullptr;
  }
}

PyMethodDef kFunctions[] = {
    {"log", &Log, METH_VARARGS, "log(text, level, as_json, strict=False): one record to the current function's log."},
    {"hint", &Hint, METH_O, "hint(text): one line of advice on a failure that the current function's log has."},
    {"write", &WriteBytes, METH_VARARGS, "write(data): bytes on a standard stream."},
    {"log_as_json", &LogAsJson, METH_NOARGS, "log_as_json(): whether the current function logs in JSON."},
    {"invocation", &InvocationOf, METH_NOARGS, "invocation(): the current request id and tenant id."},
};

void Add(const Object& module, const char* name, const Object& value) {
  Check(PyObject_SetAttrString(module.ptr(), name, value.ptr()));
}

}  // namespace

Object MakeNativeModule(Interpreter& interpreter) {
  Object module = Steal(PyModule_New("_tandem.native"));
  const Object self = Steal(PyCapsule_New(&interpreter, kInterpreterCapsule, nullptr));
  for (PyMethodDef& function : kFunctions) Add(module, function.ml_name, Steal(PyCFunction_New(&function, self.ptr())));
  Add(module, "LambdaContext", Borrow(reinterpret_cast<PyObject*>(interpreter.context_type())));
  Add(module, "LogStream", MakeLogStreamType(interpreter));
  const std::pair<const char*, long> levels[] = {{"UNSET", TANDEM_LEVEL_UNSET}, {"DEBUG", TANDEM_LEVEL_DEBUG},
                                                 {"INFO", TANDEM_LEVEL_INFO},   {"WARN", TANDEM_LEVEL_WARN},
                                                 {"ERROR", TANDEM_LEVEL_ERROR}, {"FATAL", TANDEM_LEVEL_FATAL}};
  for (const auto& [name, level] : levels) Add(module, name, Steal(PyLong_FromLong(level)));
  return module;
}

}  // namespace tandem::python
