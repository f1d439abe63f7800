#include "jar_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace tandem::java {
namespace {

constexpr size_t kEndSize = 22;  // the end record, without its comment of up to 64 KiB
constexpr size_t kLocatorSize = 20;
constexpr size_t kEnd64Size = 56;
constexpr size_t kEntrySize = 46;
constexpr uint32_t kEndMark = 0x06054b50;
constexpr uint32_t kLocatorMark = 0x07064b50;
constexpr uint32_t kEnd64Mark = 0x06064b50;
constexpr uint32_t kEntryMark = 0x02014b50;
constexpr uint64_t kMaxDirectory = 64u << 20;

template <typename T>
T Read(const std::vector<uint8_t>& bytes, size_t at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(bytes[at + i]) << (8 * i));
  return value;
}

// A regular file that is read by position; anything else is empty. Owns: the descriptor.
class File {
 public:
  // A pipe is not waited for.
  explicit File(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    struct stat status {};
    if (fd_ >= 0 && fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<uint64_t>(status.st_size);
  }
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  uint64_t size() const { return size_; }

  // Exactly that part, or nothing.
  std::optional<std::vector<uint8_t>> Part(uint64_t offset, uint64_t size) const {
    if (offset > size_ || size > size_ - offset || size > kMaxDirectory) return std::nullopt;
    std::vector<uint8_t> bytes(size);
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (n <= 0) return std::nullopt;
      done += static_cast<size_t>(n);
    }
    return bytes;
  }

 private:
  int fd_;
  uint64_t size_ = 0;
};

struct Span {
  uint64_t offset;
  uint64_t size;
};

// Where the central directory lies. Bytes before the archive shift all offsets, so it is found from its end.
std::optional<Span> FindDirectory(const File& file) {
  const uint64_t tail_size = std::min<uint64_t>(file.size(), kEndSize + 0xffff + kLocatorSize);
  auto tail = file.Part(file.size() - tail_size, tail_size);
  if (!tail || tail->size() < kEndSize) return std::nullopt;
  for (size_t at = tail->size() - kEndSize + 1; at-- > 0;) {
    if (Read<uint32_t>(*tail, at) != kEndMark) continue;
    uint64_t end = file.size() - tail_size + at;
    uint64_t size = Read<uint32_t>(*tail, at + 12);
    if (size == 0xffffffff && at >= kLocatorSize && Read<uint32_t>(*tail, at - kLocatorSize) == kLocatorMark) {
      if (end < kLocatorSize + kEnd64Size) return std::nullopt;
      end -= kLocatorSize + kEnd64Size;
      auto end64 = file.Part(end, kEnd64Size);
      if (!end64 || Read<uint32_t>(*end64, 0) != kEnd64Mark) return std::nullopt;
      size = Read<uint64_t>(*end64, 40);
    }
    if (size > end) return std::nullopt;
    return Span{end - size, size};
  }
  return std::nullopt;
}

}  // namespace

bool JarHolds(const std::string& jar, std::string_view entry) {
  const File file(jar);
  auto span = FindDirectory(file);
  if (!span) return false;
  auto directory = file.Part(span->offset, span->size);
  if (!directory) return false;
  size_t at = 0;
  while (directory->size() - at >= kEntrySize && Read<uint32_t>(*directory, at) == kEntryMark) {
    const size_t name_size = Read<uint16_t>(*directory, at + 28);
    const size_t rest = static_cast<size_t>(Read<uint16_t>(*directory, at + 30)) + Read<uint16_t>(*directory, at + 32);
    if (directory->size() - at - kEntrySize < name_size + rest) return false;
    const char* name = reinterpret_cast<const char*>(directory->data() + at + kEntrySize);
    if (std::string_view(name, name_size) == entry) return true;
    at += kEntrySize + name_size + rest;
  }
  return false;
}

}  // namespace tandem::java
