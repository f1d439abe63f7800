#include "interpreter.h"

#include <algorithm>

#include "context.h"
#include "native_module.h"

namespace tandem::python {
namespace {

constexpr char kPackage[] = "_tandem";
constexpr char kLogCapsule[] = "tandem.function_log";

constexpr std::array<const char*, Interpreter::kNameCount> kNames = {
    "aws_request_id",     "log_group_name",   "log_stream_name",           "function_name",
    "memory_limit_in_mb", "function_version", "invoked_function_arn",      "tenant_id",
    "client_context",     "identity",         "_epoch_deadline_time_in_ms"};

void FreeLog(PyObject* capsule) {
  delete static_cast<std::shared_ptr<FunctionLog>*>(PyCapsule_GetPointer(capsule, kLogCapsule));
}

}  // namespace

void Interpreter::Start(const InterpreterSettings& settings) {
  for (size_t at = 0; at < kNames.size(); ++at) names_[at] = Steal(PyUnicode_InternFromString(kNames[at]));
  context_type_ = MakeContextType();
  log_variable_ = Steal(PyContextVar_New("tandem_function", nullptr));
  const Object native = MakeNativeModule(*this);
  const Object half = LoadPythonHalf(settings.python_half);
  const Object start = Steal(PyObject_GetAttrString(half.ptr(), "start"));
  const Object vendor = MakeText(settings.vendor);
  PyObject* main = is_main() ? Py_True : Py_False;
  PyObject* owns_process = settings.owns_process ? Py_True : Py_False;
  KeepFunctions(
      Steal(PyObject_CallFunctionObjArgs(start.ptr(), native.ptr(), vendor.ptr(), main, owns_process, nullptr)).ptr());
}

void Interpreter::Hold(const PackageFolders& package) {
  const Object layers = Steal(PyList_New(0));
  for (const std::string& layer : package.layers) Check(PyList_Append(layers.ptr(), MakeText(layer).ptr()));
  const Object root = MakeText(package.code_root);
  PyObject* main = is_main() ? Py_True : Py_False;
  const Object cache = MakeText(package.cache);
  const Object libraries = MakeText(package.libraries);
  Steal(
      PyObject_CallFunctionObjArgs(hold_.ptr(), root.ptr(), layers.ptr(), main, cache.ptr(), libraries.ptr(), nullptr));
}

Object Interpreter::LoadPythonHalf(const std::string& folder) {
  const Object util = Steal(PyImport_ImportModule("importlib.util"));
  const Object path = MakeText(folder + "/" + kPackage + "/__init__.py");
  const Object spec = Steal(PyObject_CallMethod(util.ptr(), "spec_from_file_location", "sO", kPackage, path.ptr()));
  Object module = Steal(PyObject_CallMethod(util.ptr(), "module_from_spec", "O", spec.ptr()));
  const Object loader = Steal(PyObject_GetAttrString(spec.ptr(), "loader"));
  Check(PyDict_SetItemString(PyImport_GetModuleDict(), kPackage, module.ptr()));
  Steal(PyObject_CallMethod(loader.ptr(), "exec_module", "O", module.ptr()));
  return module;
}

void Interpreter::KeepFunctions(PyObject* functions) {
  const std::pair<const char*, Object*> wanted[] = {
      {"open", &open_handler_},
      {"close", &close_handler_},
      {"configure_logging", &configure_logging_},
      {"report", &report_},
      {"cancelled", &cancelled_},
      {"unmarshal", &unmarshal_},
      {"marshal", &marshal_},
      {"no_identity", &no_identity_},
      {"parse_client_context", &parse_client_context_},
      {"parse_identity", &parse_identity_},
      {"set_trace_id", &set_trace_id_},
      {"hold", &hold_},
      {"has_user_code", &has_user_code_},
      {"renew", &renew_},
  };
  for (const auto& [name, to] : wanted) *to = Steal(PyMapping_GetItemString(functions, name));
}

std::shared_ptr<FunctionLog> Interpreter::CurrentLog() {
  PyObject* capsule = nullptr;
  if (PyContextVar_Get(log_variable_.ptr(), nullptr, &capsule) == 0 && capsule != nullptr) {
    auto* log = static_cast<std::shared_ptr<FunctionLog>*>(PyCapsule_GetPointer(capsule, kLogCapsule));
    Py_DECREF(capsule);
    if (log != nullptr) return *log;
  }
  PyErr_Clear();
  if (FunctionLog* log = OnlyRunning(); log != nullptr) return log->shared_from_this();
  if (functions_.size() == 1) return functions_.front()->shared_from_this();
  return own_log_;
}

Object Interpreter::MakeContext(std::shared_ptr<FunctionLog> log) {
  auto share = std::make_unique<std::shared_ptr<FunctionLog>>(std::move(log));
  const Object capsule = Steal(PyCapsule_New(share.get(), kLogCapsule, &FreeLog));
  static_cast<void>(share.release());  // the capsule owns it
  Object context = Steal(PyContext_New());
  Check(PyContext_Enter(context.ptr()));
  PyObject* token = PyContextVar_Set(log_variable_.ptr(), capsule.ptr());
  Check(PyContext_Exit(context.ptr()));
  Steal(token);
  return context;
}

void Interpreter::SetTraceId(std::string_view wanted) {
  trace_id_ = wanted;
  published_ = Published::kUnknown;
  Steal(PyObject_CallOneArg(set_trace_id_.ptr(), MakeTextOrNone(wanted).ptr()));
  published_ = wanted.data() != nullptr ? Published::kSet : Published::kUnset;
}

void Interpreter::Remove(FunctionLog* log) {
  const auto found = std::find(functions_.begin(), functions_.end(), log);
  if (found != functions_.end()) functions_.erase(found);
}

FunctionLog* Interpreter::OnlyRunning() const {
  FunctionLog* only = nullptr;
  for (FunctionLog* log : functions_) {
    if (!log->running()) continue;
    if (only != nullptr) return nullptr;
    only = log;
  }
  return only;
}

}  // namespace tandem::python
