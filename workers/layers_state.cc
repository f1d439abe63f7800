#include "workers/layers_state.h"

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <system_error>

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

// By its last change, which nobody can set back, a folder tells whether names have come or gone.
void AddFolder(const fs::path& folder, bool is_merged, std::string& state) {
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) {
    state += "none;";
    return;
  }
  state += std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  if (is_merged) state += ":" + std::to_string(status.st_ctim.tv_sec) + "." + std::to_string(status.st_ctim.tv_nsec);
  state += ';';
}

void AddFolders(const std::vector<fs::path>& folders, std::string& state) {
  for (const fs::path& folder : folders) AddFolder(folder, folders.size() > 1, state);
  if (folders.size() < 2) return;
  std::map<std::string, std::vector<fs::path>> inner;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      std::error_code ignored;
      if (at->symlink_status(ignored).type() == fs::file_type::directory) {
        inner[at->path().filename().string()].push_back(at->path());
      }
    }
  }
  for (const auto& [name, merged] : inner) {
    if (merged.size() > 1) AddFolders(merged, state);
  }
}

}  // namespace

std::string LayersState(const std::vector<std::string>& layers) {
  std::string state;
  AddFolders({layers.begin(), layers.end()}, state);
  return state;
}

}  // namespace tandem::workers
