#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "loader_module.h"
#include "tandem/registry.h"

namespace tandem {

std::vector<LoaderFile> FindLoaders(const std::vector<std::string>& loader_dirs) {
  std::vector<LoaderFile> loaders;
  std::set<std::string> names;
  for (const std::string& dir : loader_dirs) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(dir, error), end; !error && at != end; at.increment(error)) {
      std::string name = at->path().stem().string();
      if (at->path().extension() != ".so" || name.ends_with("-finder") || !names.insert(name).second) continue;
      const std::string file = at->path().string();
      const Status status = CheckLoaderModule(file);
      loaders.push_back({std::move(name), file, status.ok() ? std::string() : status.message()});
    }
  }
  std::sort(loaders.begin(), loaders.end(), [](const auto& left, const auto& right) { return left.name < right.name; });
  return loaders;
}

}  // namespace tandem
