#include "built_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace tandem::templates {
namespace {

namespace fs = std::filesystem;

constexpr int kMostEntries = 20000;                     // of a folder, before it is taken for built
constexpr std::uintmax_t kMaxRequirements = 1'000'000;  // bytes of a requirements.txt

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kProjects = {{
    {"pom.xml", "mvn package"},
    {"build.gradle", "gradle build"},
    {"build.gradle.kts", "gradle build"},
}};

// Folders of a project whose classes are not where a package has them.
constexpr std::array<std::string_view, 6> kNotPackage = {"build", "gradle", "node_modules", "src", "target", "test"};

const std::pair<std::string_view, std::string_view>* ProjectIn(const fs::path& folder) {
  std::error_code error;
  for (const auto& project : kProjects) {
    if (fs::is_regular_file(folder / project.first, error)) return &project;
  }
  return nullptr;
}

bool HoldsClasses(const fs::path& folder) {
  std::error_code error;
  int seen = 0;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      const bool skipped = std::find(kNotPackage.begin(), kNotPackage.end(), name) != kNotPackage.end();
      if (name.starts_with('.') || (at.depth() == 0 && skipped)) at.disable_recursion_pending();
    } else if (name.ends_with(".class") || name.ends_with(".jar")) {
      return true;
    }
    if (++seen > kMostEntries) return true;
  }
  return false;
}

// As Python's index compares names: charset_normalizer is charset-normalizer.
std::string Normalized(std::string_view name) {
  std::string normalized;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '.') {
      if (!normalized.ends_with('-')) normalized += '-';
    } else {
      normalized += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return normalized;
}

// The project that a line of requirements.txt asks for; nullopt: none, or only under conditions.
std::optional<std::string> RequiredBy(std::string_view line) {
  line = line.substr(0, line.find('#'));
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  const std::size_t end = std::min(line.find_first_not_of(kName), line.size());
  if (end == 0 || line.front() == '-' || line.front() == '.') return std::nullopt;
  if (line.find_first_of(";@/\\") != std::string_view::npos) return std::nullopt;
  return std::string(line.substr(0, end));
}

// The projects whose packages lie in a folder, by the names of modules and of what pip writes beside them.
void AddInstalled(const fs::path& folder, std::set<std::string>& names) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool described = name.ends_with(".dist-info") || name.ends_with(".egg-info");
    names.insert(Normalized(name.substr(0, name.find(described ? '-' : '.'))));
  }
}

}  // namespace

std::string UnbuiltJava(const fs::path& folder) {
  const auto* project = ProjectIn(folder);
  if (project == nullptr || HoldsClasses(folder)) return {};
  return "there is a " + std::string(project->first) + " and neither classes nor jars in " + folder.string() +
         ", so it is not built; run sam build, or " + std::string(project->second) + " and name the jar";
}

std::string MissingPackages(const fs::path& folder, const std::vector<fs::path>& others) {
  std::error_code error;
  const fs::path list = folder / "requirements.txt";
  if (!fs::is_regular_file(list, error) || fs::file_size(list, error) > kMaxRequirements) return {};
  std::set<std::string> installed;
  AddInstalled(folder, installed);
  for (const fs::path& other : others) AddInstalled(other, installed);
  std::ifstream stream(list);
  std::string missing;
  for (std::string line; std::getline(stream, line);) {
    const auto name = RequiredBy(line);
    if (name && !installed.contains(Normalized(*name))) missing += (missing.empty() ? "" : ", ") + *name;
  }
  if (missing.empty()) return {};
  return "requirements.txt asks for what is not in " + folder.string() + ": " + missing +
         "; run sam build, or give a virtual environment that has it";
}

std::string BuildCommandFor(const fs::path& path, const fs::path& root) {
  for (fs::path folder = path.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (const auto* project = ProjectIn(folder); project != nullptr) return std::string(project->second);
    if (folder == root) break;
  }
  return {};
}

std::vector<fs::path> PythonFoldersOfLayer(const fs::path& layer) {
  std::vector<fs::path> folders = {layer / "python"};
  std::error_code error;
  const fs::path versions = layer / "python" / "lib";
  for (fs::directory_iterator at(versions, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    folders.push_back(at->path() / "site-packages");
  }
  return folders;
}

}  // namespace tandem::templates
