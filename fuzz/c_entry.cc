// The C ABI: what loaders, finders and hosts hand to each other, in structs of any size and strings of any kind.
//
// Input: "l" and what a loader does in open and in invoke; "f" and what a finder reports, then the runtime that is
// asked for; "n" and a function, an event and options for the native loader, whose tables are also called without a
// core.
#include <dlfcn.h>
#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/lib.h"
#include "fuzz/loader/hooks.h"
#include "fuzz/sized.h"
#include "tandem/runtime.h"

namespace tandem::fuzz {
namespace {

Input* the_input = nullptr;  // what the hooks go on reading

// The bytes of the strings that one input uses, each in memory of its own.
class Strings {
 public:
  tandem_string Next(Input& input) {
    constexpr std::uint8_t kKinds = 8;
    switch (input.Byte() % kKinds) {
      case 0:
        return {nullptr, 0};
      case 1:
        return {nullptr, input.Byte()};
      case 2:
        return {"", 0};
      case 4: {
        static const std::string long_one(std::size_t{1} << 20U, '\xE4');
        return {long_one.data(), long_one.size() >> input.Byte() % 8U};
      }
      default:
        return Keep(input.Text());
    }
  }

  tandem_string Keep(std::string_view text) {
    kept_.emplace_back(new char[text.size()]);
    std::copy(text.begin(), text.end(), kept_.back().get());
    return {kept_.back().get(), text.size()};
  }

 private:
  std::vector<std::unique_ptr<char[]>> kept_;
};

int handed_over = 0;
int released = 0;

void Release(void* arg) {
  ++released;
  delete[] static_cast<std::uint8_t*>(arg);
}

void Log(Input& input, const tandem_host* host, tandem_host_context* context, tandem_function* function) {
  Strings strings;
  tandem_log_record record{};
  record.function = input.Byte() % 2 == 0 ? function : nullptr;
  record.request_id = strings.Next(input);
  record.text = strings.Next(input);
  record.time_us = input.Number<std::int64_t>();
  record.level = input.Number<std::int32_t>();
  record.format = input.Number<std::int32_t>();
  host->log(context, Sized<tandem_log_record>(input, record).get());
}

void Result(Input& input, const tandem_host* host, tandem_sink* sink) {
  Strings strings;
  const std::string_view text = input.Text();
  tandem_result result{};
  result.content_type = strings.Next(input);
  result.disposition = input.Number<std::int32_t>();
  result.exit_status = input.Number<std::int32_t>();
  // Who releases is in the struct's later part: one that ends before it lends its bytes.
  if (input.Byte() % 2 == 0) {
    const tandem_string lent = strings.Keep(text);
    result.data = reinterpret_cast<const std::uint8_t*>(lent.data);
    result.size = lent.size;
    host->result(sink, Sized<tandem_result>(input, result).get());
    return;
  }
  auto* bytes = new std::uint8_t[text.size()];
  std::copy(text.begin(), text.end(), bytes);
  result.struct_size = sizeof result;
  result.data = bytes;
  result.size = text.size();
  result.release = Release;
  result.release_arg = bytes;
  ++handed_over;
  host->result(sink, &result);
}

void Error(Input& input, const tandem_host* host, tandem_sink* sink) {
  Strings strings;
  std::vector<tandem_string> trace(input.Byte() % 4U);
  for (tandem_string& line : trace) line = strings.Next(input);
  tandem_error error{};
  error.type = strings.Next(input);
  error.message = strings.Next(input);
  error.body = strings.Next(input);
  error.reported_type = strings.Next(input);
  error.stack_trace = trace.data();
  error.stack_trace_size = trace.size();
  error.disposition = input.Number<std::int32_t>();
  error.exit_status = input.Number<std::int32_t>();
  host->result_error(sink, Sized<tandem_error>(input, error).get());
}

void UsePayload(Input& input, const tandem_host* host, tandem_host_context* context, const tandem_payload* given) {
  const std::uint8_t way = input.Byte();
  Require(host->payload_new(context, SIZE_MAX - way % 128U) == nullptr, "a payload that fits no memory");
  tandem_payload* own = host->payload_new(context, way);
  Require(own != nullptr && own->size == way, "no payload, or one of another size");
  std::memset(const_cast<std::uint8_t*>(own->data), way, way);
  for (const tandem_payload* payload : {given, static_cast<const tandem_payload*>(own)}) {
    unsigned sum = 0;
    for (std::size_t at = 0; at < payload->size + TANDEM_PAYLOAD_PADDING; ++at) sum += payload->data[at];
    host->payload_retain(payload);
    host->payload_release(payload);
    Require(sum < UINT32_MAX, "an event that there is not");  // and the sum is used
  }
  host->payload_release(own);
}

// Whether it called for a result, be it of no use.
void Answer(Input& input, const tandem_host* host, tandem_sink* sink) {
  constexpr std::uint8_t kWays = 3;
  Strings strings;
  switch (input.Byte() % kWays) {
    case 0:
      return Result(input, host, sink);
    case 1:
      return Error(input, host, sink);
    default:
      host->result_fault(sink, input.Number<std::int32_t>(), strings.Next(input));
  }
}

std::int32_t OpenHook(const tandem_host* host, const tandem_function_config* /*config*/, tandem_sink* sink) {
  if (the_input->Byte() != 'x') return TANDEM_OK;
  Answer(*the_input, host, sink);
  return TANDEM_FAULT;
}

std::int32_t InvokeHook(const tandem_host* host, tandem_host_context* context, tandem_function* function,
                        const tandem_invocation* invocation, tandem_sink* sink) {
  Input& input = *the_input;
  while (!input.empty()) {
    switch (input.Byte()) {
      case 'l':
        Log(input, host, context, function);
        break;
      case 'c': {
        const std::string_view chunk = input.Text();
        host->result_chunk(sink, reinterpret_cast<const std::uint8_t*>(chunk.data()), chunk.size());
        break;
      }
      case 'p':
        UsePayload(input, host, context, invocation->payload);
        break;
      case 't':
        Require(host->remaining_time_ms(sink) >= 0, "time before the end of time");
        host->is_cancelled(sink);
        break;
      case 'a':
        Answer(input, host, sink);
        break;
      case 'e':
        return TANDEM_FAULT;
      default:
        break;
    }
  }
  return TANDEM_OK;
}

void FindHook(tandem_runtime_found found, void* arg) {
  if (the_input == nullptr) {  // the one that this target's functions run on
    tandem_runtime_info info{};
    info.struct_size = sizeof info;
    info.identifier = {"fuzz1", 5};
    info.version = {"1", 1};
    info.module = {"fuzz.so", 7};
    return found(arg, &info);
  }
  Input& input = *the_input;
  Strings strings;
  for (int count = input.Byte() % 4; count > 0; --count) {
    tandem_runtime_info info{};
    for (tandem_string* text : {&info.identifier, &info.version, &info.path, &info.library, &info.preload, &info.module,
                                &info.origin, &info.reason}) {
      *text = strings.Next(input);
    }
    found(arg, Sized<tandem_runtime_info>(input, info).get());
  }
}

std::int32_t ClaimHook(const tandem_claim_request* request) {
  Require(request->handler.data != nullptr, "a question without a handler");
  return the_input == nullptr ? TANDEM_CLAIM_NONE : the_input->Number<std::int32_t>();
}

class CountingSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override {
    for (const std::string_view text : {record.function_name, record.request_id, record.text}) {
      for (const char byte : text) sum_ += static_cast<unsigned char>(byte);
    }
  }

 private:
  unsigned sum_ = 0;
};

// A Runtime with the finder and loader of this target and the native ones.
Runtime& TheRuntime() {
  static CountingSink sink;
  static const std::unique_ptr<Runtime> runtime = [] {
    tandem_fuzz_hooks = {.find = FindHook, .claim = ClaimHook, .open = OpenHook, .invoke = InvokeHook};
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_FUZZ_LOADERS, TANDEM_TEST_LOADERS};
    options.log_sink = &sink;
    options.platform_logs = PlatformLogs::kOn;
    auto created = Runtime::Create(std::move(options));
    Require(created.ok(), "no runtime", created.ok() ? "" : created.status().message());
    return std::move(*created);
  }();
  return *runtime;
}

void RequireJson(std::string_view text) {
  static simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  Require(parser.parse(padded).error() == simdjson::SUCCESS, "an error that is no JSON", text);
}

// `composed`: no loader says the words.
void RequireOutcome(const InvokeResult& result, bool composed) {
  const Outcome& outcome = result.outcome;
  if (outcome.kind() == Outcome::Kind::kFault) {
    Require(outcome.fault().code() == Code::kInternal || outcome.fault().code() == Code::kUnavailable,
            "a fault of no kind", outcome.fault().message());
  }
  if (outcome.kind() == Outcome::Kind::kFunctionError && (composed || outcome.disposition() == Disposition::kExited)) {
    RequireJson(outcome.payload().view());
  }
  Require(result.log_tail.size() <= 4096, "a long tail of the log");
}

void TryLoader(Input& input) {
  Runtime& runtime = TheRuntime();
  FunctionConfig config;
  config.name = "fuzz";
  config.handler = "fuzz";
  config.code = ".";
  config.runtime = "fuzz1";
  config.timeout = std::chrono::milliseconds(0);
  const auto function = runtime.Add(config);
  Require(function.ok(), "no function", function.ok() ? "" : function.status().message());
  InvokeOptions options;
  options.log_type = LogType::kTail;
  std::size_t chunks = 0;
  if (input.Byte() % 2 == 0) options.chunk_receiver = [&](std::string_view) { return ++chunks < 3; };
  const Event event(input.Text());
  handed_over = released = 0;
  the_input = &input;
  RequireOutcome(runtime.Invoke(**function, event, options), false);
  the_input = nullptr;
  Require(runtime.Remove("fuzz").ok(), "a function that cannot be removed");
  Require(released == handed_over, "a result that is not released once");
}

void TryFinder(Input& input) {
  const RuntimeRegistry& registry = TheRuntime().registry();
  the_input = &input;
  for (const RuntimeInfo& info : registry.FindAll()) Require(!info.language.empty(), "a runtime of no language");
  const auto decided = registry.DecideLanguage(input.Text(), "/code", {std::string(input.Text())});
  if (decided.ok()) Require(*decided == "fuzz" || *decided == "native", "a language that there is not", *decided);
  const std::string identifier(input.Text());
  const RuntimeMatch match = input.Byte() % 2 == 0 ? RuntimeMatch::kStrict : RuntimeMatch::kNearestNewer;
  const auto selected = registry.Select(identifier, match, nullptr);
  if (selected.ok()) Require(selected->info.usable(), "a runtime that cannot be used is chosen", identifier);
  the_input = nullptr;
}

FunctionConfig ConfigOf(Input& input) {
  // Handlers that wait for somebody else are not among them.
  constexpr std::string_view kHandlers[] = {
      "echo", "greet",     "count",     "fail",        "context", "log",          "log_open",
      "who",  "code_root", "fault",     "throw",       "silent",  "answer_twice", "recycle",
      "exit", "chunks",    "hand_over", "new_payload", "exhaust", "read_padding", "log_levels"};
  FunctionConfig config;
  const std::uint8_t handler = input.Byte();
  if (handler < std::size(kHandlers)) {
    config.handler = "native." + std::string(kHandlers[handler]);
  } else {
    config.handler = input.Text();
  }
  config.name = "native";
  config.code = ".";
  config.runtime = input.Byte() % 2 == 0 ? "native1" : "";
  for (std::string* text :
       {&config.version, &config.arn, &config.region, &config.log_group_name, &config.log_format, &config.log_level}) {
    *text = input.Text();
  }
  config.layers.resize(input.Byte() % 3);
  for (std::string& layer : config.layers) layer = input.Text();
  config.timeout = std::chrono::milliseconds(0);
  config.memory_size_mb = input.Number<std::int32_t>();
  config.max_concurrency = input.Number<std::int32_t>();
  return config;
}

void TryNative(Input& input) {
  Runtime& runtime = TheRuntime();
  const auto added = runtime.Add(ConfigOf(input));
  if (!added.ok()) {
    Require(added.status().code() != Code::kInternal, "a function breaks the machine", added.status().message());
    return;
  }
  for (int count = 1 + input.Byte() % 3; count > 0; --count) {
    InvokeOptions options;
    options.request_id = RequestId(input.Text());
    for (std::string* text : {&options.qualifier, &options.client_context, &options.cognito_identity, &options.trace_id,
                              &options.tenant_id}) {
      *text = input.Text();
    }
    options.type = static_cast<InvocationType>(input.Byte() % 3);
    options.log_type = LogType::kTail;
    Event event(input.Text());
    event.content_type = input.Text();
    RequireOutcome(runtime.Invoke(**added, event, options), true);
  }
  Require(runtime.Remove("native").ok(), "a function that cannot be removed");
}

template <typename Entry>
auto TableOf(const char* file, const char* symbol) {
  void* module = dlopen(file, RTLD_NOW);
  Require(module != nullptr, "no module", file);
  return reinterpret_cast<Entry>(dlsym(module, symbol))();
}

// As a later core would ask: with larger structs.
void TryTables(Input& input) {
  static const tandem_finder_table* const finder =
      TableOf<tandem_finder_entry>(TANDEM_TEST_LOADERS "/native-finder.so", TANDEM_FINDER_SYMBOL);
  Strings strings;
  std::vector<tandem_string> layers(input.Byte() % 3);
  for (tandem_string& layer : layers) layer = strings.Next(input);
  struct {
    tandem_claim_request known;
    std::uint64_t later;
  } request{};
  request.known.struct_size = sizeof request;
  request.known.handler = strings.Next(input);
  request.known.code_root = strings.Next(input);
  request.known.layers = layers.data();
  request.known.layers_size = layers.size();
  request.later = ~std::uint64_t{0};
  const std::int32_t claim = finder->claim(&request.known);
  Require(claim >= TANDEM_CLAIM_NONE && claim <= TANDEM_CLAIM_SYNTAX, "a claim that there is not");
}

}  // namespace
}  // namespace tandem::fuzz

TandemFuzzHooks tandem_fuzz_hooks = {};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::fuzz::Input input(data, size);
  switch (input.Byte()) {
    case 'l':
      tandem::fuzz::TryLoader(input);
      break;
    case 'f':
      tandem::fuzz::TryFinder(input);
      break;
    case 'n':
      tandem::fuzz::TryNative(input);
      break;
    case 't':
      tandem::fuzz::TryTables(input);
      break;
    default:
      break;
  }
  return 0;
}
