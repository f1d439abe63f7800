#include "invoke_request.h"

#include <json/json.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "input.h"
#include "template_choice.h"
#include "templates/utf8.h"
#include "text.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kMaxTimeoutSeconds = 365.0 * 24 * 60 * 60;
constexpr std::int32_t kMaxMemoryMb = 32768;
constexpr std::size_t kMaxNameSize = 64;

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

std::string Absolute(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

// A name without a slash is looked up in PATH as a shell would.
std::optional<std::string> FindProgram(const std::string& name) {
  std::error_code error;
  if (name.find('/') == std::string::npos) {
    const char* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
      const std::string_view folder = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
      const fs::path candidate = fs::path(folder) / name;
      if (fs::is_regular_file(candidate, error)) return Absolute(candidate.string());
    }
  }
  if (!fs::exists(name, error)) return std::nullopt;
  return Absolute(name);
}

// From the package's file name or its folder's: "hello-java" for hello-java.jar.
std::string DefaultName(const std::string& code) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(code, error);
  std::string name = (fs::is_directory(path, error) ? path.filename() : path.stem()).string().substr(0, kMaxNameSize);
  for (char& c : name) {
    if (!IsFunctionName({&c, 1})) c = '-';
  }
  return name.empty() ? "function" : name;
}

// `given`: a template's name for it; empty: none.
Result<std::string> ChooseName(const ParsedOptions& options, const std::string& given, const std::string& code) {
  const std::string* name = options.Find("function-name");
  if (name == nullptr) return given.empty() ? DefaultName(code) : given;
  if (!IsFunctionName(*name)) {
    return Bad("--function-name: '" + *name + "' is not 1 to 64 of the characters a-z, A-Z, 0-9, - and _");
  }
  return *name;
}

Result<std::chrono::milliseconds> ParseTimeout(const std::string& text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  // Written so that it is false for NaN, too.
  const bool in_range = seconds >= 0 && seconds <= kMaxTimeoutSeconds;
  if (error != std::errc() || end != text.data() + text.size() || !in_range) {
    return Bad("--timeout: '" + text + "' is no number of seconds from 0 to 31536000 (0: no limit)");
  }
  // Up, so that no limit becomes none.
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(std::round(seconds * 1e6) / 1e3)));
}

Result<std::int32_t> ParseMemorySize(const std::string& text) {
  std::int32_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size() || size < 1 || size > kMaxMemoryMb) {
    return Bad("--memory-size: '" + text + "' is no whole number of MB from 1 to " + std::to_string(kMaxMemoryMb));
  }
  return size;
}

Status CheckClientContext(const std::string& text) {
  if (!templates::IsUtf8(text)) return Bad("--client-context: it is not UTF-8, as JSON is");  // C-13
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["rejectDupKeys"] = false;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value value;
  try {
    if (reader->parse(text.data(), text.data() + text.size(), &value, nullptr) && value.isObject()) return {};
  } catch (const Json::Exception&) {  // NOLINT(bugprone-empty-catch): nested too deeply, so refused below
  }
  return Bad("--client-context: '" + text + "' is not a JSON object");
}

// One of `names`, as its position.
Result<std::size_t> ParseChoice(const ParsedOptions& options, std::string_view option,
                                const std::vector<std::string_view>& names) {
  const std::string* given = options.Find(option);
  if (given == nullptr) return std::size_t{0};
  std::string choices;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (*given == names[i]) return i;
    choices += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + std::string(names[i]);
  }
  return Bad("--" + std::string(option) + ": '" + *given + "' is not " + choices + DidYouMean(*given, "", names));
}

Result<Event> ReadEvent(const ParsedOptions& options) {
  const std::string* payload = options.Find("payload");
  const std::string* event = options.Find("event");
  if (payload != nullptr && event != nullptr) return Bad("--payload and --event exclude each other");
  if (event != nullptr && event->empty()) return Bad("--event is empty: give a file, or - for standard input");
  if (event != nullptr) return ReadFile(*event, "--event");
  if (payload != nullptr) return ReadPayload(*payload);
  return Event("{}");
}

Status FillWishes(const ParsedOptions& options, RuntimeWishes& wishes) {
  if (const std::string* runtime = options.Find("runtime"); runtime != nullptr) {
    if (runtime->empty()) return Bad("--runtime is empty: give an identifier such as java17 or python3.11");
    wishes.identifier = *runtime;
    wishes.template_place.clear();
  }
  for (const auto& [option, wish] : {std::pair("python", &wishes.python), std::pair("java-home", &wishes.java_home)}) {
    const std::string* given = options.Find(option);
    if (given == nullptr) continue;
    if (given->empty()) return Bad("--" + std::string(option) + " is empty: give a path");
    const auto path = FindProgram(*given);
    if (!path) return {Code::kNotFound, "--" + std::string(option) + ": there is no " + *given};
    *wish = *path;
  }
  if (const std::string* venv = options.Find("venv"); venv != nullptr) {
    if (venv->empty()) return Bad("--venv is empty: give a virtual environment's folder");
    std::error_code error;
    if (!fs::is_directory(*venv, error)) return {Code::kNotFound, "--venv: there is no folder " + *venv};
    wishes.venv = Absolute(*venv);
  }
  if (const char* active = std::getenv("VIRTUAL_ENV"); active != nullptr && *active != '\0') {
    wishes.active_venv = Absolute(active);
  }
  if (options.Has("strict-runtimes")) wishes.match = RuntimeMatch::kStrict;
  return {};
}

// The function's own variable, else what the template says of logging, else the caller's variable.
std::string LogSetting(const char* name, const std::string& from_template, const EnvironmentVariables& variables) {
  const char* inherited = std::getenv(name);
  std::string value = from_template.empty() && inherited != nullptr ? inherited : from_template;
  for (const auto& [variable, text] : variables) {
    if (variable == name) value = text;
  }
  return value;
}

// Takes what a template says; the options are looked at after that.
void UseTemplate(TemplateChoice choice, InvokeRequest& request) {
  using templates::Subject;
  templates::TemplateFunction& function = choice.function;
  request.code_named_by = function.PlaceOf(Subject::kCode);
  request.layers_named_by = function.PlaceOf(Subject::kLayers);
  request.wishes.identifier = function.config.runtime;
  if (!function.config.runtime.empty()) request.wishes.template_place = function.PlaceOf(Subject::kRuntime);
  request.config = std::move(function.config);
  request.config.runtime.clear();
  request.warnings = std::move(choice.warnings);
  for (templates::Variable& variable : function.variables) {
    request.variables.emplace_back(std::move(variable.name), std::move(variable.value));
  }
}

Status FillFromTemplate(const ParsedOptions& options, InvokeRequest& request) {
  auto choice = ChooseFromTemplate(options);
  if (!choice) return choice.status();
  if (std::optional<TemplateChoice>& chosen = *choice) UseTemplate(std::move(*chosen), request);
  return {};
}

Status FillConfig(const ParsedOptions& options, InvokeRequest& request) {
  FunctionConfig& config = request.config;
  const std::string* handler = options.Find("handler");
  if (handler != nullptr) config.handler = *handler;
  if (handler == nullptr && config.handler.empty()) {
    const std::string found = DefaultTemplate();
    return Bad("--handler is missing: the handler's name, as in --handler hello_python.my_handler" +
               (found.empty() ? found : ", or name a function of " + found));
  }
  if (const std::string* code = options.Find("code"); code != nullptr) {
    config.code = *code;
    request.code_named_by = "--code";
    if (code->empty()) return Bad("--code is empty: give a jar, a zip or a folder");
  }
  if (config.code.empty()) config.code = ".";
  const auto name = ChooseName(options, config.name, config.code);
  if (!name) return name.status();
  config.name = *name;
  if (const std::string* timeout = options.Find("timeout"); timeout != nullptr) {
    const auto parsed = ParseTimeout(*timeout);
    if (!parsed) return parsed.status();
    config.timeout = *parsed;
  }
  if (const std::string* memory = options.Find("memory-size"); memory != nullptr) {
    const auto parsed = ParseMemorySize(*memory);
    if (!parsed) return parsed.status();
    config.memory_size_mb = *parsed;
  }
  config.region = Region();
  config.log_format = LogSetting("AWS_LAMBDA_LOG_FORMAT", config.log_format, request.variables);
  config.log_level = LogSetting("AWS_LAMBDA_LOG_LEVEL", config.log_level, request.variables);
  return {};
}

Status FillInvocation(const ParsedOptions& options, InvokeRequest& request) {
  const auto isolation = ParseChoice(options, "isolation", {"process", "inline"});
  if (!isolation) return isolation.status();
  request.config.isolation = *isolation == 0 ? Isolation::kProcess : Isolation::kInline;
  const auto type = ParseChoice(options, "invocation-type", {"RequestResponse", "Event", "DryRun"});
  if (!type) return type.status();
  constexpr std::array kTypes = {InvocationType::kRequestResponse, InvocationType::kEvent, InvocationType::kDryRun};
  request.type = kTypes.at(*type);
  const auto log_type = ParseChoice(options, "log-type", {"None", "Tail"});
  if (!log_type) return log_type.status();
  request.log_type = *log_type == 0 ? LogType::kNone : LogType::kTail;
  if (const std::string* context = options.Find("client-context"); context != nullptr) {
    if (Status status = CheckClientContext(*context); !status.ok()) return status;
    // C-34.
    if (request.type == InvocationType::kRequestResponse) request.client_context = *context;
  }
  if (options.Has("quiet") && options.Has("verbose")) return Bad("--quiet and --verbose exclude each other");
  if (options.Has("quiet")) request.verbosity = Verbosity::kHandlerOnly;
  if (options.Has("verbose")) request.verbosity = Verbosity::kVerbose;
  request.request_id = RequestId::Random().view();
  return {};
}

// What a server's function is and where it runs is the server's.
Status CheckForEndpoint(const ParsedOptions& options) {
  for (const std::string_view option :
       {"handler", "template", "parameter", "code", "function-name", "env", "env-from-host", "memory-size", "timeout",
        "runtime", "strict-runtimes", "python", "java-home", "venv", "isolation"}) {
    if (options.Has(option)) return Bad("--endpoint and --" + std::string(option) + " exclude each other");
  }
  return {};
}

// A function that a server has; its name may be any form that the API takes.
Status FillRemote(const ParsedOptions& options, InvokeRequest& request) {
  const std::string* endpoint = options.Find("endpoint");
  const std::string* qualifier = options.Find("qualifier");
  if (endpoint == nullptr) return qualifier == nullptr ? Status() : Bad("--qualifier goes with --endpoint");
  if (endpoint->empty()) return Bad("--endpoint is empty: give a URL such as http://127.0.0.1:9001");
  if (Status status = CheckForEndpoint(options); !status.ok()) return status;
  const std::string* name = options.Find(kFunctionArgument);
  if (name == nullptr || name->empty()) return Bad("--endpoint: the name of a function is missing");
  request.endpoint = *endpoint;
  request.config.name = *name;
  if (qualifier != nullptr) request.qualifier = *qualifier;
  return {};
}

}  // namespace

const OptionTable& InvokeOptionTable() {
  static const OptionTable kTable = {
      {"What to run", "handler", 0, "NAME", "package.Class::method, package.Class or module.function"},
      {"What to run", "template", 0, "FILE",
       "a SAM or CloudFormation template (default where a function is named: template.yaml, .yml or .json in the "
       "current folder)"},
      {"What to run", "parameter", 0, "NAME=VALUE", "a parameter of the template; may be repeated", true},
      {"What to run", "code", 0, "PATH", "a jar, a zip or a folder (default: the current folder)"},
      {"What to run", "function-name", 0, "NAME", "the function's name in its context (default: from --code)"},
      {"What to run", "env", 0, "NAME=VALUE", "an environment variable of the function; may be repeated", true},
      {"What to run", "env-from-host", 0, "NAME",
       "a variable of this shell that the function gets, too; may be repeated", true},
      {"What to run", "memory-size", 0, "MB", "the most memory that the function may have (default: 128)"},
      {"What to run", "timeout", 0, "SECONDS", "fractions allowed, 0 is none (default: 3)"},
      {"What to run", "endpoint", 0, "URL", "of a server that has the function NAME, such as http://127.0.0.1:9001"},
      {"What to run", "qualifier", 0, "NAME", "with --endpoint: a version or an alias"},
      {"The event", "payload", 0, "TEXT|@FILE|-", "the event itself, a file, or standard input (default: {})"},
      {"The event", "event", 'e', "FILE", "the event from a file"},
      {"The event", "client-context", 0, "JSON", "an object for the context's client context"},
      {"The event", "invocation-type", 0, "TYPE",
       "RequestResponse: print the response; Event: run, print none; DryRun: check, do not run"},
      {"The runtime", "runtime", 0, "ID",
       "python3.11, java17, ... (default: the package decides, and the newest usable version serves), or "
       "provided.al2023: the "
       "package's own program bootstrap"},
      {"The runtime", "strict-runtimes", 0, "", "refuse a newer version where the asked one is missing"},
      {"The runtime", "python", 0, "PATH", "the Python interpreter to use, rather than VIRTUAL_ENV"},
      {"The runtime", "java-home", 0, "DIR", "the JDK to use"},
      {"The runtime", "venv", 0, "DIR",
       "the Python virtual environment to use (default: VIRTUAL_ENV, where its version is the one asked for or the "
       "nearest newer one that is usable)"},
      {"The runtime", "isolation", 0, "process|inline",
       "process: the handler runs in a process of its own, with the function's environment and none of this shell's; "
       "inline: in this process (default: process)"},
      {"The log", "log-type", 0, "None|Tail", "Tail: end with the log's last 4 KB in base64"},
      {"The log", "quiet", 0, "", "the handler's own log only"},
      {"The log", "verbose", 'v', "", "also say which runtime serves, and why"},
      {"Help", "help", 'h', "", "print this"},
  };
  return kTable;
}

Result<ParsedOptions> ParseInvokeOptions(const std::vector<std::string>& arguments) {
  return ParseOptions(InvokeOptionTable(), arguments, kFunctionArgument);
}

Result<InvokeRequest> MakeInvokeRequest(const ParsedOptions& options) {
  InvokeRequest request;
  if (Status status = FillRemote(options, request); !status.ok()) return status;
  if (!request.endpoint.empty()) {
    if (Status status = FillInvocation(options, request); !status.ok()) return status;
    auto event = ReadEvent(options);
    if (!event) return event.status();
    request.event = std::move(*event);
    return request;
  }
  if (Status status = FillFromTemplate(options, request); !status.ok()) return status;
  for (const std::string& text : options.All("env")) {
    auto variable = ParseVariable(text);
    if (!variable) return variable.status();
    request.variables.push_back(std::move(*variable));
  }
  for (const std::string& name : options.All("env-from-host")) {
    const std::string reason = ReasonAgainstVariable(name, Setter::kHost);
    if (!reason.empty()) return Bad("--env-from-host: " + reason);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return Bad("--env-from-host: there is no " + name + " in this shell's environment");
    request.variables.emplace_back(name, value);
  }
  if (Status status = FillConfig(options, request); !status.ok()) return status;
  if (Status status = FillInvocation(options, request); !status.ok()) return status;
  if (Status status = FillWishes(options, request.wishes); !status.ok()) return status;
  auto event = ReadEvent(options);
  if (!event) return event.status();
  request.event = std::move(*event);
  if (const std::string* text = options.Find("payload"); text != nullptr)
    request.payload_advice = AdviceOnPayload(*text);
  return request;
}

}  // namespace tandem::cli
