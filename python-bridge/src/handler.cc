#include "handler.h"

#include <charconv>
#include <new>
#include <thread>
#include <utility>

#include "log_stream.h"
#include "recursion.h"
#include "response_pool.h"
#include "threads.h"

namespace tandem::python {
namespace {

constexpr char kJson[] = "application/json";
constexpr char kUnknown[] = "application/unknown";

// J-03: escapes up to python3.11, raw UTF-8 from python3.12; without an identifier as the interpreter's own.
TextMode ModeOf(std::string_view runtime) {
  constexpr std::string_view kPrefix = "python3.";
  int minor = PY_MINOR_VERSION;
  if (runtime.starts_with(kPrefix)) {
    std::from_chars(runtime.data() + kPrefix.size(), runtime.data() + runtime.size(), minor);
  } else if (runtime.starts_with("python")) {
    minor = 0;  // python2.7
  }
  return minor >= 12 ? TextMode::kRaw : TextMode::kEscaped;
}

bool IsJsonFormat(std::string_view format) {
  return format.size() == 4 && (format[0] | 0x20) == 'j' && (format[1] | 0x20) == 's' && (format[2] | 0x20) == 'o' &&
         (format[3] | 0x20) == 'n';
}

// The raised exception with its traceback; the indicator is clear afterwards.
Object TakeError() {
#if PY_VERSION_HEX >= 0x030C0000
  return Steal(PyErr_GetRaisedException());
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  if (trace != nullptr) PyException_SetTraceback(value, trace);
  Py_XDECREF(type);
  Py_XDECREF(trace);
  return Steal(value);
#endif
}

// The function's own contextvars.Context for a scope, and its place among the running ones.
class RunScope {
 public:
  RunScope(FunctionLog& log, PyObject* context) : log_(log), context_(context) {
    Check(PyContext_Enter(context_));
    log_.set_running(true);
  }
  ~RunScope() {
    log_.set_running(false);
    if (PyContext_Exit(context_) < 0) PyErr_Clear();
  }
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

 private:
  FunctionLog& log_;
  PyObject* context_;
};

// The invocation that a function's log names, for a scope.
class NamedInvocation {
 public:
  NamedInvocation(FunctionLog& log, const tandem_invocation& invocation) : log_(log) {
    log_.BeginInvocation(invocation);
  }
  ~NamedInvocation() { log_.EndInvocation(); }
  NamedInvocation(const NamedInvocation&) = delete;
  NamedInvocation& operator=(const NamedInvocation&) = delete;

 private:
  FunctionLog& log_;
};

// The calling thread as the one that a cancellation is for, for a scope.
class Cancellable {
 public:
  Cancellable(Handler::Run& run, const HostThread& thread) : run_(run) { run_.thread = thread.ident(); }
  ~Cancellable() {
    if (run_.cancelled) [[unlikely]]
      Forget();
    run_.thread = 0;
  }
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;

 private:
  void Forget() {
    run_.cancelled = false;
    PyThreadState_SetAsyncExc(run_.thread, nullptr);
  }

  Handler::Run& run_;
};

// The context object of an invocation, for a scope.
class InvocationContext {
 public:
  explicit InvocationContext(ContextMaker& maker) : maker_(maker) {}
  ~InvocationContext() { ContextMaker::End(context_, maker_); }
  InvocationContext(const InvocationContext&) = delete;
  InvocationContext& operator=(const InvocationContext&) = delete;

  PyObject* Begin(const ContextSource& source) {
    context_ = maker_.Begin(source);
    return context_.ptr();
  }

 private:
  ContextMaker& maker_;
  Object context_;
};

// Calls with two arguments; the place before the first is free. A Python function is called as PyObject_Vectorcall does
// it, without the checks that are for functions in C.
PyObject* CallWith(PyObject* callable, PyObject* const* arguments) {
  constexpr size_t kTwo = 2 | PY_VECTORCALL_ARGUMENTS_OFFSET;
  if (PyFunction_Check(callable) == 0) [[unlikely]]
    return PyObject_Vectorcall(callable, arguments, kTwo, nullptr);
  return reinterpret_cast<PyFunctionObject*>(callable)->vectorcall(callable, arguments, kTwo, nullptr);
}

tandem_result MakeResult(const Buffer& out, std::string_view content_type) {
  tandem_result result{};
  result.struct_size = sizeof result;
  result.data = out.data();
  result.size = out.size();
  result.content_type = Borrowed(content_type);
  result.disposition = TANDEM_KEEP;
  return result;
}

void SendResult(const Host& host, std::unique_ptr<Buffer>& out, bool is_bytes, tandem_sink* sink) {
  tandem_result result = MakeResult(*out, is_bytes ? std::string_view(kUnknown) : std::string_view());
  if (out->size() >= ResponsePool::kHandOver) [[unlikely]] {
    result.release = &ResponsePool::Release;
    result.release_arg = out.release();
  }
  host.Result(sink, result);
}

}  // namespace

Handler::Handler(Interpreter& interpreter, const tandem_function_config& config)
    : interpreter_(interpreter),
      name_(View(config.handler)),
      mode_(ModeOf(View(config.runtime))),
      log_level_(View(config.log_level)),
      log_(std::make_shared<FunctionLog>(interpreter.host(), config.function, IsJsonFormat(View(config.log_format)))),
      run_(std::make_shared<Run>()) {
  run_->interpreter = &interpreter;
  run_->log = log_;
}

Handler::~Handler() = default;

void Handler::Keep(Interpreter::Name name, Object value) {
  constants_[name] = value.ptr();
  owned_constants_[name] = std::move(value);
}

void Handler::KeepConstants(const tandem_function_config& config) {
  Keep(Interpreter::kLogGroup, MakeTextOrNone(View(config.log_group_name)));
  Keep(Interpreter::kLogStream, MakeTextOrNone(View(config.log_stream_name)));
  Keep(Interpreter::kFunctionName, MakeTextOrNone(View(config.name)));
  Keep(Interpreter::kVersion, MakeTextOrNone(View(config.version)));
  Keep(Interpreter::kClientContext, Borrow(Py_None));
  const int32_t memory = config.memory_limit_mb;
  Keep(Interpreter::kMemory, memory == 0 ? Borrow(Py_None) : MakeText(std::to_string(memory)));  // C-03: text
}

bool Handler::Open(const tandem_function_config& config, tandem_sink* sink) {
  const Gil gil(interpreter_.state());
  try {
    KeepConstants(config);
    context_ = interpreter_.MakeContext(log_);
    interpreter_.Add(log_.get());
    interpreter_.WithdrawTraceId();
    return Initialise(sink);
  } catch (const ErrorSet&) {
    ReportError(TakeError().ptr(), {}, Phase::kInit, sink);
    return false;
  }
}

bool Handler::Initialise(tandem_sink* sink) {
  const RunScope scope(*log_, context_.ptr());
  try {
    if (!log_level_.empty()) Steal(PyObject_CallOneArg(interpreter_.configure_logging(), MakeText(log_level_).ptr()));
    callable_ = Steal(PyObject_CallOneArg(interpreter_.open_handler(), MakeText(name_).ptr()));
  } catch (const ErrorSet&) {
    ReportError(TakeError().ptr(), {}, Phase::kInit, sink);
    return false;
  }
  return true;
}

void Handler::Closer::operator()(Handler* handler) const noexcept {
  bool empty = true;
  try {
    handler->GiveUpReferences();
  } catch (const std::bad_alloc&) {  // the interpreter still knows the function's log
    empty = false;
  } catch (const HostEnded&) {  // what it refers to may be gone
    empty = false;
  }
  {
    const WithoutGil without;  // the closing thread may hold it, and a thread that writes to the log may wait for it
    handler->log_->Close();
  }
  if (empty) delete handler;
}

void Handler::GiveUpReferences() {
  const Gil gil(interpreter_.state());
  const bool opened = static_cast<bool>(callable_);
  callable_ = Object();
  context_ = Object();
  contexts_ = ContextMaker();
  owned_constants_ = {};
  interpreter_.Remove(log_.get());
  if (!opened) return;
  PyObject* done = PyObject_CallNoArgs(interpreter_.close_handler());
  if (done == nullptr) PyErr_Clear();
  Py_XDECREF(done);
}

void Handler::Invoke(const tandem_invocation& invocation, tandem_sink* sink) {
  HostThread& thread = HostThread::Current();
  // This call's own until it ends: a handler that calls its host invokes another handler on this thread.
  std::unique_ptr<Buffer> out = std::exchange(thread.buffer(), nullptr);
  if (out == nullptr) [[unlikely]]
    out = ResponsePool::Take();
  out->Clear();
  Answer answer = Answer::kError;
  {
    const Gil gil(thread, interpreter_.state());
    const NamedInvocation named(*log_, invocation);
    try {
      const RunScope scope(*log_, context_.ptr());
      answer = Call(invocation, thread, *out, sink);
    } catch (const ErrorSet&) {  // a thread of the user's has entered the function's contextvars.Context
      ReportError(TakeError().ptr(), View(invocation.request_id), Phase::kInvocation, sink);
    }
  }
  if (answer != Answer::kError) [[likely]]
    SendResult(interpreter_.host(), out, answer == Answer::kBytes, sink);
  if (thread.buffer() == nullptr) [[likely]]
    thread.buffer() = std::move(out);
}

Handler::Answer Handler::Call(const tandem_invocation& invocation, HostThread& thread, Buffer& out, tandem_sink* sink) {
  InvocationContext context(contexts_);
  Object error;
  try {
    const Cancellable running(*run_, thread);
    interpreter_.PublishTraceId(View(invocation.trace_id));
    PyObject* const shown = context.Begin({&interpreter_, &constants_, &invocation});
    const Object event = MakeEvent(invocation, thread);
    PyObject* arguments[] = {nullptr, event.ptr(), shown};
    const Object response = Steal(CallWith(callable_.ptr(), arguments + 1));
    if (invocation.streaming != 0 && PyGen_CheckExact(response.ptr()) != 0) [[unlikely]] {
      Stream(response.ptr(), sink);
      return Answer::kBytes;
    }
    const Answer answer = PyBytes_Check(response.ptr()) != 0 ? Answer::kBytes : Answer::kJson;
    Marshal(response.ptr(), out);
    return answer;
  } catch (const ErrorSet&) {
    error = TakeError();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
    error = TakeError();
  }
  ReportError(error.ptr(), View(invocation.request_id), Phase::kInvocation, sink);
  return Answer::kError;
}

Object Handler::MakeEvent(const tandem_invocation& invocation, HostThread& thread) {
  const tandem_payload& payload = *invocation.payload;
  if (View(invocation.content_type) != kJson) [[unlikely]] {  // J-33
    return Steal(
        PyBytes_FromStringAndSize(reinterpret_cast<const char*>(payload.data), static_cast<Py_ssize_t>(payload.size)));
  }
  if (LimitAllowsFastPaths()) [[likely]] {
    PyObject* event = thread.unmarshaller().Parse(interpreter_.keys(), payload.data, payload.size);
    if (event != nullptr) [[likely]]
      return Steal(event);
    if (PyErr_Occurred() != nullptr) throw ErrorSet();
  }
  const ClientCalls below(kClientCallsAtReading);
  const Object bytes = Steal(
      PyBytes_FromStringAndSize(reinterpret_cast<const char*>(payload.data), static_cast<Py_ssize_t>(payload.size)));
  return Steal(PyObject_CallOneArg(interpreter_.unmarshal(), bytes.ptr()));
}

void Handler::Marshal(PyObject* response, Buffer& out) {
  if (PyBytes_Check(response)) [[unlikely]] {  // J-16
    out.Append(PyBytes_AS_STRING(response), static_cast<size_t>(PyBytes_GET_SIZE(response)));
    return;
  }
  if (LimitAllowsFastPaths() && WriteFast(response, mode_, out)) [[likely]]
    return;
  out.Clear();
  const ClientCalls below(kClientCallsAtWriting);
  PyObject* escaped = mode_ == TextMode::kEscaped ? Py_True : Py_False;
  const Object bytes = Steal(PyObject_CallFunctionObjArgs(interpreter_.marshal(), response, escaped, nullptr));
  out.Append(PyBytes_AS_STRING(bytes.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.ptr())));
}

// Where the caller takes the response in parts, a generator's are sent as they come: bytes as they are, text as UTF-8.
void Handler::Stream(PyObject* generator, tandem_sink* sink) const {
  for (;;) {
    PyObject* const next = PyIter_Next(generator);
    if (next == nullptr) {
      if (PyErr_Occurred() != nullptr) throw ErrorSet();
      return;
    }
    const Object part = Steal(next);
    const Object bytes = PyUnicode_Check(next) != 0 ? Steal(PyUnicode_AsUTF8String(next)) : Borrow(next);
    if (PyBytes_Check(bytes.ptr()) == 0) {
      PyErr_Format(PyExc_TypeError, "a streaming handler yields bytes or str, not %.200s", Py_TYPE(next)->tp_name);
      throw ErrorSet();
    }
    bool wanted = true;
    {
      const WithoutGil without;  // a receiver may be slow
      wanted = interpreter_.host().Chunk(sink, BytesView(bytes.ptr()));
    }
    if (wanted) continue;
    Steal(PyObject_CallMethod(generator, "close", nullptr));
    return;
  }
}

void Handler::ReportError(PyObject* error, std::string_view request_id, Phase phase, tandem_sink* sink) {
  try {
    PyObject* escaped = mode_ == TextMode::kEscaped ? Py_True : Py_False;
    PyObject* as_json = log_->json() ? Py_True : Py_False;
    const Object id = MakeText(request_id.data() == nullptr ? std::string_view("") : request_id);
    const Object described =
        Steal(PyObject_CallFunctionObjArgs(interpreter_.report(), error, id.ptr(), escaped, as_json, nullptr));
    SendDescription(described.ptr(), phase, sink);
  } catch (const ErrorSet&) {  // the report itself failed: out of memory, or a broken standard library
    PyErr_Clear();
    ReportUnsayable(sink);
  } catch (const std::bad_alloc&) {
    ReportUnsayable(sink);
  }
}

void Handler::ReportUnsayable(tandem_sink* sink) {
  tandem_error sent{};
  sent.struct_size = sizeof sent;
  sent.disposition = TANDEM_EXITED;
  sent.exit_status = 1;
  interpreter_.host().Error(sink, sent);
}

void Handler::SendDescription(PyObject* description, Phase phase, tandem_sink* sink) {
  PyObject* status = nullptr;
  PyObject* type = nullptr;
  PyObject* message = nullptr;
  PyObject* body = nullptr;
  PyObject* trace = nullptr;
  if (!PyArg_ParseTuple(description, "OUOSO!", &status, &type, &message, &body, &PyList_Type, &trace)) throw ErrorSet();
  tandem_error error{};
  error.struct_size = sizeof error;
  if (status != Py_None) {
    error.disposition = TANDEM_EXITED;
    error.exit_status = static_cast<int32_t>(PyLong_AsLong(status));
    interpreter_.host().Error(sink, error);
    return;
  }
  std::vector<Object> lines;
  std::vector<tandem_string> stack_trace;
  for (Py_ssize_t at = 0; at < PyList_GET_SIZE(trace); ++at) {
    lines.push_back(Steal(PyUnicode_AsEncodedString(PyList_GET_ITEM(trace, at), "utf-8", "backslashreplace")));
    stack_trace.push_back(Borrowed(BytesView(lines.back().ptr())));
  }
  const Object message_bytes = Steal(PyUnicode_AsEncodedString(message, "utf-8", "backslashreplace"));
  error.type = Borrowed(Text(type));
  error.message = Borrowed(BytesView(message_bytes.ptr()));
  error.body = Borrowed(BytesView(body));
  if (phase == Phase::kInit) error.reported_type = error.type;  // H-PY-35
  error.stack_trace = stack_trace.data();
  error.stack_trace_size = stack_trace.size();
  interpreter_.host().Error(sink, error);
}

void CancelLater(std::shared_ptr<Handler::Run> run, std::string request_id) {
  std::thread([run = std::move(run), request_id = std::move(request_id)]() noexcept {
    try {
      const Gil gil(run->interpreter->state());
      if (run->thread == 0 || (!request_id.empty() && run->log->request_id() != request_id)) return;
      run->cancelled = true;
      PyThreadState_SetAsyncExc(run->thread, run->interpreter->cancelled());
      // Cancelling is a request; without memory for a thread state it is not made.
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): see above
    }
  }).detach();
}

}  // namespace tandem::python
