#include "cache_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "system_message.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr char kOtherPlace[] = "; TANDEM_CACHE_DIR names another place";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Makes a folder that only this user can write to, or says why it is not one.
Status MakePrivate(const fs::path& folder, IfAbsent absent) {
  std::error_code error;
  if (absent == IfAbsent::kMake) fs::create_directories(folder.parent_path(), error);
  if (absent == IfAbsent::kMake && mkdir(folder.c_str(), 0700) == 0) return {};
  const int failure = absent == IfAbsent::kMake ? errno : EEXIST;
  struct stat status {};
  if (failure != EEXIST || lstat(folder.c_str(), &status) != 0) {
    return {Code::kInvalidArgument, "cannot make the package cache " + folder.string() + ": " + SystemMessage(failure)};
  }
  const bool ours = S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 0022U) == 0;
  if (ours) return {};
  return {Code::kInvalidArgument, "the package cache " + folder.string() +
                                      " is not used, as it is not a folder that only this user can write to"};
}

// In their order. The last one may be empty: the one among the temporary files.
std::vector<fs::path> PlacesOf(const std::string& named, LastPlace last) {
  if (!named.empty()) return {named};
  if (const std::string dir = Variable("TANDEM_CACHE_DIR"); !dir.empty()) return {dir};
  std::vector<fs::path> places;
  if (const std::string cache = Variable("XDG_CACHE_HOME"); !cache.empty())
    places.push_back(fs::path(cache) / "tandem");
  std::error_code error;
  if (const std::string home = Variable("HOME"); !home.empty() && fs::is_directory(home, error))
    places.push_back(fs::path(home) / ".cache" / "tandem");
  if (last == LastPlace::kTemporaryFiles) places.emplace_back();
  return places;
}

}  // namespace

Result<fs::path> CacheFolder(const std::string& named, const std::string& part, LastPlace last, IfAbsent absent) {
  Status failure(Code::kInvalidArgument, "");
  for (fs::path& place : PlacesOf(named, last)) {
    if (place.empty()) {
      std::error_code error;
      const std::string temporary = Variable("TMPDIR");
      place = fs::path(temporary.empty() ? "/tmp" : temporary) / ("tandem-" + std::to_string(geteuid()));
      if (!fs::is_directory(place.parent_path(), error)) {
        failure = {Code::kInvalidArgument, "the folder of temporary files, which TMPDIR names, is none"};
        continue;
      }
    }
    fs::path folder = place / part;
    failure = MakePrivate(place, absent);
    if (failure.ok()) failure = MakePrivate(folder, absent);
    if (failure.ok()) return folder;
  }
  return {failure.code(), failure.message() + kOtherPlace};
}

}  // namespace tandem
