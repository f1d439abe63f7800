#include "serve.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "data_folder_choice.h"
#include "deployed_template.h"
#include "exit_status.h"
#include "function_environment.h"
#include "host/server.h"
#include "options.h"
#include "runtime_choice.h"
#include "server_log.h"
#include "standard_streams.h"
#include "workers/file_descriptor.h"

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
constexpr std::size_t kLongestEventRetrySeconds = 3600;

const OptionTable& Table() {
  static const OptionTable kTable = {
      {"Server", "listen", 0, "ADDRESS:PORT",
       "where clients connect; default 127.0.0.1:9001. Port 0 is any that is free"},
      DataOption(),
      {"Server", "credentials", 0, "FILE",
       "serve requests that are signed with a key of this file only, a shared credentials file of the AWS CLI"},
      {"Server", "concurrency", 0, "N", "how many invocations run at once, of all functions; default 64"},
      {"Server", "drain-seconds", 0, "N", "how long calls that are there may go on at the end; default 5"},
      {"Server", "region", 0, "REGION",
       "of requests that are not signed for one; default: AWS_REGION, "
       "AWS_DEFAULT_REGION, else us-east-1"},
      {"Server", "account-id", 0, "DIGITS", "of the ARNs; default 012345678912"},
      {"Server", "s3-folder", 0, "DIR",
       "where packages in S3 are looked for: a bucket is a folder in it, a key a file below that"},
      {"Server", "allow-inline", 0, "",
       "functions may run in the server's own process, which they ask for by their variable TANDEM_ISOLATION=inline"},
      {"Server", "strict-runtimes", 0, "",
       "a runtime that this machine lacks is refused instead of served by a newer one"},
      {"Server", "event-retry-seconds", 0, "N",
       "how long after a failure an event is run again, and twice as long after the second; default 60"},
      {"Template", "template", 0, "FILE",
       "a SAM or CloudFormation template whose functions are deployed, and again when they change"},
      {"Template", "parameter", 0, "NAME=VALUE", "a parameter of the template; may be repeated", true},
      {"Options", "quiet", 'q', "", "no line for each request, and no logs of functions: `tandem logs` has them"},
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

Status TakeS3Folder(const ParsedOptions& parsed, std::string& folder) {
  const std::string* given = parsed.Find("s3-folder");
  if (given == nullptr) return {};
  std::error_code error;
  folder = std::filesystem::canonical(*given, error).string();
  if (!error && std::filesystem::is_directory(folder, error)) return {};
  return Bad("--s3-folder " + *given + ": there is no such folder");
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
  std::size_t event_retry = 60;
  if (Status status = TakeNumber(parsed, "event-retry-seconds", 0, kLongestEventRetrySeconds, event_retry);
      !status.ok()) {
    return status;
  }
  options.event_retry = std::chrono::seconds(event_retry);
  if (Status status = TakeS3Folder(parsed, options.s3_folder); !status.ok()) return status;
  if (parsed.Has("strict-runtimes")) options.runtime.runtime_match = RuntimeMatch::kStrict;
  if (parsed.Has("allow-inline")) options.inline_use = host::InlineUse::kAllowed;
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

// Waits for one that has not been waited for, or until `other` can be read; false: that was first.
bool AwaitEndSignal(int other = -1) {
  std::array<pollfd, 2> watched{{{g_signalled, POLLIN, 0}, {other, POLLIN, 0}}};
  while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
  }
  if (watched[1].revents != 0) return false;
  std::uint64_t count = 0;
  static_cast<void>(!read(g_signalled, &count, sizeof count));
  return true;
}

// Whoever asks for the end once more does not want to wait for it. False: something still runs.
bool StopUnlessHurried(host::Server& server, std::chrono::seconds drain) {
  const workers::FileDescriptor stopped(eventfd(0, EFD_CLOEXEC));
  std::atomic<bool> all = false;
  std::thread stopping([&] {
    all = server.Stop(drain);
    const std::uint64_t one = 1;
    static_cast<void>(!write(stopped.get(), &one, sizeof one));
  });
  if (AwaitEndSignal(stopped.get())) server.Hurry();
  stopping.join();
  return all;
}

int Fail(const Status& status) {
  Complain("serve: " + status.message());
  return ExitStatusOf(status.code());
}

int Serve(const ServeRequest& request, const ParsedOptions& parsed, ServerLog& log) {
  auto server = host::Server::Open(request.options);
  if (!server) return Fail(server.status());
  if (!(*server)->is_loopback() && request.options.keys.empty()) {
    return Fail(Bad("--listen " + request.options.listen +
                    ": others than this machine could connect, and run code: add --credentials"));
  }
  if (!CatchEndSignals()) return Fail({Code::kInternal, "signals cannot be caught"});
  std::optional<DeployedTemplate> deployed;
  if (parsed.Has("template")) {
    deployed.emplace(parsed, **server, request.options.say);
    if (const Status status = deployed->Deploy(); !status.ok()) return Fail(status);
  }
  if (const Status status = (*server)->Start(); !status.ok()) return Fail(status);
  const std::string& endpoint = (*server)->endpoint();
  log.Say("tandem: serving http://" + endpoint + " (functions in " + request.options.data_folder + ")");
  log.Say("tandem: try  aws --endpoint-url http://" + endpoint + " --region " + request.options.account.region +
          " lambda invoke --function-name NAME /dev/stdout");
  if (deployed) {
    if (const Status status = deployed->Watch(); !status.ok()) return Fail(status);
  }
  AwaitEndSignal();
  log.Say("tandem: ending");
  deployed.reset();
  const bool done = StopUnlessHurried(**server, request.drain);
  if (!done) log.Say("tandem: calls that were still running have been given up");
  // Threads that inline handlers have left behind would still run while main returns.
  const bool is_alone = request.options.inline_use == host::InlineUse::kRefused;
  if (!done || !is_alone) EndProcess(kExitSuccess);
  return kExitSuccess;
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
  options.say = [&log](const std::string& line) { log.Say("tandem: " + line); };
  options.runtime.platform_logs = PlatformLogs::kOn;
  if (!request->quiet) {
    options.runtime.log_sink = &log;
    options.access_log = options.say;
  }
  return Serve(*request, *parsed, log);
}

}  // namespace tandem::cli
