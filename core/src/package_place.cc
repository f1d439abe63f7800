#include "package_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "folder_lock.h"
#include "system_message.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using Kind = FolderLock::Kind;

constexpr std::string_view kScratchPrefix = ".unpacking-";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint64_t kKib = 1024;

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

// Also what a handler has made there and forbidden its owner to remove.
void RemoveTree(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) return;
  const auto open_up = [](const fs::path& path) {
    std::error_code ignored;
    fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, ignored);
  };
  open_up(folder);
  error.clear();
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (fs::is_directory(at->symlink_status(ignored))) open_up(at->path());
  }
  fs::remove_all(folder, error);
}

// A scratch folder that nobody held any more.
struct Abandoned {
  FolderLock lock;
  fs::path path;
};

// The caller holds the parent's lock.
std::vector<Abandoned> TakeAbandoned(const fs::path& parent) {
  std::vector<Abandoned> taken;
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().native().starts_with(kScratchPrefix)) continue;
    FolderLock lock(at->path(), Kind::kExclusiveAtOnceOrNever);
    if (lock.is_held()) taken.push_back({std::move(lock), at->path()});
  }
  return taken;
}

// Removes what killed commands have left, unless somebody else is at it.
void RemoveAbandoned(const fs::path& parent) {
  std::vector<Abandoned> abandoned;
  {
    const FolderLock lock(parent, Kind::kExclusiveAtOnceOrNever);
    if (lock.is_held()) abandoned = TakeAbandoned(parent);
  }
  for (const Abandoned& one : abandoned) RemoveTree(one.path);  // while others can go on
}

// A folder that is locked, and goes with this object unless it was moved to its place.
class ScratchFolder {
 public:
  // The caller holds the parent's lock, so that nobody takes a new folder for an abandoned one.
  static Result<ScratchFolder> In(const fs::path& parent) {
    std::string path = (parent / (std::string(kScratchPrefix) + "XXXXXX")).string();
    if (mkdtemp(path.data()) == nullptr) {
      return {Code::kInvalidArgument, "cannot write the package cache " + parent.string() + ": " +
                                          SystemMessage(errno) + "; TANDEM_CACHE_DIR names another place"};
    }
    return ScratchFolder(std::move(path));
  }
  ScratchFolder(ScratchFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder() {
    if (!path_.empty()) RemoveTree(path_);
  }

  const std::string& path() const { return path_; }

  // Writes what is in it to the disk, so that it can be seen at its place only when all of it is there.
  void Settle() const {
    chmod(path_.c_str(), 0755);
    ForbidWriting(path_);  // K-19: equal packages share the tree, so nobody changes its files
    if (lock_.descriptor() >= 0) syncfs(lock_.descriptor());
  }

  // Errors: kInternal; where something is at the place already, which is as good, none, and the folder stays a scratch.
  Status MoveTo(const fs::path& place) {
    if (std::rename(path_.c_str(), place.c_str()) != 0) {
      const int error = errno;
      if (error == EEXIST || error == ENOTEMPTY) return {};  // without locks, someone else may have been first
      return {Code::kInternal, "cannot write " + place.string() + ": " + SystemMessage(error)};
    }
    path_.clear();
    lock_.Share();
    return {};
  }

  // Becomes what lies at `place` instead, to go with it.
  void TakeAway(const fs::path& place) const {
    if (std::rename(place.c_str(), path_.c_str()) != 0) unlink(place.c_str());
  }

 private:
  explicit ScratchFolder(std::string path)
      : path_(std::move(path)), lock_(path_, FolderLock::Kind::kExclusiveAtOnceOrNever) {}

  std::string path_;
  FolderLock lock_;
};

Result<ScratchFolder> MakeScratch(const fs::path& parent, const FolderLock::OnWait& on_wait) {
  const FolderLock lock(parent, Kind::kExclusive, on_wait);
  return ScratchFolder::In(parent);
}

// The use of what lies at the place now, from this moment on its last; null where nothing does. It may be taken away
// between its opening and its locking.
PlaceUse Use(const fs::path& place, const FolderLock::OnWait& on_wait) {
  auto lock = std::make_shared<FolderLock>(place, Kind::kShared, on_wait);
  if (!lock->IsAt(place)) return nullptr;
  futimens(lock->descriptor(), nullptr);
  return lock;
}

// One place of a folder, as its cleaning sees it.
struct Candidate {
  fs::path path;
  std::uint64_t bytes;
  struct timespec used;
};

// What the place takes by its name; nothing where the name is of no place.
std::optional<std::uint64_t> BytesOf(std::string_view name) {
  const std::size_t dash = name.find_first_not_of(kHexDigits);
  if (dash == 0 || dash == std::string_view::npos || name[dash] != '-') return std::nullopt;
  std::uint64_t kib = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dash + 1, end, kib);
  if (error != std::errc() || stop != end || kib > UINT64_MAX / kKib) return std::nullopt;
  return kib * kKib;
}

std::vector<Candidate> LongestUnusedFirst(const fs::path& parent) {
  std::vector<Candidate> candidates;
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    const auto bytes = BytesOf(at->path().filename().native());
    struct stat status {};
    if (!bytes || lstat(at->path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    candidates.push_back({at->path(), *bytes, status.st_mtim});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.used.tv_sec, a.used.tv_nsec, a.path) < std::tie(b.used.tv_sec, b.used.tv_nsec, b.path);
  });
  return candidates;
}

// A place that was taken away, and its lock, by which nobody else takes it for an abandoned scratch folder.
struct Removed {
  FolderLock lock;
  ScratchFolder folder;
};

// Takes away what is over the limit. The caller holds the parent's lock, and removes what is returned without it.
std::vector<Removed> Clean(const fs::path& parent, std::uint64_t limit) {
  std::vector<Removed> removed;
  const std::vector<Candidate> candidates = LongestUnusedFirst(parent);
  std::uint64_t total = 0;
  for (const Candidate& candidate : candidates) total += std::min(candidate.bytes, UINT64_MAX - total);
  for (const Candidate& candidate : candidates) {
    if (total <= limit) break;
    FolderLock lock(candidate.path, Kind::kExclusiveAtOnceOrNever);
    if (!lock.is_held()) continue;
    auto scratch = ScratchFolder::In(parent);
    if (!scratch) break;
    scratch->TakeAway(candidate.path);
    removed.push_back({std::move(lock), std::move(*scratch)});
    total -= std::min(candidate.bytes, total);
  }
  return removed;
}

// Moves the filled folder to its place, and takes away what is over the limit then.
Result<PlaceUse> Settle(ScratchFolder& scratch, const fs::path& place, const PlaceContents& contents) {
  const fs::path parent = place.parent_path();
  std::vector<Removed> removed;  // goes when others can go on
  std::optional<ScratchFolder> damaged;
  const FolderLock lock(parent, Kind::kExclusive, contents.on_wait);
  if (!contents.is_intact(place.string())) {  // else it is someone else's, from the meantime, and may be in use already
    struct stat status {};
    if (lstat(place.c_str(), &status) == 0) {
      auto made = ScratchFolder::In(parent);
      if (!made) return made.status();
      damaged.emplace(std::move(*made));
      damaged->TakeAway(place);
    }
    if (Status moved = scratch.MoveTo(place); !moved.ok()) return moved;
  }
  PlaceUse use = Use(place, contents.on_wait);
  if (use == nullptr) return {Code::kInternal, "cannot open " + place.string() + ": " + SystemMessage(errno)};
  removed = Clean(parent, contents.limit);
  return use;
}

}  // namespace

std::string PlaceName(std::string_view key, std::uint64_t bytes) {
  return std::string(key) + "-" + std::to_string(bytes / kKib);
}

Result<PlaceUse> UsePlace(const fs::path& place, const PlaceContents& contents) {
  RemoveAbandoned(place.parent_path());
  if (PlaceUse use = Use(place, contents.on_wait); use != nullptr && contents.is_intact(place.string())) return use;
  auto scratch = MakeScratch(place.parent_path(), contents.on_wait);
  if (!scratch) return scratch.status();
  if (Status status = contents.fill(scratch->path()); !status.ok()) return status;
  scratch->Settle();
  return Settle(*scratch, place, contents);
}

}  // namespace tandem
