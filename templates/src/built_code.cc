#include "built_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
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

struct Project {
  std::string_view file;
  std::string_view command;
  std::string_view jars;  // the folder to which the command writes its jars
};

constexpr std::array<Project, 3> kProjects = {{
    {"pom.xml", "mvn package", "target"},
    {"build.gradle", "gradle build", "build/libs"},
    {"build.gradle.kts", "gradle build", "build/libs"},
}};

// Ends and beginnings of jars that hold no code that runs, or only a part of it.
constexpr std::array<std::string_view, 4> kBesideCode = {"-sources.jar", "-javadoc.jar", "-tests.jar", "-plain.jar"};
constexpr std::string_view kBeforeShading = "original-";
constexpr std::size_t kMostJars = 5;  // that are told

// Folders of a project whose classes are not where a package has them.
constexpr std::array<std::string_view, 6> kNotPackage = {"build", "gradle", "node_modules", "src", "target", "test"};

const Project* ProjectIn(const fs::path& folder) {
  std::error_code error;
  for (const Project& project : kProjects) {
    if (fs::is_regular_file(folder / project.file, error)) return &project;
  }
  return nullptr;
}

bool IsCode(const std::string& name) {
  return name.ends_with(".jar") && !name.starts_with(kBeforeShading) &&
         std::none_of(kBesideCode.begin(), kBesideCode.end(),
                      [&](std::string_view end) { return name.ends_with(end); });
}

// The jars that a project has been built to, "a or b"; empty: none.
std::string BuiltJars(const fs::path& folder, const Project& project) {
  std::error_code error;
  std::set<std::string> jars;
  fs::directory_iterator at(folder / project.jars, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (IsCode(at->path().filename().string())) jars.insert(at->path().string());
    if (jars.size() > kMostJars) jars.erase(std::prev(jars.end()));
  }
  std::string all;
  for (const std::string& jar : jars) all += (all.empty() ? "" : " or ") + jar;
  return all;
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
  const Project* project = ProjectIn(folder);
  if (project == nullptr || HoldsClasses(folder)) return {};
  const std::string file(project->file);
  if (const std::string jars = BuiltJars(folder, *project); !jars.empty()) {
    return "the folder of a " + file + " is no package; name what it has been built to, " + jars + ", or run sam build";
  }
  return "there is a " + file + " and neither classes nor jars in " + folder.string() +
         ", so it is not built; run sam build, or " + std::string(project->command) + " and name the jar";
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
    if (const Project* project = ProjectIn(folder); project != nullptr) return std::string(project->command);
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
