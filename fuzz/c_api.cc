// The C API: what programs hand to it, in structs of any size, with options of any kind.
//
// Input: calls, each by a letter and its arguments, on functions of the native loader's that are loaded on the way.
#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/lib.h"
#include "fuzz/sized.h"
#include "tandem/tandem.h"

namespace tandem::fuzz {
namespace {

constexpr std::size_t kMostFunctions = 4;
constexpr std::string_view kTemplate = R"(
Parameters:
  Size: {Type: Number, Default: 256}
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties: {Handler: native.echo, CodeUri: ., MemorySize: !Ref Size, Environment: {Variables: {A: b}}}
  Open:
    Type: AWS::Serverless::Function
    Properties: {Handler: native.context, CodeUri: ., Timeout: !ImportValue another-stacks}
)";
// Those that end, and the process does not with them.
constexpr std::array<const char*, 13> kHandlers = {
    "native.echo",      "native.greet",     "native.count", "native.fail",   "native.context",
    "native.log",       "native.chunks",    "native.throw", "native.silent", "native.fault",
    "native.code_root", "native.init_fail", "native.no"};

const Scratch& TheFolder() {
  static const Scratch folder;
  return folder;
}

const std::string& TheTemplate() {
  static const std::string path = [] {
    const auto file = TheFolder().path() / "template.yaml";
    Write(file, kTemplate);
    return file.string();
  }();
  return path;
}

std::string_view View(tandem_bytes bytes) {
  Require(bytes.data != nullptr, "bytes without a place");
  return {bytes.data, bytes.size};
}

// What an input's arguments point to, as long as one call lasts.
class Arguments {
 public:
  explicit Arguments(Input& input) : input_(input) {}

  tandem_bytes Text() {
    switch (input_.Byte() % 8) {
      case 0:
      case 1:
      case 2:
        return {nullptr, 0};
      case 3:
        return {nullptr, input_.Byte()};
      default: {
        const std::string_view text = input_.Text();
        // Of just its size, so that nobody reads on.
        kept_.emplace_back(new char[text.size()]);
        std::copy(text.begin(), text.end(), kept_.back().get());
        return {kept_.back().get(), text.size()};
      }
    }
  }
  tandem_bytes One(const char* usual) { return input_.Byte() % 4 == 0 ? Text() : tandem_text(usual); }

  // A list that there is, or only its size.
  const tandem_bytes* Texts(std::size_t& size) {
    size = input_.Byte() % 4U;
    for (tandem_bytes& text : texts_.emplace_back(size)) text = Text();
    return input_.Byte() % 8 == 0 ? nullptr : texts_.back().data();
  }
  const tandem_variable* Variables(std::size_t& size) {
    size = input_.Byte() % 4U;
    for (tandem_variable& variable : variables_.emplace_back(size)) variable = {Text(), Text()};
    return input_.Byte() % 8 == 0 ? nullptr : variables_.back().data();
  }
  // 0 mostly, else any.
  template <typename T>
  T Number() {
    return input_.Byte() % 4 != 0 ? T{0} : input_.Number<T>();
  }

 private:
  Input& input_;
  std::list<std::unique_ptr<char[]>> kept_;
  std::list<std::vector<tandem_bytes>> texts_;
  std::list<std::vector<tandem_variable>> variables_;
};

// As the caller has it: mostly whole, else of any size.
template <typename T>
class Struct {
 public:
  Struct(Input& input, const T& known) : whole_(known), is_whole_(input.Byte() % 4 != 0), sized_(input, known) {}
  const T* get() const { return is_whole_ ? &whole_ : sized_.get(); }

 private:
  T whole_;
  bool is_whole_;
  Sized<T> sized_;
};

// Whether the call has failed, with all that a failure has.
bool Fails(tandem_failure* failure) {
  if (failure == nullptr) return false;
  const std::int32_t code = tandem_failure_code(failure);
  Require(code > TANDEM_CODE_OK && code <= TANDEM_CODE_INTERNAL, "a code that is none", std::to_string(code));
  RequireOneLine(tandem_failure_message(failure), "a failure's message is not one line");
  tandem_failure_free(failure);
  return true;
}

void Succeeds(tandem_failure* failure) {
  Require(failure == nullptr, "a call fails that cannot", tandem_failure_message(failure));
}

void OnLog(void* arg, const tandem_log_event* event) {
  Require(event->struct_size == sizeof *event, "a log event of another size");
  for (const tandem_bytes text : {event->text, event->function_name, event->request_id, event->log_stream_name}) {
    *static_cast<std::size_t*>(arg) += View(text).size();
  }
}

std::size_t logged = 0;

tandem_runtime_options Options() {
  static const tandem_bytes loaders = tandem_text(TANDEM_TEST_LOADERS);
  tandem_runtime_options options = tandem_runtime_defaults();
  options.loader_dirs = &loaders;
  options.loader_dirs_size = 1;
  options.log = OnLog;
  options.log_arg = &logged;
  return options;
}

class Program {
 public:
  explicit Program(Input& input) : input_(input) {
    const tandem_runtime_options options = Options();
    Succeeds(tandem_runtime_create(&options, &runtime_));
  }
  ~Program() { Succeeds(tandem_runtime_close(runtime_)); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void Run() {
    while (!input_.empty()) {
      switch (input_.Byte()) {
        case 'r':
          Create();
          break;
        case 'l':
          Load();
          break;
        case 't':
          LoadFromTemplate();
          break;
        case 'i':
          Invoke();
          break;
        case 'p':
          Prepare();
          break;
        case 'w':
          if (tandem_loaded_function* function = Chosen(); function != nullptr) Fails(tandem_warm(function));
          break;
        case 'c':
          Cancel();
          break;
        case 'u':
          Unload();
          break;
        default:
          break;
      }
    }
  }

 private:
  tandem_loaded_function* Chosen() {
    return functions_.empty() ? nullptr : functions_[input_.Byte() % functions_.size()];
  }

  void Create() {
    Arguments arguments(input_);
    std::vector<tandem_language_option> settings(input_.Byte() % 3U);
    for (tandem_language_option& setting : settings) {
      setting = {arguments.Text(), arguments.Text(), arguments.Text()};
    }
    tandem_runtime_options options = Options();
    if (input_.Byte() % 2 == 0) options.loader_dirs = arguments.Texts(options.loader_dirs_size);
    options.language_options = settings.data();
    options.language_options_size = settings.size();
    options.cache_dir = arguments.Text();
    options.worker_program_dir = arguments.Text();
    options.most_workers = arguments.Number<std::size_t>();
    options.most_workers_per_function = arguments.Number<std::size_t>();
    options.worker_idle_ms = arguments.Number<std::int64_t>();
    options.worker_init_ms = arguments.Number<std::int64_t>();
    options.platform_logs = arguments.Number<std::int32_t>();
    options.strict_runtimes = arguments.Number<std::int32_t>();
    tandem_runtime* made = nullptr;
    const Struct<tandem_runtime_options> passed(input_, options);
    const bool fails = Fails(tandem_runtime_create(passed.get(), &made));
    Require(fails == (made == nullptr), "a runtime and a failure, or neither");
    Succeeds(tandem_runtime_close(made));
  }

  tandem_load_options LoadOptions(Arguments& arguments) {
    tandem_load_options options = tandem_load_defaults();
    options.handler = arguments.One(kHandlers[input_.Byte() % kHandlers.size()]);
    options.code = arguments.One(TheFolder().path().c_str());
    options.runtime = arguments.Text();
    options.name = arguments.Text();
    options.version = arguments.Text();
    options.log_format = arguments.Text();
    options.log_level = arguments.Text();
    options.layers = arguments.Texts(options.layers_size);
    options.variables = arguments.Variables(options.variables_size);
    options.timeout_ms = arguments.Number<std::int64_t>();
    options.memory_size_mb = arguments.Number<std::int32_t>();
    options.max_concurrency = arguments.Number<std::int32_t>();
    options.isolation = arguments.Number<std::int32_t>();
    if (options.isolation == TANDEM_ISOLATION_PROCESS) options.isolation = TANDEM_ISOLATION_INLINE;
    options.reserved = arguments.Number<std::int32_t>();
    return options;
  }

  void Keep(bool fails, tandem_loaded_function* function) {
    Require(fails == (function == nullptr), "a function and a failure, or neither");
    if (function == nullptr) return;
    View(tandem_load_warning(function));
    functions_.push_back(function);
    if (functions_.size() > kMostFunctions) {
      Succeeds(tandem_unload(functions_.front()));
      functions_.erase(functions_.begin());
    }
  }

  void Load() {
    Arguments arguments(input_);
    tandem_loaded_function* function = nullptr;
    const Struct<tandem_load_options> options(input_, LoadOptions(arguments));
    const bool fails = Fails(tandem_load(runtime_, options.get(), &function));
    Keep(fails, function);
  }

  void LoadFromTemplate() {
    Arguments arguments(input_);
    tandem_template_options of_template = tandem_template_defaults();
    of_template.path = arguments.One(TheTemplate().c_str());
    of_template.function = arguments.One(input_.Byte() % 2 == 0 ? "Echo" : "Open");
    of_template.parameters = arguments.Variables(of_template.parameters_size);
    of_template.region = arguments.Text();
    of_template.package_dirs = arguments.Texts(of_template.package_dirs_size);
    const Struct<tandem_template_options> template_options(input_, of_template);
    const Struct<tandem_load_options> options(input_, LoadOptions(arguments));
    tandem_loaded_function* function = nullptr;
    const bool fails = Fails(tandem_load_from_template(runtime_, template_options.get(),
                                                       input_.Byte() % 4 == 0 ? nullptr : options.get(), &function));
    Keep(fails, function);
  }

  // All of it, and again where there is nothing.
  void Look(bool fails, tandem_outcome* outcome) {
    Require(fails == (outcome == nullptr), "an outcome and a failure, or neither");
    const std::string_view payload = View(tandem_outcome_payload(outcome));
    View(tandem_outcome_error_type(outcome));
    View(tandem_outcome_error_message(outcome));
    for (std::size_t at = 0; at <= tandem_outcome_stack_size(outcome); ++at) {
      View(tandem_outcome_stack_frame(outcome, at));
    }
    View(tandem_outcome_content_type(outcome));
    View(tandem_outcome_request_id(outcome));
    View(tandem_outcome_log_tail(outcome));
    if (tandem_outcome_is_error(outcome) != 0) {
      simdjson::dom::parser parser;
      Require(parser.parse(simdjson::padded_string(payload)).error() == simdjson::SUCCESS, "an error that is no JSON",
              payload);
    }
    tandem_outcome_free(outcome);
  }

  static std::int32_t OnChunk(void* arg, tandem_bytes chunk) {
    View(chunk);
    return --*static_cast<std::int32_t*>(arg) < 0 ? 1 : 0;
  }

  void Invoke() {
    tandem_loaded_function* function = Chosen();
    Arguments arguments(input_);
    tandem_invoke_options options = tandem_invoke_defaults();
    std::int32_t wanted = input_.Byte() % 4;
    options.request_id = arguments.Text();
    options.content_type = arguments.Text();
    options.client_context = arguments.Text();
    options.cognito_identity = arguments.Text();
    options.trace_id = arguments.Text();
    options.tenant_id = arguments.Text();
    options.qualifier = arguments.Text();
    options.chunk = input_.Byte() % 2 == 0 ? nullptr : OnChunk;
    options.chunk_arg = &wanted;
    options.log_tail = arguments.Number<std::int32_t>();
    options.reserved = arguments.Number<std::int32_t>();
    const tandem_bytes payload = arguments.One("{\"a\": 1}");
    tandem_outcome* outcome = nullptr;
    const Struct<tandem_invoke_options> passed(input_, options);
    const bool fails =
        Fails(tandem_invoke(function, payload, input_.Byte() % 4 == 0 ? nullptr : passed.get(), &outcome));
    Look(fails, outcome);
  }

  void Prepare() {
    tandem_outcome* outcome = nullptr;
    const bool fails = Fails(tandem_prepare(Chosen(), &outcome));
    Look(fails, outcome);
  }

  void Cancel() {
    tandem_loaded_function* function = Chosen();
    Arguments arguments(input_);
    Fails(tandem_cancel(function, arguments.Text()));
  }

  void Unload() {
    if (functions_.empty()) return;
    const std::size_t at = input_.Byte() % functions_.size();
    Succeeds(tandem_unload(functions_[at]));
    functions_.erase(functions_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  Input& input_;
  tandem_runtime* runtime_ = nullptr;
  std::vector<tandem_loaded_function*> functions_;  // what is left ends with the runtime
};

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::fuzz::Input input(data, size);
  tandem::fuzz::Program(input).Run();
  return 0;
}
