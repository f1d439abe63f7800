#include "zip_directory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tandem {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64LocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;  // at least
constexpr std::size_t kEnd64Lead = 12;  // of it, what its own size does not count
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kMaxComment = 65535;
constexpr std::uint32_t kInZip64 = 0xFFFFFFFF;

// Little-endian numbers at an offset; 0 beyond the end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t Number(std::size_t at, std::size_t width) const {
    if (at > bytes_.size() || width > bytes_.size() - at) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = width; i > 0; --i) value = value << 8U | static_cast<std::uint8_t>(bytes_[at + i - 1]);
    return value;
  }
  std::size_t size() const { return bytes_.size(); }
  std::string_view Part(std::size_t at, std::size_t size) const {
    return at > bytes_.size() || size > bytes_.size() - at ? std::string_view() : bytes_.substr(at, size);
  }

 private:
  std::string_view bytes_;
};

struct Directory {
  std::size_t begin;
  std::uint64_t size;
};

std::optional<std::size_t> FindEnd(const Bytes& bytes) {
  if (bytes.size() < kEndSize) return std::nullopt;
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last - std::min(last, kMaxComment);
  for (std::size_t at = last + 1; at-- > first;) {
    if (bytes.Number(at, 4) == kEndSignature && at + kEndSize + bytes.Number(at + 20, 2) <= bytes.size()) return at;
  }
  return std::nullopt;
}

// The ZIP64 end record, whose place the locator before the end record says; its own size says that it ends there,
// however long the data is that the format reserves for extensions (4.3.14, 4.3.15).
std::optional<std::size_t> FindEnd64(const Bytes& bytes, std::size_t locator) {
  const std::uint64_t end64 = bytes.Number(locator + 8, 8);
  if (end64 > locator || locator - end64 < kEnd64Size) return std::nullopt;
  const auto at = static_cast<std::size_t>(end64);
  if (bytes.Number(at, 4) != kEnd64Signature) return std::nullopt;
  return bytes.Number(at + 4, 8) == locator - at - kEnd64Lead ? std::optional(at) : std::nullopt;
}

// Where the central directory lies. It ends where the first end record begins, whatever bytes precede the archive.
std::optional<Directory> FindDirectory(const Bytes& bytes) {
  const auto end = FindEnd(bytes);
  if (!end) return std::nullopt;
  std::uint64_t size = bytes.Number(*end + 12, 4);
  std::size_t directory_end = *end;
  if (*end >= kEnd64LocatorSize && bytes.Number(*end - kEnd64LocatorSize, 4) == kEnd64LocatorSignature) {
    const auto end64 = FindEnd64(bytes, *end - kEnd64LocatorSize);
    if (!end64) return std::nullopt;
    if (size == kInZip64) size = bytes.Number(*end64 + 40, 8);
    directory_end = *end64;
  }
  if (size > directory_end) return std::nullopt;
  return Directory{directory_end - static_cast<std::size_t>(size), size};
}

}  // namespace

ZipNames CheckZipNames(std::string_view archive) {
  const Bytes bytes(archive);
  const auto directory = FindDirectory(bytes);
  if (!directory) return ZipNames::kUnreadable;
  std::size_t at = directory->begin;
  const std::size_t end = at + static_cast<std::size_t>(directory->size);
  while (at < end) {
    if (bytes.Number(at, 4) != kEntrySignature) return ZipNames::kUnreadable;
    const auto name_size = static_cast<std::size_t>(bytes.Number(at + 28, 2));
    const std::string_view name = bytes.Part(at + kEntrySize, name_size);
    if (name.size() != name_size) return ZipNames::kUnreadable;
    if (name.find('\0') != std::string_view::npos) return ZipNames::kHoldNul;
    at += kEntrySize + name_size + static_cast<std::size_t>(bytes.Number(at + 30, 2) + bytes.Number(at + 32, 2));
  }
  return at == end ? ZipNames::kPlain : ZipNames::kUnreadable;
}

}  // namespace tandem
