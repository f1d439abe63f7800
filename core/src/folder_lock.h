// FolderLock: a lock on a folder that ends with its holder, however that ends.
#ifndef TANDEM_CORE_FOLDER_LOCK_H_
#define TANDEM_CORE_FOLDER_LOCK_H_

#include <cstdint>
#include <filesystem>
#include <functional>

namespace tandem {

// Of one folder, one exclusive lock or any number of shared ones are held at a time, by any threads and processes. It
// stays with the folder when that is renamed.
//
// Threads: one at a time.
// Errors: none; a folder that cannot be opened, and a file system without locks, grant none.
class FolderLock {
 public:
  enum class Kind : std::uint8_t { kShared, kExclusive, kExclusiveAtOnceOrNever };
  // Told once of a lock that somebody else holds for more than two seconds.
  using OnWait = std::function<void()>;

  FolderLock(const std::filesystem::path& folder, Kind kind, const OnWait& on_wait = {});
  FolderLock(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

  bool is_held() const { return is_held_; }
  // -1 where the folder cannot be opened.
  int descriptor() const { return descriptor_; }
  // Whether the folder lies at `path` now.
  bool IsAt(const std::filesystem::path& path) const;
  // Makes an exclusive lock a shared one.
  void Share();

 private:
  int descriptor_;
  bool is_held_ = false;
};

}  // namespace tandem

#endif  // TANDEM_CORE_FOLDER_LOCK_H_
