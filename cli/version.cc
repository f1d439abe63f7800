#include "version.h"

#include <filesystem>
#include <map>
#include <string>
#include <system_error>

#include "standard_streams.h"
#include "tandem/runtime.h"

namespace tandem::cli {
namespace {

// Names and folders; the first folder that has a loader goes first, as in core.
std::map<std::string, std::string> InstalledLoaders() {
  std::map<std::string, std::string> loaders;
  for (const std::string& folder : DefaultLoaderDirs()) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const std::filesystem::path& file = entry.path();
      const std::string name = file.stem().string();
      if (file.extension() == ".so" && !name.ends_with("-finder")) loaders.try_emplace(name, file.string());
    }
  }
  return loaders;
}

}  // namespace

int PrintVersion() {
  std::string text = "tandem " + std::string(Version()) + " (commit " + std::string(Commit()) + ")\n";
  for (const auto& [name, file] : InstalledLoaders())
    text.append("loader ").append(name).append(" (").append(file).append(")\n");
  return Print(text);
}

}  // namespace tandem::cli
