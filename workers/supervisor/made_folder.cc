#include "workers/supervisor/made_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

FileDescriptor Locked(const fs::path& folder, int how) {
  FileDescriptor lock(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  while (lock && flock(lock.get(), how) != 0) {
    if (errno != EINTR) return {};
  }
  return lock;
}

struct Abandoned {
  fs::path path;
  FileDescriptor lock;  // so that nobody else removes it
};

// The caller holds the parent's lock.
std::vector<Abandoned> AbandonedIn(const fs::path& parent) {
  std::vector<Abandoned> abandoned;
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (FileDescriptor lock = Locked(at->path(), LOCK_EX | LOCK_NB)) abandoned.push_back({at->path(), std::move(lock)});
  }
  return abandoned;
}

}  // namespace

MadeFolder::MadeFolder(std::string path) : path_(std::move(path)) {
  const fs::path parent = fs::path(path_).parent_path();
  std::vector<Abandoned> abandoned;
  {
    const FileDescriptor lock = Locked(parent, LOCK_EX);
    if (lock) abandoned = AbandonedIn(parent);
    if (mkdir(path_.c_str(), 0700) == 0) lock_ = Locked(path_, LOCK_EX | LOCK_NB);
  }
  const int error = errno;
  for (const Abandoned& one : abandoned) RemoveFolder(one.path.string());
  errno = error;
}

MadeFolder::~MadeFolder() {
  if (lock_) RemoveFolder(path_);
}

void RemoveFolder(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return;
  const auto open_up = [](const fs::path& folder) {
    std::error_code ignored;
    fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, ignored);
  };
  open_up(path);
  error.clear();
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (fs::is_directory(at->symlink_status(ignored))) open_up(at->path());
  }
  fs::remove_all(path, error);
}

}  // namespace tandem::workers
