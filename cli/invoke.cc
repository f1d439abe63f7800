#include "invoke.h"

#include <pthread.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "exit_catcher.h"
#include "exit_status.h"
#include "function_environment.h"
#include "invocation_end.h"
#include "invoke_request.h"
#include "log_printer.h"
#include "options.h"
#include "progress.h"
#include "remote_invocation.h"
#include "standard_streams.h"
#include "tandem/runtime.h"
#include "watchdog.h"

namespace tandem::cli {
namespace {

// After the timeout, before the command ends by itself: for a handler that yields when core asks it to, and for the end
// of a process, with its output.
constexpr std::chrono::milliseconds kGraceForYielding{200};
constexpr std::chrono::seconds kGraceForItsEnd{10};
constexpr std::size_t kHandlerStackBytes = std::size_t{8} << 20U;

constexpr std::string_view kUsage =
    "Usage: tandem invoke --handler NAME [options]\n"
    "       tandem invoke NAME [--template FILE] [options]\n"
    "       tandem invoke NAME --endpoint URL [options]\n"
    "\n"
    "Runs a handler once and writes its response to standard output, byte for byte and without a newline\n"
    "behind it, and its log to standard error. Without --handler, NAME is a function of an AWS SAM or\n"
    "CloudFormation template; options go before what the template says. With --endpoint it is one of a\n"
    "server, such as `tandem serve`; requests are signed where AWS_ACCESS_KEY_ID is set.\n"
    "\n"
    "Examples:\n"
    "  tandem invoke --handler example.Hello::myHandler --code hello-java.jar --payload 123\n"
    "  tandem invoke --handler hello_python.my_handler --code deployment-package.zip -e event.json\n"
    "  tandem invoke HelloWorldFunction --template template.yaml -e events/event.json\n"
    "  echo '{\"first_name\": \"Ada\"}' | tandem invoke --handler hello_python.my_handler --payload -\n";

constexpr std::string_view kStatuses =
    "\n"
    "Exit status: 0 success; 1 the function failed, and its error is the output; 2 bad use;\n"
    "3 the runtime is unavailable; 4 standard output cannot be written.\n";

// Everything that one invocation needs until the process ends; never freed, as threads of VMs and user code may outlive
// the invocation.
struct Session {
  Session(InvokeRequest asked, ResponseChannel channel)
      : request(std::move(asked)),
        log(request.verbosity, request.request_id, progress),
        end(request, choice, channel, log, progress) {}

  InvokeRequest request;
  RuntimeChoice choice;
  Progress progress;
  LogPrinter log;
  InvocationEnd end;
  std::vector<Package> packages;  // in use
  bool has_waited = false;        // for the package cache
  std::unique_ptr<Runtime> runtime;
};

int Fail(std::string_view message, int status) {
  Complain(message);
  return status;
}

int Failed(const Status& status) {
  return Fail("invoke: " + status.message(), ExitStatusOf(status.code()));
}

// One invocation has no use for a process that others are forked from, but to be tried with one.
ZygoteUse ZygotesFor() {
  const char* const asked = std::getenv("TANDEM_ZYGOTES");
  return asked != nullptr && std::string_view(asked) == "always" ? ZygoteUse::kAlways : ZygoteUse::kOff;
}

// Nor does it wait for what makes later ones start sooner, but where it is asked to.
StartCache StartCacheFor() {
  const char* const variable = std::getenv("TANDEM_START_CACHE");
  const std::string_view asked = variable == nullptr ? "" : variable;
  if (asked == "off") return StartCache::kOff;
  return asked == "fill" ? StartCache::kFillFirst : StartCache::kRead;
}

RuntimeOptions OptionsFor(Session& session) {
  RuntimeOptions options;
  options.loader_dirs = LoaderDirs();
  options.languages = session.choice.languages;
  if (session.request.config.isolation == Isolation::kInline) {  // a worker has its own
    options.languages["java"].options["jvm.defaults"] = JvmDefaults();
  }
  options.runtime_match = session.choice.match;
  options.log_sink = &session.log;
  options.workers.zygotes = ZygotesFor();
  options.workers.standbys = ZygoteUse::kOff;
  options.workers.cancels = CancelUse::kOff;
  options.start_cache = StartCacheFor();
  options.platform_logs = PlatformLogs::kOn;  // --quiet hides the lines, but their times and the log tail are wanted
  return options;
}

std::string NamedBy(const RuntimeChoice& choice) {
  return choice.languages.empty() ? std::string() : " (" + choice.option + ")";
}

void SayChoice(Session& session, const Function& function) {
  if (session.request.verbosity != Verbosity::kHandlerOnly) {
    for (const std::string& warning : session.request.warnings) session.log.Say("tandem: warning: " + warning);
  }
  const RuntimeSelection& selection = function.runtime();
  if (session.request.verbosity == Verbosity::kVerbose) {
    session.log.Say("tandem: runtime " + selection.why + NamedBy(session.choice));
    if (!session.choice.note.empty()) session.log.Say("tandem: " + session.choice.note);
    session.log.Say("tandem: code in " + function.code_root());
  }
  if (session.request.verbosity == Verbosity::kHandlerOnly) return;
  for (const std::string& warning : session.choice.warnings) session.log.Say("tandem: warning: " + warning);
  if (selection.warning.empty()) return;
  const std::string namer = session.choice.languages.empty() ? "" : About(session.choice);
  session.log.Say("tandem: warning: " + namer + selection.warning);
}

[[noreturn]] void InvokeAndEnd(Session& session, Function& function) {
  InvokeOptions options;
  options.type = session.request.type;
  options.request_id = RequestId(session.request.request_id);
  options.client_context = session.request.client_context;
  session.end.Return(session.runtime->Invoke(function, session.request.event, options));
}

// Runs `task` on a thread whose stack a JVM's guard pages do not shrink.
Status RunOnOwnThread(std::function<void()> task) {
  pthread_attr_t attributes{};
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kHandlerStackBytes);
  const auto run = [](void* arg) -> void* {
    EndAtException(*static_cast<std::function<void()>*>(arg));
    return nullptr;
  };
  pthread_t thread{};
  const int error = pthread_create(&thread, &attributes, run, &task);
  pthread_attr_destroy(&attributes);
  if (error != 0) return {Code::kInternal, "cannot start a thread: " + std::generic_category().message(error)};
  pthread_join(thread, nullptr);
  return {};
}

Status About(std::string_view what, const Status& status) {
  return {status.code(), std::string(what) + ": " + status.message()};
}

Status AboutRuntime(const RuntimeChoice& choice, const Status& status) {
  return {status.code(), About(choice) + status.message()};
}

// A failure that names the package as the user does, and not where an archive is unpacked. Of a package whose code
// lies in a folder, it says so.
Status NamingPackage(const Status& status, const FunctionConfig& config, const std::string& given) {
  std::error_code error;
  const std::string& root = config.code;
  std::string message = status.message();
  const std::string hint = WrappingFolderHint(root, config.handler);
  if (status.code() == Code::kNotFound && !hint.empty()) message += "; " + hint;
  const std::size_t at = message.find(root);
  if (at != std::string::npos && !std::filesystem::is_directory(given, error)) message.replace(at, root.size(), given);
  return {status.code(), message};
}

// With one line where another command keeps this one waiting.
PackageOptions PackagesFor(Session& session) {
  PackageOptions options;
  options.on_wait = [&session](const std::string& folder) {
    if (session.has_waited || session.request.verbosity == Verbosity::kHandlerOnly) return;
    session.has_waited = true;
    session.log.Say("tandem: waiting for another command, which has locked the package cache " + folder);
  };
  return options;
}

// Opens the package and decides which runtime serves; the function's config has both from then on.
Status Choose(Session& session) {
  FunctionConfig& config = session.request.config;
  const PackageOptions options = PackagesFor(session);
  const auto package = OpenPackage(config.code, options);
  if (!package) return About(session.request.code_named_by, package.status());
  session.packages.push_back(*package);
  const std::string given = std::exchange(config.code, package->root);
  for (std::string& layer : config.layers) {
    const auto unpacked = OpenPackage(layer, options);
    if (!unpacked) return About(session.request.layers_named_by, unpacked.status());
    session.packages.push_back(*unpacked);
    layer = unpacked->root;
  }
  const auto registry = OpenRegistry();
  if (!registry) return registry.status();
  if (session.request.verbosity == Verbosity::kVerbose) {
    for (const RuntimeInfo& info : (*registry)->Unusable()) session.log.Say("tandem: warning: " + info.reason);
  }
  auto choice = ChooseRuntime(session.request.wishes, **registry,
                              {config.handler, config.code, config.layers, session.request.code_named_by});
  if (!choice) return NamingPackage(choice.status(), config, given);
  session.choice = std::move(*choice);
  config.runtime = session.choice.identifier;
  return {};
}

// Makes the function, and the process its environment.
Result<Function*> Prepare(Session& session) {
  if (Status status = Choose(session); !status.ok()) return status;
  auto runtime = Runtime::Create(OptionsFor(session));
  if (!runtime) return runtime.status();
  session.runtime = std::move(*runtime);
  FunctionConfig& config = session.request.config;
  for (const auto& [name, value] : session.request.variables) config.variables[name] = value;
  auto added = session.runtime->Add(config);
  if (!added) return AboutRuntime(session.choice, added.status());
  if (session.request.config.isolation == Isolation::kInline && (*added)->config().isolation == Isolation::kProcess) {
    return {Code::kInvalidArgument, "--isolation: a function that brings its runtime along (" +
                                        (*added)->runtime().identifier +
                                        ") has a process of its own, so inline is not for it"};
  }
  SayChoice(session, **added);
  if ((*added)->config().isolation == Isolation::kProcess) return added;
  if (const Status status = EnterFunction(**added, session.request.variables); !status.ok()) {
    return About(session.request.code_named_by, status);
  }
  return added;
}

int Invoke(Session& session) {
  const auto prepared = Prepare(session);
  if (!prepared) return Failed(prepared.status());
  Function& function = **prepared;
  if (function.config().isolation == Isolation::kProcess) {
    // Where nobody reads the log.
    StartWatchdog(session.request.config.timeout, kGraceForItsEnd, session.progress, session.end);
    InvokeAndEnd(session, function);
  }
  const auto main_thread = function.PrefersMainThread();
  if (!main_thread) return Failed(AboutRuntime(session.choice, main_thread.status()));

  CatchExit(session.end);
  StartWatchdog(session.request.config.timeout, kGraceForYielding, session.progress, session.end);
  if (*main_thread) InvokeAndEnd(session, function);
  const Status status = RunOnOwnThread([&] { InvokeAndEnd(session, function); });
  return Failed(status);
}

}  // namespace

int RunInvoke(const std::vector<std::string>& arguments) {
  const auto options = ParseInvokeOptions(arguments);
  if (!options) return Failed(options.status());
  if (options->Has("help")) {
    return Print(std::string(kUsage) + DescribeOptions(InvokeOptionTable()) + std::string(kStatuses));
  }
  auto request = MakeInvokeRequest(*options);
  if (!request) return Failed(request.status());
  if (!request->endpoint.empty()) return InvokeRemotely(*request);
  auto channel = ResponseChannel::Take();
  if (channel.status().code() == Code::kInternal) return Failed(channel.status());
  if (!channel) return Fail("cannot write to standard output: " + channel.status().message(), kExitNoOutput);
  auto* const session = new Session(std::move(*request), *channel);
  try {
    EndProcess(Invoke(*session));
  } catch (const std::exception& error) {  // and not by main's return, which is an exit like one of the handler's
    EndProcess(ComplainInternal(error));
  }
}

}  // namespace tandem::cli
