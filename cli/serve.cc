#include "serve.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "exit_status.h"
#include "function_environment.h"
#include "host/server.h"
#include "options.h"
#include "runtime_choice.h"
#include "server_log.h"
#include "standard_streams.h"

namespace tandem::cli {
namespace {

constexpr std::string_view kUsage =
    "Usage: tandem serve [options]\n"
    "\n"
    "Serves the Lambda API to the AWS CLI and SDKs on this machine, and runs the functions that they\n"
    "create in worker processes. Ends at SIGTERM or Ctrl-C, when the calls that are there are answered.\n"
    "\n"
    "Examples:\n"
    "  tandem serve\n"
    "  aws --endpoint-url http://127.0.0.1:9001 --region us-east-1 lambda list-functions\n";

constexpr std::string_view kStatuses = "\nExit status: 0 ended as asked; 2 bad use; 3 the runtime is unavailable.\n";

constexpr std::size_t kMostConcurrency = 10'000;
constexpr std::size_t kLongestDrainSeconds = 3600;

const OptionTable& Table() {
  static const OptionTable kTable = {
      {"Server", "listen", 0, "ADDRESS:PORT",
       "where clients connect; default 127.0.0.1:9001. Port 0 is any that is free"},
      {"Server", "data", 0, "DIR",
       "the folder of functions and packages; default: tandem in XDG_STATE_HOME, else "
       "~/.local/state/tandem"},
      {"Server", "credentials", 0, "FILE",
       "serve requests that are signed with a key of this file only, a shared credentials file of the AWS CLI"},
      {"Server", "concurrency", 0, "N", "how many invocations run at once, of all functions; default 64"},
      {"Server", "drain-seconds", 0, "N", "how long calls that are there may go on at the end; default 5"},
      {"Server", "region", 0, "REGION",
       "of requests that are not signed for one; default: AWS_REGION, "
       "AWS_DEFAULT_REGION, else us-east-1"},
      {"Server", "account-id", 0, "DIGITS", "of the ARNs; default 012345678912"},
      {"Server", "strict-runtimes", 0, "",
       "a runtime that this machine lacks is refused instead of served by a newer one"},
      {"Options", "quiet", 'q', "", "no line for each request"},
      {"Options", "help", 'h', "", "print this"},
  };
  return kTable;
}

struct ServeRequest {
  host::ServerOptions options;
  std::chrono::seconds drain{5};
  bool quiet = false;
};

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

Status TakeNumber(const ParsedOptions& parsed, std::string_view name, std::size_t least, std::size_t most,
                  std::size_t& number) {
  const std::string* text = parsed.Find(name);
  if (text == nullptr) return {};
  const char* const end = text->data() + text->size();
  const auto [at, failed] = std::from_chars(text->data(), end, number);
  if (failed == std::errc() && at == end && number >= least && number <= most) return {};
  return Bad("--" + std::string(name) + " " + *text + ": a number from " + std::to_string(least) + " to " +
             std::to_string(most) + " is wanted");
}

Result<std::string> DataFolder(const ParsedOptions& parsed) {
  std::error_code error;
  if (const std::string* given = parsed.Find("data"); given != nullptr) {
    if (given->empty()) return Bad("--data: a folder is wanted");
    return std::filesystem::absolute(*given, error).lexically_normal().string();
  }
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/tandem";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/tandem";
  return Bad("there is no home folder for the functions: name one with --data");
}

bool IsRegion(std::string_view region) {
  return !region.empty() && region.size() <= 32 && std::all_of(region.begin(), region.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<ServeRequest> ReadRequest(const ParsedOptions& parsed) {
  ServeRequest request;
  host::ServerOptions& options = request.options;
  if (const std::string* listen = parsed.Find("listen"); listen != nullptr) options.listen = *listen;
  auto folder = DataFolder(parsed);
  if (!folder) return folder.status();
  options.data_folder = std::move(*folder);
  const std::string* region = parsed.Find("region");
  options.account.region = region == nullptr ? Region() : *region;
  if (!IsRegion(options.account.region)) return Bad("--region " + options.account.region + ": that is no region");
  if (const std::string* id = parsed.Find("account-id"); id != nullptr) {
    if (id->size() != 12 || id->find_first_not_of("0123456789") != std::string::npos) {
      return Bad("--account-id " + *id + ": 12 digits are wanted");
    }
    options.account.id = *id;
  }
  if (const std::string* file = parsed.Find("credentials"); file != nullptr) {
    auto keys = host::ReadCredentials(*file);
    if (!keys) return keys.status();
    options.keys = std::move(*keys);
  }
  if (Status status = TakeNumber(parsed, "concurrency", 1, kMostConcurrency, options.concurrency); !status.ok()) {
    return status;
  }
  std::size_t drain = 5;
  if (Status status = TakeNumber(parsed, "drain-seconds", 0, kLongestDrainSeconds, drain); !status.ok()) return status;
  request.drain = std::chrono::seconds(drain);
  if (parsed.Has("strict-runtimes")) options.runtime.runtime_match = RuntimeMatch::kStrict;
  request.quiet = parsed.Has("quiet");
  return request;
}

int g_signalled = -1;  // an eventfd

void OnEndSignal(int) {
  const int error = errno;
  const std::uint64_t one = 1;
  static_cast<void>(!write(g_signalled, &one, sizeof one));
  errno = error;
}

// From here on SIGTERM and SIGINT are something to wait for.
bool CatchEndSignals() {
  g_signalled = eventfd(0, EFD_CLOEXEC);
  struct sigaction action {};
  action.sa_handler = OnEndSignal;
  action.sa_flags = SA_RESTART;
  return g_signalled >= 0 && sigaction(SIGTERM, &action, nullptr) == 0 && sigaction(SIGINT, &action, nullptr) == 0;
}

void AwaitEndSignal() {
  pollfd watched = {g_signalled, POLLIN, 0};
  while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
}

int Fail(const Status& status) {
  Complain("serve: " + status.message());
  return ExitStatusOf(status.code());
}

int Serve(const ServeRequest& request, ServerLog& log) {
  auto server = host::Server::Open(request.options);
  if (!server) return Fail(server.status());
  if (!(*server)->is_loopback() && request.options.keys.empty()) {
    return Fail(Bad("--listen " + request.options.listen +
                    ": others than this machine could connect, and run code: add --credentials"));
  }
  if (!CatchEndSignals()) return Fail({Code::kInternal, "signals cannot be caught"});
  if (const Status status = (*server)->Start(); !status.ok()) return Fail(status);
  const std::string& endpoint = (*server)->endpoint();
  log.Say("tandem: serving http://" + endpoint + " (functions in " + request.options.data_folder + ")");
  log.Say("tandem: try  aws --endpoint-url http://" + endpoint + " --region " + request.options.account.region +
          " lambda invoke --function-name NAME /dev/stdout");
  AwaitEndSignal();
  log.Say("tandem: ending");
  if ((*server)->Stop(request.drain)) return kExitSuccess;
  log.Say("tandem: calls that were still running have been given up");
  EndProcess(kExitSuccess);
}

}  // namespace

int RunServe(const std::vector<std::string>& arguments) {
  const auto parsed = ParseOptions(Table(), arguments);
  if (!parsed) {
    Complain("serve: " + parsed.status().message());
    return kExitBadUse;
  }
  if (parsed->Has("help")) return Print(std::string(kUsage) + DescribeOptions(Table()) + std::string(kStatuses));
  auto request = ReadRequest(*parsed);
  if (!request) return Fail(request.status());
  ServerLog log;
  host::ServerOptions& options = request->options;
  options.runtime.loader_dirs = LoaderDirs();
  options.runtime.log_sink = &log;
  options.runtime.platform_logs = PlatformLogs::kOn;
  if (!request->quiet) options.access_log = [&log](const std::string& line) { log.Say("tandem: " + line); };
  return Serve(*request, log);
}

}  // namespace tandem::cli
