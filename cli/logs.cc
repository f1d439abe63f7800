#include "logs.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include "data_folder_choice.h"
#include "exit_status.h"
#include "host/logs/log_reader.h"
#include "options.h"
#include "standard_streams.h"
#include "text.h"

namespace tandem::cli {
namespace {

constexpr std::string_view kUsage =
    "Usage: tandem logs FUNCTION [options]\n"
    "\n"
    "Prints what a function of `tandem serve` has logged, of all its environments, in the order of time. Each\n"
    "line begins with its time (UTC) and the end of its log stream's name.\n"
    "\n"
    "Examples:\n"
    "  tandem logs HelloPython --follow\n"
    "  tandem logs HelloPython --since 10m\n";

constexpr std::string_view kStatuses =
    "\nExit status: 0; 2 bad use, or the function has logged nothing; 4 standard output does not take it.\n";

constexpr int kUntilNextLookMs = 200;
constexpr std::size_t kStreamShown = 8;  // of its 32 hexadecimal digits

const OptionTable& Table() {
  static const OptionTable kTable = {
      DataOption(),
      {"Lines", "follow", 'f', "", "go on with what comes, until Ctrl-C"},
      {"Lines", "since", 0, "TIME", "only lines since then: an age as 30s, 10m, 2h or 1d, or as 2026-11-26T22:26:38Z"},
      {"Lines", "lines", 'n', "N", "only the last N of those that are there"},
      {"Options", "help", 'h', "", "print this"},
  };
  return kTable;
}

struct LogsRequest {
  std::string function;
  std::string folder;
  std::string since;  // as the lines have it; empty: all
  std::size_t lines = std::numeric_limits<std::size_t>::max();
  bool follows = false;
};

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

// As lines have it; `format` for strftime.
std::string TimeText(const std::tm& utc, const char* format) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &utc)};
}

constexpr char kSeconds[] = "%Y-%m-%dT%H:%M:%S";

std::string SecondsAgo(std::int64_t seconds) {
  const std::time_t then = std::time(nullptr) - seconds;
  std::tm utc{};
  gmtime_r(&then, &utc);
  return TimeText(utc, kSeconds);
}

// Whether it is nothing, Z, or a part of a second with Z or without; `fraction` is that part as lines have it.
bool IsRestOfTime(std::string_view rest, std::string& fraction) {
  if (rest.ends_with('Z')) rest.remove_suffix(1);
  if (rest.empty()) return true;
  if (!rest.starts_with('.') || rest.size() == 1 || rest.find_first_not_of("0123456789", 1) != std::string_view::npos) {
    return false;
  }
  fraction = rest.substr(0, 4);
  return true;
}

Result<std::string> ReadSince(const std::string& text) {
  constexpr std::int64_t kMost = 100'000'000;
  constexpr std::array<std::pair<char, std::int64_t>, 4> kUnits = {{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}}};
  std::int64_t count = 0;
  const auto [at, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_age = failed == std::errc() && at + 1 == text.data() + text.size() && count >= 0 && count < kMost;
  for (const auto& [letter, seconds] : kUnits) {
    if (is_age && *at == letter)
      return SecondsAgo(std::min(count * seconds, static_cast<std::int64_t>(std::time(nullptr))));
  }
  std::tm utc{};
  const char* const end = strptime(text.c_str(), kSeconds, &utc);
  std::string fraction;
  if (end != nullptr && IsRestOfTime(end, fraction)) return TimeText(utc, kSeconds) + fraction;
  return Bad("--since " + text + ": an age as 10m is wanted, or a time as 2026-11-26T22:26:38Z");
}

bool IsFunctionName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<LogsRequest> ReadRequest(const ParsedOptions& parsed) {
  LogsRequest request;
  const std::string* const function = parsed.Find("function");
  if (function == nullptr) return Bad("the name of a function is missing");
  if (!IsFunctionName(*function)) return Bad(*function + " is no name of a function");
  request.function = *function;
  auto folder = DataFolder(parsed);
  if (!folder) return folder.status();
  request.folder = *folder + "/logs/" + *function;
  if (const std::string* since = parsed.Find("since"); since != nullptr) {
    auto read = ReadSince(*since);
    if (!read) return read.status();
    request.since = std::move(*read);
  }
  if (const std::string* lines = parsed.Find("lines"); lines != nullptr) {
    const char* const end = lines->data() + lines->size();
    const auto [at, failed] = std::from_chars(lines->data(), end, request.lines);
    if (failed != std::errc() || at != end) return Bad("--lines " + *lines + ": a number is wanted");
  }
  request.follows = parsed.Has("follow");
  return request;
}

// Of a function that has not logged anything only what comes can be waited for.
Status CheckFolder(const LogsRequest& request) {
  std::error_code error;
  if (request.follows || std::filesystem::is_directory(request.folder, error)) return {};
  return Bad("function '" + request.function + "' has logged nothing: there is no folder " + request.folder);
}

// An error record is one line whose parts are joined by carriage returns (L-16); on a terminal they would cover each
// other.
std::string Shown(const host::LogLine& line, bool on_terminal) {
  std::string text = line.text;
  if (on_terminal) std::replace(text.begin(), text.end(), '\r', '\n');
  const std::size_t bracket = line.stream.rfind(']');
  const std::string stream = bracket == std::string::npos ? line.stream : line.stream.substr(bracket + 1, kStreamShown);
  return line.time + " " + stream + " " + text + "\n";
}

// False: nobody reads any more.
bool AwaitMore() {
  pollfd reader = {STDOUT_FILENO, 0, 0};
  return poll(&reader, 1, kUntilNextLookMs) <= 0 || (reader.revents & (POLLERR | POLLHUP)) == 0;
}

int PrintLogs(const LogsRequest& request) {
  host::LogReader reader(request.folder);
  const bool on_terminal = isatty(STDOUT_FILENO) == 1;
  std::vector<host::LogLine> lines = reader.Read(request.since);
  if (lines.size() > request.lines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(request.lines));
  for (;;) {
    std::string text;
    for (const host::LogLine& line : lines) text += Shown(line, on_terminal);
    if (const int status = text.empty() ? kExitSuccess : Print(text); status != kExitSuccess) return status;
    if (!request.follows || !AwaitMore()) return kExitSuccess;
    lines = reader.Read(request.since);
  }
}

}  // namespace

int RunLogs(const std::vector<std::string>& arguments) {
  const auto parsed = ParseOptions(Table(), arguments, "function");
  if (!parsed) {
    Complain("logs: " + parsed.status().message());
    return kExitBadUse;
  }
  if (parsed->Has("help")) return Print(std::string(kUsage) + DescribeOptions(Table()) + std::string(kStatuses));
  const auto request = ReadRequest(*parsed);
  if (!request) {
    Complain("logs: " + request.status().message());
    return kExitBadUse;
  }
  if (const Status status = CheckFolder(*request); !status.ok()) {
    Complain("logs: " + status.message());
    return kExitBadUse;
  }
  return PrintLogs(*request);
}

}  // namespace tandem::cli
