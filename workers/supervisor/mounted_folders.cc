#include "workers/supervisor/mounted_folders.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "workers/file_descriptor.h"

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

constexpr char kOpt[] = "/opt";
constexpr unsigned long kPlain = MS_NOSUID | MS_NODEV;

// What a mount point has of these stays: in a user namespace nobody may take them away.
constexpr std::array<std::pair<unsigned long, unsigned long>, 6> kFlags = {{{ST_NOSUID, MS_NOSUID},
                                                                            {ST_NODEV, MS_NODEV},
                                                                            {ST_NOEXEC, MS_NOEXEC},
                                                                            {ST_NOATIME, MS_NOATIME},
                                                                            {ST_NODIRATIME, MS_NODIRATIME},
                                                                            {ST_RELATIME, MS_RELATIME}}};

bool ForbidWriting(const std::string& mounted) {
  struct statvfs status {};
  if (statvfs(mounted.c_str(), &status) != 0) return false;
  unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
  for (const auto& [had, flag] : kFlags) {
    if ((status.f_flag & had) != 0) flags |= flag;
  }
  return mount(nullptr, mounted.c_str(), nullptr, flags, nullptr) == 0;
}

// With what is mounted below it: a user namespace may not show what is hidden there.
bool Bind(const std::string& what, const std::string& where) {
  return mount(what.c_str(), where.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0 && ForbidWriting(where);
}

bool IsFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::directory;
}

// The folders' entries by name, and for each the folders that have it, in their order.
bool Entries(const std::vector<fs::path>& folders, std::map<std::string, std::vector<fs::path>>& entries) {
  std::error_code error;
  for (const fs::path& folder : folders) {
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      entries[at->path().filename().string()].push_back(at->path());
    }
    if (error) break;
  }
  errno = error.value();
  return !error;
}

bool PutFile(const fs::path& file, const std::string& where) {
  std::error_code error;
  if (fs::is_symlink(file, error)) {
    fs::copy_symlink(file, where, error);
    errno = error.value();
    return !error;
  }
  const FileDescriptor made(open(where.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  return made && Bind(file.string(), where);
}

// Shows in the empty folder `where` what is in the folders: of one name, the last one's, but folders are merged (K-11).
bool Merge(const std::vector<fs::path>& folders, const std::string& where) {
  std::map<std::string, std::vector<fs::path>> entries;
  if (!Entries(folders, entries)) return false;
  return std::all_of(entries.begin(), entries.end(), [&](const auto& entry) {
    const auto& [name, all] = entry;
    const std::string place = where + "/" + name;
    if (!IsFolder(all.back())) return PutFile(all.back(), place);
    if (mkdir(place.c_str(), 0755) != 0) return false;
    // Those since a file had the name.
    const auto first = std::find_if_not(all.rbegin(), all.rend(), IsFolder).base();
    const std::vector<fs::path> merged(first, all.end());
    return merged.size() == 1 ? Bind(merged.front().string(), place) : Merge(merged, place);
  });
}

bool MountOpt(const std::vector<fs::path>& folders) {
  if (folders.size() == 1) return Bind(folders.front().string(), kOpt);
  return mount("tmpfs", kOpt, "tmpfs", kPlain, "mode=755") == 0 && Merge(folders, kOpt) && ForbidWriting(kOpt);
}

bool MountTemporary(const std::string& folder, std::int64_t bytes) {
  const std::string options = "mode=1777,size=" + std::to_string(bytes);
  return mount("tmpfs", folder.c_str(), "tmpfs", kPlain, options.c_str()) == 0;
}

}  // namespace

const char* MountFolders(const v1::ProcessFolders& folders) {
  if (!folders.opt().empty() && !MountOpt({folders.opt().begin(), folders.opt().end()})) return "/opt";
  if (folders.temporary().empty() || MountTemporary(folders.temporary(), folders.temporary_bytes())) return nullptr;
  return "temporary folder";
}

}  // namespace tandem::workers
