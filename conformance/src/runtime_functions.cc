#include "runtime_functions.h"

#include <string_view>

namespace tandem::conformance {
namespace {

InvokeOptions OptionsOf(const Case& given, Observation& seen) {
  InvokeOptions options;
  options.type = given.type;
  options.measure = Measure::kAlways;
  options.request_id = RequestId(given.request_id);
  options.client_context = given.client_context;
  options.cognito_identity = given.cognito_identity;
  options.trace_id = given.trace_id;
  options.tenant_id = given.tenant_id;
  options.qualifier = given.qualifier;
  if (given.streams()) {
    options.chunk_receiver = [&seen](std::string_view chunk) {
      seen.chunks.emplace_back(chunk);
      return true;
    };
  }
  return options;
}

std::string NameOf(const RuntimeInfo& info) {
  if (info.is_own()) return info.identifier;
  return info.language + " " + info.version;
}

}  // namespace

void KeptLog::Write(const LogRecord& record) noexcept {
  if (record.origin == LogOrigin::kHint || record.origin == LogOrigin::kNote) return;  // not the function's
  const std::scoped_lock lock(mutex_);
  try {
    text_.Append(record.text);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): a case that expects it fails
  }
}

std::string KeptLog::Take() {
  const std::scoped_lock lock(mutex_);
  return text_.Take();
}

FunctionConfig ConfigOf(const SuiteFunction& function, const Implementation& implementation) {
  FunctionConfig config;
  config.name = implementation.endpoint_name;
  config.key = function.name + '\n' + implementation.language;
  config.handler = implementation.handler;
  config.code = implementation.code;
  config.runtime = implementation.runtime.empty() ? implementation.language : implementation.runtime;
  config.timeout = function.timeout;
  config.memory_size_mb = function.memory_size_mb;
  config.log_format = function.log_format;
  config.log_level = function.log_level;
  config.variables = implementation.variables;
  return config;
}

Observation ObservationOf(const Outcome& outcome, const Report& report) {
  Observation seen;
  seen.payload = outcome.payload().view();
  seen.duration = report.duration;
  if (report.process_id != 0) seen.evidence.place = "pid " + std::to_string(report.process_id);
  if (outcome.kind() == Outcome::Kind::kFault) seen.problem = outcome.fault().message();
  if (outcome.kind() != Outcome::Kind::kFunctionError) return seen;
  seen.failed = true;
  seen.error_type = outcome.error().type;
  seen.error_message = outcome.error().message;
  return seen;
}

Result<std::unique_ptr<RuntimeFunctions>> RuntimeFunctions::Make(RuntimeOptions options, Configure configure) {
  std::unique_ptr<RuntimeFunctions> made(new RuntimeFunctions());
  made->configure_ = std::move(configure);
  options.log_sink = &made->log_;
  options.platform_logs = PlatformLogs::kOn;
  auto runtime = Runtime::Create(std::move(options));
  if (!runtime) return runtime.status();
  made->runtime_ = std::move(*runtime);
  return made;
}

Result<Function*> RuntimeFunctions::Get(const SuiteFunction& function, const Implementation& implementation) {
  const auto [at, is_new] = functions_.try_emplace(&implementation, nullptr);
  if (at->second != nullptr) return at->second;
  auto config = configure_(function, implementation);
  if (!config) return config.status();
  auto added = runtime_->Add(std::move(*config));
  if (added) at->second = *added;
  return added;
}

Observation RuntimeFunctions::Run(const SuiteFunction& function, const Implementation& implementation,
                                  const Case& given) {
  Observation seen;
  const auto loaded = Get(function, implementation);
  if (!loaded) {
    seen.problem = loaded.status().message();
    return seen;
  }
  Event event{std::string_view(given.event)};
  event.content_type = given.content_type;
  const InvokeOptions options = OptionsOf(given, seen);
  log_.Take();  // what a process says when nothing runs in it
  const InvokeResult result = runtime_->Invoke(**loaded, event, options);
  std::vector<std::string> chunks = std::move(seen.chunks);
  seen = ObservationOf(result.outcome, result.report);
  seen.chunks = std::move(chunks);
  seen.log = log_.Take();
  seen.evidence.runtime = NameOf((*loaded)->runtime().info);
  return seen;
}

void RuntimeFunctions::End(const Implementation& implementation) {
  const auto ended = functions_.extract(&implementation);
  if (ended && ended.mapped() != nullptr) static_cast<void>(runtime_->Remove(ended.mapped()->config().key));
}

void RuntimeFunctions::EndFunctions() {
  while (!functions_.empty()) End(*functions_.begin()->first);
}

}  // namespace tandem::conformance
