#include "workers/launch_key.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "workers/protocol.h"

namespace tandem::workers {
namespace {

// HOME is where Python looks for the user's own packages.
constexpr std::array<std::string_view, 8> kNames = {
    "LANG", "LANGUAGE", "LOCPATH", "NLSPATH", "GCONV_PATH", "GLIBC_TUNABLES", "HOME", "SETUPTOOLS_USE_DISTUTILS"};
constexpr std::array<std::string_view, 8> kPrefixes = {"LD_",   "LC_",   "MALLOC_", "PYTHON",
                                                       "ASAN_", "LSAN_", "TSAN_",   "UBSAN_"};
// What a JVM and its launcher look for. It reads no TMPDIR, but what is told where its temporary files go may follow
// it.
constexpr std::array<std::string_view, 3> kPrefixesOfJvms = {"JAVA_", "_JAVA_", "JDK_"};
constexpr std::array<std::string_view, 2> kNamesOfJvms = {"CLASSPATH", "TMPDIR"};
// Names of files and folders, with colons between them.
constexpr std::array<std::string_view, 10> kPaths = {"LD_LIBRARY_PATH", "LD_PRELOAD",     "LD_AUDIT", "PYTHONPATH",
                                                     "PYTHONHOME",      "PYTHONUSERBASE", "HOME",     "LOCPATH",
                                                     "NLSPATH",         "GCONV_PATH"};

struct Variable {
  std::string_view name;
  std::string_view value;
};

Variable Split(std::string_view text) {
  const std::size_t at = std::min(text.find('='), text.size());
  return {text.substr(0, at), text.substr(std::min(at + 1, text.size()))};
}

template <typename List>
bool Has(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> folders;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    folders.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return folders;
}

bool IsRelative(const Variable& variable) {
  if (variable.value.empty() || !Has(kPaths, variable.name)) return false;
  const std::vector<std::string> paths = SplitPath(variable.value);
  return std::any_of(paths.begin(), paths.end(), [](const std::string& path) { return !path.starts_with('/'); });
}

// Whether the linker may find something there: a library, or a folder of those for this processor.
bool HasLibraries(const std::string& folder) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(folder, error);
  if (error) return false;
  return std::any_of(begin(entries), end(entries), [](const std::filesystem::directory_entry& entry) {
    constexpr std::array<std::string_view, 6> kFolders = {"glibc-hwcaps", "tls",      "haswell",
                                                          "avx512_1",     "xeon_phi", "x86_64"};
    const std::string name = entry.path().filename().string();
    return name.find(".so") != std::string::npos || Has(kFolders, name);
  });
}

// LD_LIBRARY_PATH without the folders that have nothing for it; empty: there are no others.
std::string LibraryPath(std::string_view path) {
  std::string kept;
  for (const std::string& folder : SplitPath(path)) {
    if (folder.starts_with('/') && !HasLibraries(folder)) continue;
    kept.append(kept.empty() ? "" : ":").append(folder.empty() ? "." : folder);
  }
  return kept;
}

void Append(std::string& key, std::string_view text) {
  key.append(std::to_string(text.size())).append(":").append(text);
}

// All but the one of which a worker gets its own whatever it is started from.
void AppendVariables(Launch& launch) {
  for (const std::string& variable : launch.environment) {
    if (Split(variable).name != kLogStreamVariable) Append(launch.key, variable);
  }
}

bool IsReadByAJvm(std::string_view variable) {
  return Has(kNamesOfJvms, variable) ||
         std::any_of(kPrefixesOfJvms.begin(), kPrefixesOfJvms.end(),
                     [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

bool Preloads(const WorkerSpec& spec) {
  return std::any_of(spec.environment.begin(), spec.environment.end(), [](const std::string& text) {
    const Variable variable = Split(text);
    return (variable.name == "LD_PRELOAD" || variable.name == "LD_AUDIT") && !variable.value.empty();
  });
}

// A zygote does not have the function's /opt, in which the linker or the runtime looks at the start.
bool NeedsOptAtStart(const WorkerSpec& spec) {
  const std::vector<std::string>& layers = spec.folders.opt;
  if (std::any_of(layers.begin(), layers.end(),
                  [](const std::string& layer) { return HasLibraries(layer + "/lib"); })) {
    return true;
  }
  return !layers.empty() && std::any_of(spec.environment.begin(), spec.environment.end(), [](const std::string& text) {
    const Variable variable = Split(text);
    return IsReadAtStart(variable.name) && variable.name != "LD_LIBRARY_PATH" &&
           variable.value.find("/opt") != std::string_view::npos;
  });
}

Launch MakeLaunch(const WorkerSpec& spec, bool complete) {
  if (NeedsOptAtStart(spec) || HasWrapper(spec.environment)) return {};
  Launch launch;
  launch.complete_environment = complete;
  launch.working_directory = "/";
  for (const std::string& text : spec.environment) {
    const Variable variable = Split(text);
    if (!complete && variable.name == "LD_LIBRARY_PATH") {
      const std::string path = LibraryPath(variable.value);
      if (!path.empty()) launch.environment.push_back("LD_LIBRARY_PATH=" + path);
    } else if (complete || IsReadAtStart(variable.name)) {
      launch.environment.push_back(text);
    }
    if (complete || IsRelative(variable)) launch.working_directory = spec.working_directory;
  }
  Append(launch.key, spec.program);
  Append(launch.key, spec.function.runtime().SerializeAsString());
  Append(launch.key, complete ? "complete" : "partial");
  Append(launch.key, launch.working_directory);
  AppendVariables(launch);
  return launch;
}

}  // namespace

bool HasWrapper(const std::vector<std::string>& variables) {
  return std::any_of(variables.begin(), variables.end(), [](const std::string& text) {
    const Variable variable = Split(text);
    return variable.name == kWrapperVariable && !variable.value.empty();
  });
}

bool IsReadAtStart(std::string_view variable) {
  return Has(kNames, variable) || std::any_of(kPrefixes.begin(), kPrefixes.end(),
                                              [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

Launch LaunchOf(const WorkerSpec& spec) {
  return MakeLaunch(spec, Preloads(spec));
}

Launch StandbyLaunchOf(const WorkerSpec& spec) {
  if (HasWrapper(spec.environment)) return {};
  const bool complete = Preloads(spec);
  Launch launch;
  launch.complete_environment = complete;
  launch.working_directory = spec.working_directory;
  for (const std::string& text : spec.environment) {
    const Variable variable = Split(text);
    if (complete || IsReadAtStart(variable.name) || IsReadByAJvm(variable.name)) launch.environment.push_back(text);
  }
  Append(launch.key, "standby");
  Append(launch.key, spec.program);
  Append(launch.key, spec.function.runtime().SerializeAsString());
  Append(launch.key, std::to_string(spec.function.memory_size_mb()));
  Append(launch.key, launch.working_directory);
  Append(launch.key, std::to_string(spec.function.layers_size()));
  for (const std::string& layer : spec.function.layers()) Append(launch.key, layer);
  Append(launch.key, spec.folders.temporary);
  Append(launch.key, std::to_string(spec.folders.opt.size()));
  for (const std::string& layer : spec.folders.opt) Append(launch.key, layer);
  Append(launch.key, spec.function.temporary_folder());
  AppendVariables(launch);
  return launch;
}

Launch CompleteLaunchOf(const WorkerSpec& spec) {
  return MakeLaunch(spec, true);
}

}  // namespace tandem::workers
