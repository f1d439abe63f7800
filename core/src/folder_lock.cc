#include "folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace tandem {
namespace {

bool Lock(int descriptor, int operation) {
  int status = 0;
  do {
    status = flock(descriptor, operation);
  } while (status != 0 && errno == EINTR);
  return status == 0;
}

// As Lock, which cannot end a wait to tell of it.
bool LockAndTell(int descriptor, int operation, const FolderLock::OnWait& on_wait) {
  constexpr std::chrono::seconds kPatience{2};
  constexpr std::chrono::milliseconds kStep{2};
  if (!on_wait) return Lock(descriptor, operation);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  do {
    if (Lock(descriptor, operation | LOCK_NB)) return true;
    if (errno != EWOULDBLOCK) return false;
    std::this_thread::sleep_for(kStep);
  } while (std::chrono::steady_clock::now() < end);
  on_wait();
  return Lock(descriptor, operation);
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Kind kind, const OnWait& on_wait)
    : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
  if (descriptor_ < 0) return;
  switch (kind) {
    case Kind::kShared:
      is_held_ = LockAndTell(descriptor_, LOCK_SH, on_wait);
      break;
    case Kind::kExclusive:
      is_held_ = LockAndTell(descriptor_, LOCK_EX, on_wait);
      break;
    case Kind::kExclusiveAtOnceOrNever:
      is_held_ = Lock(descriptor_, LOCK_EX | LOCK_NB);
      break;
  }
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), is_held_(std::exchange(other.is_held_, false)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool FolderLock::IsAt(const std::filesystem::path& path) const {
  struct stat ours {};
  struct stat theirs {};
  return descriptor_ >= 0 && fstat(descriptor_, &ours) == 0 && lstat(path.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

void FolderLock::Share() {
  if (is_held_) is_held_ = Lock(descriptor_, LOCK_SH);
}

}  // namespace tandem
