#include <atomic>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "c_api_arguments.h"
#include "c_api_template.h"
#include "guarded.h"
#include "tandem/package.h"
#include "tandem/runtime.h"
#include "tandem/tandem.h"
#include "templates/one_line.h"

namespace {

class CallbackSink final : public tandem::LogSink {
 public:
  CallbackSink(tandem_log_callback callback, void* arg) : callback_(callback), arg_(arg) {}
  void Write(const tandem::LogRecord& record) noexcept override;

 private:
  tandem_log_callback callback_;
  void* arg_;
};

// As handed out: its data is never NULL.
tandem_bytes Bytes(std::string_view bytes) {
  return {bytes.data() == nullptr ? "" : bytes.data(), bytes.size()};
}

void CallbackSink::Write(const tandem::LogRecord& record) noexcept {
  const tandem_log_event event = {
      .struct_size = sizeof(tandem_log_event),
      .text = Bytes(record.text),
      .function_name = Bytes(record.function_name),
      .request_id = Bytes(record.request_id),
      .log_stream_name = Bytes(record.log_stream_name),
      .time_us = record.time_us,
      .origin = static_cast<std::int32_t>(record.origin),
      .level = static_cast<std::int32_t>(record.level),
      .format = static_cast<std::int32_t>(record.format),
      .reserved = 0,
  };
  callback_(arg_, &event);
}

}  // namespace

struct tandem_failure {
  tandem::Status status;
};

struct tandem_outcome {
  tandem::InvokeResult result;
};

struct tandem_loaded_function {
  tandem_runtime* runtime = nullptr;
  tandem::Function* function = nullptr;
  std::list<tandem_loaded_function>::iterator place;  // its own
  std::vector<tandem::Package> layers;                // those that were archives
  std::string warning;
};

struct tandem_runtime {
  std::list<tandem_loaded_function> functions;
  std::mutex mutex;                    // of the list
  std::unique_ptr<CallbackSink> sink;  // outlives what logs to it
  std::unique_ptr<tandem::Runtime> runtime;
  tandem::PackageOptions package;
  std::atomic<std::uint64_t> loaded = 0;  // so that several functions may have one name
};

namespace {

using tandem::Code;
using tandem::Guarded;
using tandem::Status;
using tandem::c_api::Wrong;

constexpr std::string_view kIsNull = "is NULL";

// For want of memory for another one.
tandem_failure* OutOfMemory() {
  static tandem_failure failure{Status(Code::kInternal, "out of memory")};
  return &failure;
}

// Its message may quote what the caller gave, line breaks and all.
tandem_failure* FailureOf(const Status& status) noexcept try {
  if (status.ok()) return nullptr;
  return new tandem_failure{Status(status.code(), tandem::templates::OneLine(status.message()))};
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

// What every call that can fail is made of: `body` returns a Status, and nothing it throws gets out.
template <typename Body>
tandem_failure* Try(std::string_view call, Body&& body) noexcept {
  return FailureOf(Guarded(call, std::forward<Body>(body)));
}

// The invocations that run on one thread, the innermost first: what they are of cannot end before them.
struct Running {
  const tandem_loaded_function* function;
  const Running* outer;
};
thread_local const Running* running_here = nullptr;

class RunsHere {
 public:
  explicit RunsHere(const tandem_loaded_function* function) : running_{function, running_here} {
    running_here = &running_;
  }
  ~RunsHere() { running_here = running_.outer; }
  RunsHere(const RunsHere&) = delete;
  RunsHere& operator=(const RunsHere&) = delete;

 private:
  Running running_;
};

template <typename Matches>
bool AnyRunsHere(const Matches& matches) {
  for (const Running* running = running_here; running != nullptr; running = running->outer) {
    if (matches(*running->function)) return true;
  }
  return false;
}

// The outcome, or the status of a fault.
Status HandOver(std::unique_ptr<tandem_outcome> made, tandem_outcome** outcome) {
  const tandem::Outcome& ended = made->result.outcome;
  if (ended.kind() == tandem::Outcome::Kind::kFault) return ended.fault();
  *outcome = made.release();
  return {};
}

// Layers that are archives are unpacked, and kept as long as the function.
Status UnpackLayers(const tandem_runtime& runtime, std::vector<std::string>& layers,
                    std::vector<tandem::Package>& unpacked) {
  for (std::string& layer : layers) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(layer, error)) continue;
    auto opened = tandem::OpenPackage(layer, runtime.package);
    if (!opened) return opened.status();
    layer = opened->root;
    unpacked.push_back(std::move(*opened));
  }
  return {};
}

Status Load(tandem_runtime& runtime, tandem::c_api::TemplateChoice choice, tandem_loaded_function** function) {
  std::list<tandem_loaded_function> made(1);
  tandem_loaded_function& one = made.front();
  one.runtime = &runtime;
  one.place = made.begin();
  choice.config.key = choice.config.name + ':' + std::to_string(++runtime.loaded);
  if (Status status = UnpackLayers(runtime, choice.config.layers, one.layers); !status.ok()) return status;
  for (const std::string& line : choice.warnings) one.warning += line + '\n';
  auto added = runtime.runtime->Add(std::move(choice.config));
  if (!added) return added.status();
  one.warning += (*added)->runtime().warning;
  if (one.warning.ends_with('\n')) one.warning.pop_back();
  one.function = *added;
  *function = &one;
  const std::scoped_lock lock(runtime.mutex);
  runtime.functions.splice(runtime.functions.end(), made);
  return {};
}

// The parts of a function error; null where there is none.
const tandem::FunctionError* ErrorOf(const tandem_outcome* outcome) {
  if (outcome == nullptr || outcome->result.outcome.kind() != tandem::Outcome::Kind::kFunctionError) return nullptr;
  return &outcome->result.outcome.error();
}

}  // namespace

const char* tandem_version() {
  return tandem::Version().data();  // of a literal
}

int32_t tandem_failure_code(const tandem_failure* failure) {
  return failure == nullptr ? TANDEM_CODE_OK : static_cast<std::int32_t>(failure->status.code());
}

const char* tandem_failure_message(const tandem_failure* failure) {
  return failure == nullptr ? "" : failure->status.message().c_str();
}

void tandem_failure_free(tandem_failure* failure) {
  if (failure != OutOfMemory()) delete failure;
}

tandem_failure* tandem_runtime_create(const tandem_runtime_options* options, tandem_runtime** runtime) {
  if (runtime != nullptr) *runtime = nullptr;
  return Try("tandem_runtime_create", [&]() -> Status {
    if (runtime == nullptr) return Wrong("tandem_runtime_create", "runtime", kIsNull);
    auto read = tandem::c_api::RuntimeOptionsOf(options);
    if (!read) return read.status();
    auto made = std::make_unique<tandem_runtime>();
    if (options != nullptr && options->log != nullptr) {
      made->sink = std::make_unique<CallbackSink>(options->log, options->log_arg);
      read->log_sink = made->sink.get();
    }
    made->package = read->package;
    auto created = tandem::Runtime::Create(std::move(*read));
    if (!created) return created.status();
    made->runtime = std::move(*created);
    *runtime = made.release();
    return {};
  });
}

tandem_failure* tandem_runtime_close(tandem_runtime* runtime) {
  return Try("tandem_runtime_close", [&]() -> Status {
    if (AnyRunsHere([&](const tandem_loaded_function& function) { return function.runtime == runtime; })) {
      return Wrong("tandem_runtime_close", "runtime", "is closed from within an invocation of one of its functions");
    }
    delete runtime;
    return {};
  });
}

tandem_failure* tandem_load(tandem_runtime* runtime, const tandem_load_options* options,
                            tandem_loaded_function** function) {
  if (function != nullptr) *function = nullptr;
  return Try("tandem_load", [&]() -> Status {
    if (runtime == nullptr) return Wrong("tandem_load", "runtime", kIsNull);
    if (options == nullptr) return Wrong("tandem_load", "options", kIsNull);
    if (function == nullptr) return Wrong("tandem_load", "function", kIsNull);
    auto config = tandem::c_api::FunctionConfigOf("tandem_load", options);
    if (!config) return config.status();
    return Load(*runtime, {std::move(*config), {}}, function);
  });
}

tandem_failure* tandem_load_from_template(tandem_runtime* runtime, const tandem_template_options* template_options,
                                          const tandem_load_options* options, tandem_loaded_function** function) {
  if (function != nullptr) *function = nullptr;
  return Try("tandem_load_from_template", [&]() -> Status {
    if (runtime == nullptr) return Wrong("tandem_load_from_template", "runtime", kIsNull);
    if (function == nullptr) return Wrong("tandem_load_from_template", "function", kIsNull);
    auto choice = tandem::c_api::ChooseFromTemplate(template_options, options);
    if (!choice) return choice.status();
    return Load(*runtime, std::move(*choice), function);
  });
}

tandem_bytes tandem_load_warning(const tandem_loaded_function* function) {
  return Bytes(function == nullptr ? std::string_view() : function->warning);
}

tandem_failure* tandem_warm(tandem_loaded_function* function) {
  return Try("tandem_warm", [&]() -> Status {
    if (function == nullptr) return Wrong("tandem_warm", "function", kIsNull);
    return function->runtime->runtime->Warm(*function->function);
  });
}

tandem_failure* tandem_prepare(tandem_loaded_function* function, tandem_outcome** outcome) {
  if (outcome != nullptr) *outcome = nullptr;
  return Try("tandem_prepare", [&]() -> Status {
    if (function == nullptr) return Wrong("tandem_prepare", "function", kIsNull);
    if (outcome == nullptr) return Wrong("tandem_prepare", "outcome", kIsNull);
    auto made = std::make_unique<tandem_outcome>();
    const RunsHere runs(function);
    made->result.outcome = function->runtime->runtime->Prepare(*function->function);
    return HandOver(std::move(made), outcome);
  });
}

tandem_failure* tandem_unload(tandem_loaded_function* function) {
  return Try("tandem_unload", [&]() -> Status {
    if (function == nullptr) return {};
    if (AnyRunsHere([&](const tandem_loaded_function& running) { return &running == function; })) {
      return Wrong("tandem_unload", "function", "is unloaded from within one of its own invocations");
    }
    tandem_runtime& runtime = *function->runtime;
    if (Status status = runtime.runtime->Remove(function->function->config().key); !status.ok()) return status;
    const std::scoped_lock lock(runtime.mutex);
    runtime.functions.erase(function->place);
    return {};
  });
}

tandem_failure* tandem_invoke(tandem_loaded_function* function, tandem_bytes payload,
                              const tandem_invoke_options* options, tandem_outcome** outcome) {
  if (outcome != nullptr) *outcome = nullptr;
  return Try("tandem_invoke", [&]() -> Status {
    if (function == nullptr) return Wrong("tandem_invoke", "function", kIsNull);
    if (outcome == nullptr) return Wrong("tandem_invoke", "outcome", kIsNull);
    auto call = tandem::c_api::CallOf(payload, options);
    if (!call) return call.status();
    auto made = std::make_unique<tandem_outcome>();
    const RunsHere runs(function);
    made->result = function->runtime->runtime->Invoke(*function->function, call->event, call->options);
    return HandOver(std::move(made), outcome);
  });
}

tandem_failure* tandem_cancel(tandem_loaded_function* function, tandem_bytes request_id) {
  return Try("tandem_cancel", [&]() -> Status {
    if (function == nullptr) return Wrong("tandem_cancel", "function", kIsNull);
    auto id = tandem::c_api::RequestIdOf("tandem_cancel", request_id);
    if (!id) return id.status();
    function->runtime->runtime->Cancel(*function->function, *id);
    return {};
  });
}

void tandem_detach_thread() {
  tandem_failure_free(Try("tandem_detach_thread", []() -> Status {
    tandem::Runtime::DetachThread();
    return {};
  }));
}

int32_t tandem_outcome_is_error(const tandem_outcome* outcome) {
  return ErrorOf(outcome) == nullptr ? 0 : 1;
}

tandem_bytes tandem_outcome_error_type(const tandem_outcome* outcome) {
  const tandem::FunctionError* error = ErrorOf(outcome);
  return Bytes(error == nullptr ? std::string_view() : error->type);
}

tandem_bytes tandem_outcome_error_message(const tandem_outcome* outcome) {
  const tandem::FunctionError* error = ErrorOf(outcome);
  return Bytes(error == nullptr ? std::string_view() : error->message);
}

tandem_bytes tandem_outcome_stack_frame(const tandem_outcome* outcome, size_t at) {
  return Bytes(at < tandem_outcome_stack_size(outcome) ? ErrorOf(outcome)->stack_trace[at] : std::string_view());
}

size_t tandem_outcome_stack_size(const tandem_outcome* outcome) {
  const tandem::FunctionError* error = ErrorOf(outcome);
  return error == nullptr ? 0 : error->stack_trace.size();
}

tandem_bytes tandem_outcome_payload(const tandem_outcome* outcome) {
  return Bytes(outcome == nullptr ? std::string_view() : outcome->result.outcome.payload().view());
}

tandem_bytes tandem_outcome_content_type(const tandem_outcome* outcome) {
  return Bytes(outcome == nullptr ? std::string_view() : outcome->result.outcome.content_type());
}

tandem_bytes tandem_outcome_request_id(const tandem_outcome* outcome) {
  return Bytes(outcome == nullptr ? std::string_view() : outcome->result.request_id.view());
}

tandem_bytes tandem_outcome_log_tail(const tandem_outcome* outcome) {
  return Bytes(outcome == nullptr ? std::string_view() : outcome->result.log_tail);
}

void tandem_outcome_free(tandem_outcome* outcome) {
  delete outcome;
}
