#include "workers/environment_folders.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "tandem/invocation.h"

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

constexpr char kTmp[] = "/tmp";
constexpr char kOpt[] = "/opt";
constexpr char kVariable[] = "TMPDIR=";
constexpr std::int64_t kTemporaryBytes = std::int64_t{512} << 20;  // what the service gives where nobody asks for more

bool IsBelow(const std::string& path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Of those paths one that leads there; empty: none does.
std::string OneBelow(const std::vector<std::string>& paths, std::string_view folder) {
  for (const std::string& path : paths) {
    if (path.empty()) continue;
    std::error_code error;
    const std::string real = fs::canonical(path, error).string();
    if (IsBelow(path, folder) || (!error && IsBelow(real, folder))) return path;
  }
  return {};
}

// Why the folder is not the environment's own; empty: it can be.
std::string ReasonAgainst(const FolderNeeds& needs, const char* folder) {
  if (!needs.mounts) return "this user cannot mount file systems here";
  std::error_code error;
  if (!fs::is_directory(folder, error)) return "there is none";
  const std::string needed = OneBelow(needs.needed, folder);
  return needed.empty() ? std::string() : needed + " is in it";
}

void AddNote(EnvironmentFolders& folders, const std::string& note) {
  folders.note += (folders.note.empty() ? "" : "; ") + note;
}

void ChooseTemporary(const FolderNeeds& needs, EnvironmentFolders& folders) {
  const std::string reason = ReasonAgainst(needs, kTmp);
  if (reason.empty()) {
    folders.process.temporary = kTmp;
    folders.process.temporary_bytes = kTemporaryBytes;
    return;
  }
  if (needs.temporary_dir.empty()) {
    return AddNote(folders,
                   "it shares /tmp with the machine, as " + reason + ", and there is no cache for a folder elsewhere");
  }
  folders.temporary = needs.temporary_dir;
  folders.each_its_own = !needs.mounts;
  if (needs.mounts) {
    folders.process.temporary = folders.temporary;
    folders.process.temporary_bytes = kTemporaryBytes;
  }
  AddNote(folders, "its temporary files are in " + folders.temporary +
                       ", which TMPDIR names, and /tmp is the machine's, as " + reason);
}

void ChooseOpt(const FolderNeeds& needs, EnvironmentFolders& folders) {
  folders.layers = needs.layers;
  std::vector<std::string> layers;  // that are there: others have nothing to show, wherever they are looked for
  std::copy_if(needs.layers.begin(), needs.layers.end(), std::back_inserter(layers), [](const std::string& layer) {
    std::error_code error;
    return fs::is_directory(layer, error);
  });
  if (layers.empty()) return;
  const std::string reason = ReasonAgainst(needs, kOpt);
  if (!reason.empty()) return AddNote(folders, "its layers are where they lie and not in /opt, as " + reason);
  folders.process.opt = std::move(layers);
  folders.layers = {kOpt};
}

}  // namespace

EnvironmentFolders ChooseFolders(const FolderNeeds& needs) {
  EnvironmentFolders folders;
  if (needs.use == FolderUse::kOwn) {
    ChooseTemporary(needs, folders);
    ChooseOpt(needs, folders);
  } else {
    folders.layers = needs.layers;
  }
  return folders;
}

EnvironmentFolders ForOneProcess(const EnvironmentFolders& folders) {
  EnvironmentFolders of_process = folders;
  if (!folders.each_its_own) return of_process;
  of_process.temporary = folders.temporary + "/" + std::string(RequestId::Random().view());
  of_process.process.made = of_process.temporary;
  return of_process;
}

std::vector<std::string> WithTemporary(std::vector<std::string> variables, const EnvironmentFolders& folders) {
  const bool has_one = std::any_of(variables.begin(), variables.end(),
                                   [](const std::string& variable) { return variable.starts_with(kVariable); });
  if (!folders.temporary.empty() && !has_one) variables.push_back(kVariable + folders.temporary);
  return variables;
}

}  // namespace tandem::workers
