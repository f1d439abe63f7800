#include "package_place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScratchPrefix = ".unpacking-";

std::string Message(int error) {
  return std::generic_category().message(error);
}

// A lock on a folder that ends with its holder, however that ends. File systems without locks grant none.
class FolderLock {
 public:
  enum class Patience : bool { kNone, kEndless };

  FolderLock(const fs::path& folder, Patience patience)
      : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
    if (descriptor_ < 0) return;
    int status = 0;
    do {
      status = flock(descriptor_, LOCK_EX | (patience == Patience::kNone ? LOCK_NB : 0));
    } while (status != 0 && errno == EINTR);
    is_held_ = status == 0;
  }
  FolderLock(FolderLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), is_held_(std::exchange(other.is_held_, false)) {}
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  bool is_held() const { return is_held_; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  bool is_held_ = false;
};

// Takes the write permissions of all files below a folder. The folders keep their owner's, or nobody could remove them.
void ForbidWriting(const fs::path& folder) {
  constexpr auto kWrite = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (fs::is_regular_file(at->symlink_status(ignored))) {
      fs::permissions(at->path(), kWrite, fs::perm_options::remove, ignored);
    }
  }
}

// Removes the scratch folders that nobody holds any more.
void RemoveAbandoned(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().native().starts_with(kScratchPrefix)) continue;
    const FolderLock lock(at->path(), FolderLock::Patience::kNone);
    std::error_code ignored;
    if (lock.is_held()) fs::remove_all(at->path(), ignored);
  }
}

// A folder that is locked, and goes with this object unless it was moved to its place.
class ScratchFolder {
 public:
  // The caller holds the parent's lock, so that nobody takes a new folder for an abandoned one.
  static Result<ScratchFolder> In(const fs::path& parent) {
    std::string path = (parent / (std::string(kScratchPrefix) + "XXXXXX")).string();
    if (mkdtemp(path.data()) == nullptr) {
      return {Code::kInvalidArgument, "cannot write the package cache " + parent.string() + ": " + Message(errno) +
                                          "; TANDEM_CACHE_DIR names another place"};
    }
    return ScratchFolder(std::move(path));
  }
  ScratchFolder(ScratchFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder() {
    if (path_.empty()) return;
    std::error_code error;
    fs::remove_all(path_, error);
  }

  const std::string& path() const { return path_; }

  // Writes what is in it to the disk, so that it can be seen at its place only when all of it is there.
  void Settle() const {
    chmod(path_.c_str(), 0755);
    ForbidWriting(path_);  // K-19: equal packages share the tree, so nobody changes its files
    if (lock_.descriptor() >= 0) syncfs(lock_.descriptor());
  }

  Status MoveTo(const fs::path& place) {
    if (std::rename(path_.c_str(), place.c_str()) != 0) {
      const int error = errno;
      // Without locks, someone else may have been first, which is as good.
      if (error == EEXIST || error == ENOTEMPTY) return {};
      return {Code::kInternal, "cannot write " + place.string() + ": " + Message(error)};
    }
    path_.clear();
    return {};
  }

  // Becomes what lies at `place` instead, to go with it.
  void TakeAway(const fs::path& place) const {
    if (std::rename(place.c_str(), path_.c_str()) != 0) unlink(place.c_str());
  }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)), lock_(path_, FolderLock::Patience::kNone) {}

  std::string path_;
  FolderLock lock_;
};

Result<ScratchFolder> MakeScratch(const fs::path& parent) {
  const FolderLock lock(parent, FolderLock::Patience::kEndless);
  RemoveAbandoned(parent);
  return ScratchFolder::In(parent);
}

}  // namespace

Status FillPlace(const fs::path& place, const std::function<Status(const std::string&)>& fill,
                 const std::function<bool(const std::string&)>& is_intact) {
  const fs::path parent = place.parent_path();
  auto scratch = MakeScratch(parent);
  if (!scratch) return scratch.status();
  if (Status status = fill(scratch->path()); !status.ok()) return status;
  scratch->Settle();
  const FolderLock lock(parent, FolderLock::Patience::kEndless);
  if (is_intact(place.string())) return {};  // someone else's, from the meantime; it may be in use already
  struct stat status {};
  if (lstat(place.c_str(), &status) != 0) return scratch->MoveTo(place);
  const auto damaged = ScratchFolder::In(parent);
  if (!damaged) return damaged.status();
  damaged->TakeAway(place);
  return scratch->MoveTo(place);
}

}  // namespace tandem
