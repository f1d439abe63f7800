#include "function_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace tandem::cli {
namespace {

constexpr std::array<std::string_view, 18> kReservedNames = {
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
};

// Those of them that a shell's own may stand for.
constexpr std::array<std::string_view, 4> kCredentials = {"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
                                                          "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};

// By which a JVM makes neither a socket nor a file of its figures in /tmp, which no end of this process would remove.
constexpr char kJvmWithoutFiles[] = "-XX:+DisableAttachMechanism -XX:-UsePerfData -XX:ErrorFile=";
constexpr char kReplayFile[] = " -XX:ReplayDataFile=";

bool IsName(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kDigits = "0123456789";
  if (name.empty() || kDigits.find(name.front()) != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos;
  });
}

enum class Existing : bool { kKeep, kReplace };

void Set(const std::string& name, const std::string& value, Existing existing = Existing::kReplace) {
  setenv(name.c_str(), value.c_str(), existing == Existing::kReplace ? 1 : 0);
}

}  // namespace

std::string ReasonAgainstVariable(const std::string& name, Setter setter) {
  if (!IsName(name)) return "'" + name + "' is no name: letters, digits and _, not a digit first";
  const bool credential = std::find(kCredentials.begin(), kCredentials.end(), name) != kCredentials.end();
  if (credential && setter == Setter::kHost) return {};
  const bool reserved = std::binary_search(kReservedNames.begin(), kReservedNames.end(), name);
  return reserved ? name + " is reserved for the runtime: the shell's own value counts where Tandem sets none"
                  : std::string();
}

Result<std::pair<std::string, std::string>> ParseVariable(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return {Code::kInvalidArgument, "--env takes NAME=VALUE, not '" + text + "'"};
  std::string name = text.substr(0, equals);
  const std::string reason = ReasonAgainstVariable(name);
  if (!reason.empty()) return {Code::kInvalidArgument, "--env: " + reason};
  return std::pair(std::move(name), text.substr(equals + 1));
}

std::string Region() {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    const char* region = std::getenv(name);
    if (region != nullptr && *region != '\0') return region;
  }
  return "us-east-1";
}

std::string JvmDefaults() {
  const char* named = std::getenv("TMPDIR");
  std::string folder = named == nullptr || *named != '/' ? "/tmp" : named;
  if (folder.find_first_of(" \t\n\"'%") != std::string::npos) folder = "/tmp";
  return kJvmWithoutFiles + folder + "/hs_err_pid%p.log" + kReplayFile + folder + "/replay_pid%p.log";
}

Status EnterFunction(const Function& function, const EnvironmentVariables& variables) {
  const PlatformVariables platform = function.platform_variables();
  for (const auto& [name, value] : platform.defaults) Set(name, value, Existing::kKeep);
  for (const auto& [name, value] : platform.reserved) Set(name, value);
  for (const auto& [name, value] : variables) Set(name, value);
  if (chdir(function.code_root().c_str()) != 0) {
    return {Code::kInternal, "cannot enter " + function.code_root() + ": " + std::generic_category().message(errno)};
  }
  return {};
}

}  // namespace tandem::cli
