#include "package_claim.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "jar_directory.h"
#include "tandem/finder_abi.h"

namespace tandem::java {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxVisited = 200000;

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.ends_with(end);
}

std::vector<std::string> JarsIn(const std::string& folder) {
  std::vector<std::string> jars;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (EndsWith(it->path().filename().string(), ".jar")) jars.push_back(it->path().string());
  }
  return jars;
}

// `a.b.C` as an entry's name, or nothing for what cannot be a class name.
std::string ClassEntry(const std::string& handler) {
  if (handler.empty() || handler.front() == '.' || handler.back() == '.') return std::string();
  if (handler.find('/') != std::string::npos || handler.find("..") != std::string::npos ||
      handler.find('\0') != std::string::npos) {
    return std::string();
  }
  std::string entry = handler;
  std::replace(entry.begin(), entry.end(), '.', '/');
  return entry + ".class";
}

bool HoldsClassFile(const std::string& code_root) {
  std::error_code error;
  size_t visited = 0;
  fs::recursive_directory_iterator it(code_root, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && it != end && visited < kMaxVisited; it.increment(error)) {
    ++visited;
    if (EndsWith(it->path().filename().string(), ".class")) return true;
  }
  return false;
}

}  // namespace

int32_t Claim(const std::string& handler, const std::string& code_root, const std::vector<std::string>& layers) {
  if (handler.find("::") != std::string::npos) return TANDEM_CLAIM_SYNTAX;
  const std::vector<std::string> jars = JarsIn(code_root + "/lib");
  const std::string entry = ClassEntry(handler);
  if (!entry.empty()) {
    std::error_code error;
    if (fs::is_regular_file(code_root + "/" + entry, error)) return TANDEM_CLAIM_RESOLVES;
    for (const std::string& jar : jars) {
      if (JarHolds(jar, entry)) return TANDEM_CLAIM_RESOLVES;
    }
    for (const std::string& layer : layers) {
      for (const std::string& jar : JarsIn(layer + "/java/lib")) {  // K-05
        if (JarHolds(jar, entry)) return TANDEM_CLAIM_RESOLVES;
      }
    }
  }
  const bool has_files = !jars.empty() || !JarsIn(code_root).empty() || HoldsClassFile(code_root);
  return has_files ? TANDEM_CLAIM_FILES : TANDEM_CLAIM_NONE;
}

}  // namespace tandem::java
