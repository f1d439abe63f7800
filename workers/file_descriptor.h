// FileDescriptor: the owner of an open file.
#ifndef TANDEM_WORKERS_FILE_DESCRIPTOR_H_
#define TANDEM_WORKERS_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace tandem::workers {

// Closes its file, if it has one.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_FILE_DESCRIPTOR_H_
