#include "c_api_arguments.h"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "c_api_reader.h"

namespace tandem::c_api {
namespace {

constexpr char kPathOption[] = "path";
constexpr char kDefaultName[] = "function";

template <typename T>
void Set(T& value, T given) {
  if (given != 0) value = given;
}

void SetLanguages(Reader& reader, const tandem_runtime_options& given, RuntimeOptions& options) {
  for (const auto& option :
       reader.List("options.language_options", given.language_options, given.language_options_size)) {
    const std::string language = reader.Text("options.language_options.language", option.language);
    const std::string name = reader.Text("options.language_options.name", option.name);
    std::string value = reader.Text("options.language_options.value", option.value);
    if (language.empty() || name.empty()) reader.Fail("options.language_options", "lacks a language or a name");
    LanguageOptions& of_language = options.languages[language];
    if (name == kPathOption) {
      of_language.path = std::move(value);
    } else {
      of_language.options[name] = std::move(value);
    }
  }
}

void SetWorkers(Reader& reader, const tandem_runtime_options& given, WorkerOptions& workers) {
  workers.program_dir = reader.Text("options.worker_program_dir", given.worker_program_dir);
  Set(workers.most, given.most_workers);
  Set(workers.most_per_function, given.most_workers_per_function);
  reader.Milliseconds("options.worker_idle_ms", given.worker_idle_ms, workers.idle_limit);
  reader.Milliseconds("options.worker_init_ms", given.worker_init_ms, workers.init_limit);
}

void SetVariables(Reader& reader, const tandem_load_options& given, FunctionConfig& config) {
  for (const auto& variable : reader.List("options.variables", given.variables, given.variables_size)) {
    std::string name = reader.Text("options.variables.name", variable.name);
    config.variables[std::move(name)] = reader.Text("options.variables.value", variable.value);
  }
}

void SetLimits(Reader& reader, const tandem_load_options& given, FunctionConfig& config) {
  if (given.timeout_ms == TANDEM_NO_TIMEOUT) {
    config.timeout = std::chrono::milliseconds(0);
  } else {
    reader.Milliseconds("options.timeout_ms", given.timeout_ms, config.timeout);
  }
  Set(config.memory_size_mb, given.memory_size_mb);
  Set(config.max_concurrency, given.max_concurrency);
  switch (given.isolation) {
    case TANDEM_ISOLATION_INLINE:
      config.isolation = Isolation::kInline;
      break;
    case TANDEM_ISOLATION_PROCESS:
      config.isolation = Isolation::kProcess;
      break;
    default:
      reader.Fail("options.isolation", "is no TANDEM_ISOLATION_*");
  }
  reader.Reserved(given.reserved);
}

std::string ReadRequestId(Reader& reader, std::string_view name, tandem_bytes given) {
  std::string id = reader.Text(name, given);
  if (id.size() > RequestId::kMaxSize) reader.Fail(name, "has more than 63 bytes");
  return id;
}

}  // namespace

Status Wrong(std::string_view call, std::string_view argument, std::string_view what) {
  std::string message(call);
  message += ": ";
  message += argument;
  message += ' ';
  message += what;
  return {Code::kInvalidArgument, std::move(message)};
}

Result<RuntimeOptions> RuntimeOptionsOf(const tandem_runtime_options* given) {
  Reader reader("tandem_runtime_create");
  const tandem_runtime_options known = reader.Struct(given);
  RuntimeOptions options;
  options.loader_dirs = reader.Texts("options.loader_dirs", known.loader_dirs, known.loader_dirs_size);
  SetLanguages(reader, known, options);
  options.package.cache_dir = reader.Text("options.cache_dir", known.cache_dir);
  SetWorkers(reader, known, options.workers);
  if (reader.Flag("options.platform_logs", known.platform_logs)) options.platform_logs = PlatformLogs::kOn;
  if (reader.Flag("options.strict_runtimes", known.strict_runtimes)) options.runtime_match = RuntimeMatch::kStrict;
  if (!reader.status().ok()) return reader.status();
  return options;
}

Result<FunctionConfig> FunctionConfigOf(std::string_view call, const tandem_load_options* given, FunctionConfig base) {
  Reader reader(call);
  const tandem_load_options known = reader.Struct(given);
  FunctionConfig config = std::move(base);
  const auto take = [&](std::string_view name, tandem_bytes text, std::string& value) {
    if (text.size > 0) value = reader.Text(name, text);
  };
  take("options.handler", known.handler, config.handler);
  take("options.code", known.code, config.code);
  take("options.runtime", known.runtime, config.runtime);
  take("options.name", known.name, config.name);
  take("options.version", known.version, config.version);
  take("options.log_format", known.log_format, config.log_format);
  take("options.log_level", known.log_level, config.log_level);
  if (config.name.empty()) config.name = kDefaultName;
  if (known.layers_size > 0) config.layers = reader.Texts("options.layers", known.layers, known.layers_size);
  SetVariables(reader, known, config);
  SetLimits(reader, known, config);
  if (!reader.status().ok()) return reader.status();
  return config;
}

Result<Call> CallOf(tandem_bytes payload, const tandem_invoke_options* given) {
  Reader reader("tandem_invoke");
  const tandem_invoke_options known = reader.Struct(given);
  Call call;
  const std::string_view bytes = reader.Bytes("payload", payload);
  call.options.request_id = RequestId(ReadRequestId(reader, "options.request_id", known.request_id));
  call.event.content_type = reader.Text("options.content_type", known.content_type);
  call.options.client_context = reader.Text("options.client_context", known.client_context);
  call.options.cognito_identity = reader.Text("options.cognito_identity", known.cognito_identity);
  call.options.trace_id = reader.Text("options.trace_id", known.trace_id);
  call.options.tenant_id = reader.Text("options.tenant_id", known.tenant_id);
  call.options.qualifier = reader.Text("options.qualifier", known.qualifier);
  if (reader.Flag("options.log_tail", known.log_tail)) call.options.log_type = LogType::kTail;
  reader.Reserved(known.reserved);
  if (!reader.status().ok()) return reader.status();
  if (known.chunk != nullptr) {
    call.options.chunk_receiver = [take = known.chunk, arg = known.chunk_arg](std::string_view chunk) {
      return take(arg, {chunk.data(), chunk.size()}) == 0;
    };
  }
  call.event.payload = Payload::Copy(bytes);
  return call;
}

Result<std::string> RequestIdOf(std::string_view call, tandem_bytes given) {
  Reader reader(call);
  std::string id = ReadRequestId(reader, "request_id", given);
  if (id.empty()) reader.Fail("request_id", "is empty");
  if (!reader.status().ok()) return reader.status();
  return id;
}

}  // namespace tandem::c_api
