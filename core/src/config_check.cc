#include "config_check.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace tandem {
namespace {

constexpr std::size_t kMaxNameSize = 64;
// Far above what anyone needs, and far below what overflows.
constexpr std::int32_t kMaxConcurrency = 10'000;
constexpr std::chrono::hours kMaxTimeout{24 * 366};

bool HasNul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

// Each of these says what is wrong; empty: nothing is.

std::string_view ReasonAgainstNumbers(const FunctionConfig& config) {
  if (config.timeout.count() < 0) return "its timeout is negative";
  if (config.timeout > kMaxTimeout) return "its timeout is longer than a year";
  if (config.memory_size_mb <= 0) return "its memory size is not positive";
  if (config.max_concurrency <= 0) return "its concurrency is not positive";
  if (config.max_concurrency > kMaxConcurrency) return "its concurrency is above 10000";
  if (config.isolation != Isolation::kInline && config.isolation != Isolation::kProcess) {
    return "its isolation is neither kInline nor kProcess";
  }
  return {};
}

std::string ReasonAgainstLayers(const FunctionConfig& config) {
  for (const std::string& layer : config.layers) {
    const std::string named = "its layer '" + layer.substr(0, layer.find('\0')) + "' ";
    if (HasNul(layer)) return named + "has a NUL in its path";
    if (!layer.starts_with('/')) return named + "is not an absolute path";
    std::error_code error;
    if (std::filesystem::is_directory(layer, error)) continue;
    const bool is_there = std::filesystem::exists(layer, error);
    return named + (is_there ? "is not a folder: unpack it with OpenPackage" : "is not there");
  }
  return {};
}

std::string ReasonAgainstVariables(const FunctionConfig& config) {
  for (const auto& [name, value] : config.variables) {
    if (name.empty()) return "the name of one of its variables is empty";
    const std::string named = "its variable '" + name.substr(0, name.find('\0')) + "' ";
    if (HasNul(name)) return named + "has a NUL in its name";
    if (name.find('=') != std::string::npos) return named + "has an = in its name";
    if (HasNul(value)) return named + "has a NUL in its value";
  }
  return {};
}

}  // namespace

bool IsFunctionName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameSize &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
             std::string_view::npos;
}

Status CheckConfig(const FunctionConfig& config) {
  const auto bad = [&](const std::string& what) {
    return Status(Code::kInvalidArgument, "function '" + config.name + "': " + what);
  };
  if (!IsFunctionName(config.name))
    return bad("a function's name has 1 to 64 of the characters a-z, A-Z, 0-9, - and _");
  if (config.code.empty()) return bad("it has no code: give a jar, a zip or a directory");
  if (const auto reason = ReasonAgainstNumbers(config); !reason.empty()) return bad(std::string(reason));
  for (const auto& check : {ReasonAgainstLayers, ReasonAgainstVariables}) {
    if (const std::string reason = check(config); !reason.empty()) return bad(reason);
  }
  return {};
}

}  // namespace tandem
