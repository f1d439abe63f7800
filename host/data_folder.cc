#include "host/data_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>

namespace tandem::host {
namespace {

namespace fs = std::filesystem;
using workers::FileDescriptor;

Status Refused(const std::string& path, int error) {
  return {Code::kInvalidArgument, "cannot use the data folder " + path + ": " + std::generic_category().message(error)};
}

// Makes a folder that is not there; one that is will do. 0 or errno.
int MakeFolder(const fs::path& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0) return errno == EEXIST ? 0 : errno;
  const FileDescriptor parent(open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A parent that may not be read is not ours to keep.
  return !parent || SyncFolder(parent.get()) ? 0 : errno;
}

int MakeParents(const fs::path& folder) {
  struct stat status {};
  if (stat(folder.c_str(), &status) == 0) return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
  if (errno != ENOENT) return errno;
  if (const int error = MakeParents(folder.parent_path()); error != 0) return error;
  return MakeFolder(folder, 0777);
}

bool LockAtOnce(int file) {
  int status = 0;
  do {
    status = flock(file, LOCK_EX | LOCK_NB);
  } while (status != 0 && errno == EINTR);
  return status == 0;
}

// The process id in the file, where that process is there; else 0.
pid_t HolderOf(int file) {
  std::array<char, 32> text{};
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  pid_t holder = 0;
  if (size <= 0 || std::from_chars(text.data(), text.data() + size, holder).ec != std::errc()) return 0;
  return holder > 0 && (kill(holder, 0) == 0 || errno == EPERM) ? holder : 0;
}

// Writes whose the lock is, which is only a word for others: the lock itself is the kernel's.
void SignLock(int file) {
  const std::string text = std::to_string(getpid()) + "\n";
  if (ftruncate(file, 0) != 0 || pwrite(file, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

bool SyncFolder(int folder) {
  // Some file systems keep their folders by themselves.
  return fsync(folder) == 0 || errno == EINVAL || errno == EROFS;
}

Status MakePrivateFolder(const std::string& path) {
  int error = MakeParents(fs::path(path).parent_path());
  if (error == 0) error = MakeFolder(path, 0700);
  struct stat status {};
  if (error == 0 && stat(path.c_str(), &status) != 0) error = errno;
  if (error == 0 && !S_ISDIR(status.st_mode)) error = ENOTDIR;
  if (error != 0) return Refused(path, error);
  if (status.st_uid == geteuid() && (status.st_mode & 0022U) == 0) return {};
  return {Code::kInvalidArgument,
          "the data folder " + path + " is not used, as it is not a folder that only this user can write to"};
}

Result<DataFolder> DataFolder::Take(const std::string& path) {
  constexpr int kTries = 200;
  constexpr std::chrono::milliseconds kStep{10};
  std::error_code failed;
  std::string folder = fs::absolute(path, failed).string();
  if (path.empty() || failed) return Refused(path, path.empty() ? ENOENT : failed.value());
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  if (Status status = MakePrivateFolder(folder); !status.ok()) return status;
  FileDescriptor lock(open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock) return Refused(folder, errno);
  // Whoever has just got the lock has not yet written its id.
  pid_t holder = 0;
  for (int i = 0; i < kTries; ++i) {
    if (LockAtOnce(lock.get())) {
      SignLock(lock.get());
      return DataFolder(folder, std::move(lock));
    }
    if (errno != EWOULDBLOCK) return Refused(folder, errno);
    holder = HolderOf(lock.get());
    if (holder != 0) break;
    std::this_thread::sleep_for(kStep);
  }
  return {Code::kInvalidArgument, "another server has the data folder " + folder + ": process " +
                                      (holder == 0 ? "unknown" : std::to_string(holder)) +
                                      "; end it, or name another folder"};
}

DataFolder::~DataFolder() {
  // The next holder may die before it has written its own.
  if (lock_ && ftruncate(lock_.get(), 0) != 0) return;
}

}  // namespace tandem::host
