#include "claim.h"

#include <algorithm>

#include "tandem/finder_abi.h"

namespace tandem::python {
namespace {

// Whether a folder holds an extension module of this name: `name.so`, `name.abi3.so`, `name.cpython-311-….so`.
bool HoldsExtension(const fs::path& folder, const std::string& name) {
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    const std::string file = at->path().filename();
    if (at->path().extension() == ".so" && file.compare(0, name.size() + 1, name + ".") == 0) return true;
  }
  return false;
}

bool Resolves(std::string_view handler, const fs::path& code_root) {
  const size_t dot = handler.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || handler.find("::") != std::string_view::npos) return false;
  std::string module(handler.substr(0, dot));
  std::replace(module.begin(), module.end(), '.', '/');
  if (module.front() == '/' || module.back() == '/' || module.find('\0') != std::string::npos) return false;
  const fs::path path = code_root / module;
  return IsFile(path.string() + ".py") || IsFile(path / "__init__.py") ||
         HoldsExtension(path.parent_path(), path.filename()) || HoldsExtension(path, "__init__");
}

// The folders of a layer in which some version of Python looks for modules (K-12).
std::vector<fs::path> SearchedIn(const fs::path& layer) {
  const fs::path python = layer / "python";
  std::vector<fs::path> folders = {python};
  for (const fs::path& version : FoldersNewestFirst(python / "lib")) folders.push_back(version / "site-packages");
  return folders;
}

// Links to folders are not followed.
bool HoldsPython(const fs::path& code_root, size_t most_visited) {
  std::error_code failure;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(code_root, options, failure), end; !failure && at != end;
       at.increment(failure)) {
    if (most_visited-- == 0) return false;
    if (at->path().extension() == ".py") return true;
  }
  return false;
}

}  // namespace

int32_t Claim(std::string_view handler, const fs::path& code_root, const std::vector<fs::path>& layers,
              size_t most_visited) {
  if (Resolves(handler, code_root)) return TANDEM_CLAIM_RESOLVES;
  for (const fs::path& layer : layers) {
    for (const fs::path& folder : SearchedIn(layer)) {
      if (Resolves(handler, folder)) return TANDEM_CLAIM_RESOLVES;
    }
  }
  return HoldsPython(code_root, most_visited) ? TANDEM_CLAIM_SOURCES : TANDEM_CLAIM_NONE;
}

}  // namespace tandem::python
