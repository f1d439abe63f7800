#include "data_folder_choice.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace tandem::cli {

const OptionSpec& DataOption() {
  static const OptionSpec kOption = {
      "Server", "data", 0, "DIR",
      "the folder of functions, packages and logs; default: tandem in XDG_STATE_HOME, else "
      "~/.local/state/tandem"};
  return kOption;
}

Result<std::string> DataFolder(const ParsedOptions& parsed) {
  std::error_code error;
  if (const std::string* given = parsed.Find("data"); given != nullptr) {
    if (given->empty()) return {Code::kInvalidArgument, "--data: a folder is wanted"};
    return std::filesystem::absolute(*given, error).lexically_normal().string();
  }
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/tandem";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/tandem";
  return {Code::kInvalidArgument, "there is no home folder for the functions: name one with --data"};
}

}  // namespace tandem::cli
