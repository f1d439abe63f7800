#include "version.h"

#include <string>

#include "standard_streams.h"
#include "tandem/registry.h"
#include "tandem/runtime.h"

namespace tandem::cli {

int PrintVersion() {
  std::string text = "tandem " + std::string(Version()) + " (commit " + std::string(Commit()) + ")\n";
  for (const LoaderFile& loader : FindLoaders(DefaultLoaderDirs())) {
    text += loader.reason.empty() ? "loader " + loader.name + " (" + loader.path + ")\n"
                                  : "rejected: " + loader.reason + "\n";
  }
  return Print(text);
}

}  // namespace tandem::cli
