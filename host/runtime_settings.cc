#include "host/runtime_settings.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

#include "host/api/json.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;

enum class Holds : std::uint8_t { kRuntimes, kFolders };

// A member of a language's object: a list of paths, which is an option of that language, with colons between.
struct Member {
  const char* language;
  const char* name;
  Holds holds;

  std::string option() const { return std::string(language) + "." + name; }
};

constexpr std::array<Member, 3> kMembers = {{
    {"java", "homes", Holds::kRuntimes},
    {"python", "interpreters", Holds::kRuntimes},
    {"python", "libraries", Holds::kFolders},
}};

std::string FileIn(const std::string& data_folder) {
  return data_folder + "/runtimes.json";
}

Status Bad(const std::string& file, const std::string& why) {
  return {Code::kInvalidArgument, "cannot use " + file + ": " + why};
}

// Why it is no object of members by these names; empty: it is.
std::string Stranger(const Json::Value& object, const std::string& place, const std::vector<std::string>& names) {
  if (!object.isObject()) return place + " is no object";
  const std::vector<std::string> members = object.getMemberNames();
  const auto other = std::find_if(members.begin(), members.end(), [&](const std::string& member) {
    return std::find(names.begin(), names.end(), member) == names.end();
  });
  if (other == members.end()) return {};
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "'" : " and '") + name + "'";
  return place + " has a member '" + *other + "', and may have " + known + " only";
}

// Why the list is none of paths; empty: its paths are in `joined`.
std::string Take(const Member& member, const Json::Value& list, std::string& joined) {
  std::string no_paths = member.option() + " is no list of absolute paths without colons";
  if (!list.isArray()) return no_paths;
  for (const Json::Value& one : list) {
    const std::string path = one.isString() ? one.asString() : "";
    if (!path.starts_with('/') || path.find(':') != std::string::npos) return no_paths;
    std::error_code error;
    if (member.holds == Holds::kFolders && !fs::is_directory(path, error)) {
      return member.option() + ": there is no folder " + path;
    }
    joined += (joined.empty() ? "" : ":") + path;
  }
  return {};
}

// Why the settings of a language are of no use; empty: they are among `options`.
std::string TakeAll(const std::string& language, const Json::Value& settings,
                    std::map<std::string, std::string>& options) {
  std::vector<std::string> names;
  for (const Member& member : kMembers) {
    if (member.language == language) names.emplace_back(member.name);
  }
  if (std::string why = Stranger(settings, language, names); !why.empty()) return why;
  for (const Member& member : kMembers) {
    if (member.language != language || !settings.isMember(member.name)) continue;
    std::string joined;
    if (std::string why = Take(member, settings[member.name], joined); !why.empty()) return why;
    // A list of no runtimes means that none serves.
    if (member.holds == Holds::kRuntimes || !joined.empty()) options[member.option()] = joined;
  }
  return {};
}

}  // namespace

Result<std::map<std::string, LanguageOptions>> ReadRuntimeSettings(const std::string& data_folder) {
  const std::string file = FileIn(data_folder);
  std::map<std::string, LanguageOptions> languages;
  std::error_code error;
  if (!fs::exists(file, error) && !error) return languages;
  std::ifstream stream(file);
  if (!stream) return Bad(file, std::strerror(errno));
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const auto settings = ParseJson(text);
  if (!settings) return Bad(file, "it is no JSON");
  if (const std::string why = Stranger(*settings, "it", {"java", "python"}); !why.empty()) return Bad(file, why);
  for (const std::string& language : settings->getMemberNames()) {
    const std::string why = TakeAll(language, (*settings)[language], languages[language].options);
    if (!why.empty()) return Bad(file, why);
  }
  return languages;
}

Status CheckRuntimeSettings(const std::string& data_folder, const RuntimeRegistry& registry) {
  for (const Member& member : kMembers) {
    const auto& options = registry.options(member.language).options;
    const auto given = options.find(member.option());
    if (member.holds != Holds::kRuntimes || given == options.end()) continue;
    std::istringstream paths(given->second);
    for (std::string path; std::getline(paths, path, ':');) {
      const RuntimeInfo info = registry.Named(member.language, path);
      if (!info.usable()) {
        return Bad(FileIn(data_folder), member.option() + ": " + path + " cannot be used: " + info.reason);
      }
    }
  }
  return {};
}

}  // namespace tandem::host
