#include "zip_directory.h"

#include <algorithm>
#include <optional>
#include <string>

namespace tandem {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64LocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;  // at least
constexpr std::size_t kEnd64Lead = 12;  // of it, what its own size does not count
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kMaxComment = 65535;
constexpr std::uint32_t kInZip64 = 0xFFFFFFFF;
constexpr std::uint16_t kInZip64Short = 0xFFFF;
constexpr std::uint16_t kZip64Field = 0x0001;
constexpr std::uint16_t kUnicodeNameField = 0x7075;
constexpr std::size_t kUnicodeNameLead = 5;  // its version and a checksum
constexpr std::uint16_t kEncrypted = 1U << 0U;
constexpr std::uint16_t kUtf8Name = 1U << 11U;
constexpr std::uint16_t kMaskedHeaders = 1U << 13U;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::size_t kMaxShown = 100;

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
  std::uint16_t Short(std::size_t at) const { return static_cast<std::uint16_t>(Number(at, 2)); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view Part(std::size_t at, std::size_t size) const {
    return at > bytes_.size() || size > bytes_.size() - at ? std::string_view() : bytes_.substr(at, size);
  }

 private:
  std::string_view bytes_;
};

// Where the central directory is, and what the end records say of it.
struct Extent {
  std::size_t begin = 0;      // in the bytes
  std::size_t end = 0;        // in the bytes
  std::uint64_t offset = 0;   // from the archive's begin
  std::uint64_t entries = 0;  // in it
};

Status Refused(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

Status RefusedEntry(std::string_view name, const std::string& why) {
  return Refused("its entry " + ShownName(name) + " " + why);
}

Status NotToBeFollowed() {
  return Refused("its directory cannot be followed from one entry to the next; pack it again");
}

Status ReadInMoreWays() {
  return Refused("its directory can be read in more than one way; pack it again");
}

// Whether there is an archive with more bytes behind it than anybody looks at. One that lies in another does not count.
bool HasTooMuchBehind(const Bytes& bytes) {
  const std::string_view all = bytes.Part(0, bytes.size());
  const std::size_t at = all.rfind(std::string_view("PK\x05\x06"));
  if (at == std::string_view::npos) return false;
  const std::uint64_t size = bytes.Number(at + 12, 4);
  const std::uint64_t offset = bytes.Number(at + 16, 4);
  if (size > at || offset > at - size || bytes.size() - at < kEndSize + kMaxComment) return false;
  const bool has_entries = size == 0 || bytes.Number(at - size, 4) == kEntrySignature;
  return has_entries && (at - size - offset == 0 || bytes.Number(0, 4) != kLocalSignature);
}

// The end record whose comment ends with the bytes; where none does, the last one with bytes of nobody's behind it.
Result<std::size_t> FindEnd(const Bytes& bytes) {
  const std::size_t last = bytes.size() - std::min(bytes.size(), kEndSize);
  const std::size_t first = last - std::min(last, kMaxComment);
  std::optional<std::size_t> exact;
  std::optional<std::size_t> lax;
  for (std::size_t at = last + 1; at-- > first;) {
    if (bytes.Number(at, 4) != kEndSignature) continue;
    const std::size_t end = at + kEndSize + bytes.Short(at + 20);
    if (end == bytes.size() && exact) return ReadInMoreWays();
    if (end == bytes.size()) exact = at;
    if (end < bytes.size() && !lax) lax = at;
  }
  if (exact) return *exact;
  if (lax) return *lax;
  if (HasTooMuchBehind(bytes)) {
    return Refused("it is no zip archive: more than 65,535 bytes follow the archive, where no reader finds it");
  }
  return Refused("it is no zip archive: it has no end record, or was cut off");
}

// The ZIP64 end record, whose place the locator before the end record says; its own size says that it ends there,
// however long the data is that the format reserves for extensions (4.3.14, 4.3.15). With bytes before the archive
// that the locator does not count, only a record without such data is found.
std::optional<std::size_t> FindEnd64(const Bytes& bytes, std::size_t locator) {
  const auto is_record = [&](std::uint64_t at) {
    return at <= locator && locator - at >= kEnd64Size && bytes.Number(at, 4) == kEnd64Signature &&
           bytes.Number(at + 4, 8) == locator - at - kEnd64Lead;
  };
  const std::uint64_t said = bytes.Number(locator + 8, 8);
  if (is_record(said)) return said;
  if (locator >= kEnd64Size && is_record(locator - kEnd64Size)) return locator - kEnd64Size;
  return std::nullopt;
}

// It ends where the first end record begins, whatever bytes precede the archive.
Result<Extent> FindDirectory(const Bytes& bytes) {
  const auto end = FindEnd(bytes);
  if (!end) return end.status();
  std::uint64_t disks = bytes.Short(*end + 4) | bytes.Short(*end + 6);
  std::uint64_t size = bytes.Number(*end + 12, 4);
  Extent extent{0, *end, bytes.Number(*end + 16, 4), bytes.Short(*end + 10)};
  if (*end >= kEnd64LocatorSize && bytes.Number(*end - kEnd64LocatorSize, 4) == kEnd64LocatorSignature) {
    const auto end64 = FindEnd64(bytes, *end - kEnd64LocatorSize);
    if (!end64) return NotToBeFollowed();
    if (disks == kInZip64Short) disks = bytes.Number(*end64 + 16, 4) | bytes.Number(*end64 + 20, 4);
    if (size == kInZip64) size = bytes.Number(*end64 + 40, 8);
    if (extent.offset == kInZip64) extent.offset = bytes.Number(*end64 + 48, 8);
    if (extent.entries == kInZip64Short) extent.entries = bytes.Number(*end64 + 32, 8);
    extent.end = *end64;
  }
  if (disks != 0) return Refused("it is one of several parts of an archive");
  if (size > extent.end || extent.offset > extent.end - size) return NotToBeFollowed();
  extent.begin = extent.end - static_cast<std::size_t>(size);
  return extent;
}

// Reads the extra fields that say more of an entry; false where they do not fit into one another.
bool ReadExtra(const Bytes& extra, ZipEntry& entry) {
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::uint16_t id = extra.Short(at);
    const std::size_t size = extra.Short(at + 2);
    at += 4;
    if (size > extra.size() - at) return false;
    if (id == kZip64Field) {
      std::size_t value = at;
      for (std::uint64_t* number : {&entry.size, &entry.packed_size, &entry.header}) {
        if (*number != kInZip64) continue;
        if (value + 8 > at + size) return false;
        *number = extra.Number(value, 8);
        value += 8;
      }
    } else if (id == kUnicodeNameField && size > kUnicodeNameLead) {
      entry.unicode_name = extra.Part(at + kUnicodeNameLead, size - kUnicodeNameLead);
    }
    at += size;
  }
  return true;
}

// Reads the entry at `at` and moves that behind it; false where there is none.
bool ReadEntry(const Bytes& bytes, std::size_t end, std::size_t& at, ZipEntry& entry) {
  if (end - at < kEntrySize || bytes.Number(at, 4) != kEntrySignature) return false;
  const std::size_t name_size = bytes.Short(at + 28);
  const std::size_t extra_size = bytes.Short(at + 30);
  const std::size_t whole = kEntrySize + name_size + extra_size + bytes.Short(at + 32);
  if (whole > end - at) return false;
  entry.flags = bytes.Short(at + 8);
  entry.method = bytes.Short(at + 10);
  entry.crc = static_cast<std::uint32_t>(bytes.Number(at + 16, 4));
  entry.packed_size = bytes.Number(at + 20, 4);
  entry.size = bytes.Number(at + 24, 4);
  entry.header = bytes.Number(at + 42, 4);
  entry.name = bytes.Part(at + kEntrySize, name_size);
  if (!ReadExtra(Bytes(bytes.Part(at + kEntrySize + name_size, extra_size)), entry)) return false;
  at += whole;
  return true;
}

// Whether a name can be UTF-8, as strictly as the zip library has it, which refuses the archive otherwise.
bool LooksLikeUtf8(std::string_view name) {
  std::size_t missing = 0;
  for (const char c : name) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (missing > 0) {
      if ((byte & 0xC0U) != 0x80U) return false;
      --missing;
    } else if (byte >= 0x80U) {
      missing = (byte & 0xE0U) == 0xC0U ? 1 : (byte & 0xF0U) == 0xE0U ? 2 : (byte & 0xF8U) == 0xF0U ? 3 : 0;
      if (missing == 0) return false;
    } else if (byte < ' ' && c != '\r' && c != '\n' && c != '\t') {
      return false;
    }
  }
  return missing == 0;
}

Status CheckDirectoryEntry(const ZipEntry& entry) {
  if (entry.name.find('\0') != std::string_view::npos || entry.unicode_name.find('\0') != std::string_view::npos) {
    return RefusedEntry(entry.name, "has a NUL in its name");
  }
  if ((entry.flags & kUtf8Name) != 0 && !LooksLikeUtf8(entry.name)) {
    return RefusedEntry(entry.name, "has a name that is no text in UTF-8, as it says to be");
  }
  if (entry.size == kInZip64 || entry.packed_size == kInZip64) {
    return RefusedEntry(entry.name, "has no size, as its ZIP64 field is not there");
  }
  return {};
}

Result<ZipDirectory> ReadEntries(const Bytes& bytes, const Extent& extent, std::size_t most) {
  ZipDirectory directory;
  directory.begin = extent.begin - static_cast<std::size_t>(extent.offset);
  for (std::size_t at = extent.begin; at < extent.end;) {
    if (directory.entries.size() == most) return Refused("it has more than " + std::to_string(most) + " entries");
    ZipEntry& entry = directory.entries.emplace_back();
    if (!ReadEntry(bytes, extent.end, at, entry)) return NotToBeFollowed();
    if (Status status = CheckDirectoryEntry(entry); !status.ok()) return status;
  }
  if (directory.entries.size() != extent.entries) {
    return Refused("the number of its entries is " + std::to_string(directory.entries.size()) + ", and not " +
                   std::to_string(extent.entries) + " as its directory says; pack it again");
  }
  return directory;
}

Status CheckKind(const ZipEntry& entry, std::uint16_t flags, std::uint16_t method) {
  if ((flags & (kEncrypted | kMaskedHeaders)) != 0) return RefusedEntry(entry.name, "is encrypted");
  if (method != kStored && method != kDeflated) {
    return RefusedEntry(entry.name, "is compressed by method " + std::to_string(method) +
                                        "; only stored and deflated entries can be read");
  }
  return {};
}

// The bytes that an entry takes from the archive.
struct Range {
  std::uint64_t begin;
  std::uint64_t end;
  std::size_t entry;
};

// `archive` holds all before the central directory, from the archive's begin. The sizes in the local header do not
// count: writers that do not know them beforehand leave them out, with a data descriptor or without.
Result<Range> CheckLocalHeader(const Bytes& archive, const ZipEntry& entry) {
  if (entry.header > archive.size() || archive.size() - entry.header < kLocalSize ||
      archive.Number(entry.header, 4) != kLocalSignature) {
    return RefusedEntry(entry.name, "is not where the directory says");
  }
  const auto at = static_cast<std::size_t>(entry.header);
  const std::size_t name_size = archive.Short(at + 26);
  if (archive.Part(at + kLocalSize, name_size) != entry.name) {
    return RefusedEntry(entry.name, "has another name in the directory than before its data");
  }
  const std::uint16_t method = archive.Short(at + 8);
  if (Status status = CheckKind(entry, archive.Short(at + 6), method); !status.ok()) return status;
  if (method != entry.method)
    return RefusedEntry(entry.name, "has another compression in the directory than before its data");
  const std::uint64_t data = entry.header + kLocalSize + name_size + archive.Short(at + 28);
  if (data > archive.size() || entry.packed_size > archive.size() - data) {
    return RefusedEntry(entry.name, "does not end before the directory begins");
  }
  return Range{entry.header, data + entry.packed_size, 0};
}

Status CheckLocalHeaders(const Bytes& archive, const std::vector<ZipEntry>& entries) {
  std::vector<Range> ranges;
  ranges.reserve(entries.size());
  for (const ZipEntry& entry : entries) {
    if (Status status = CheckKind(entry, entry.flags, entry.method); !status.ok()) return status;
    auto range = CheckLocalHeader(archive, entry);
    if (!range) return range.status();
    range->entry = ranges.size();
    ranges.push_back(*range);
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].begin < ranges[i - 1].end) {
      return RefusedEntry(entries[ranges[i].entry].name,
                          "shares bytes with " + ShownName(entries[ranges[i - 1].entry].name));
    }
  }
  return {};
}

}  // namespace

std::string ShownName(std::string_view name) {
  std::size_t size = std::min(name.size(), kMaxShown);
  while (size < name.size() && size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80U) --size;
  std::string shown(name.substr(0, size));
  const bool is_text = LooksLikeUtf8(name);
  for (char& c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7F || (byte >= 0x80 && !is_text)) c = '?';
  }
  return "'" + shown + (size < name.size() ? "...'" : "'");
}

Result<ZipDirectory> ReadZipDirectory(std::string_view bytes, std::size_t most) {
  if (bytes.empty()) return Refused("it is no zip archive: it is empty");
  const Bytes all(bytes);
  const auto extent = FindDirectory(all);
  if (!extent) return extent.status();
  auto directory = ReadEntries(all, *extent, most);
  if (!directory) return directory.status();
  const Bytes archive(bytes.substr(directory->begin, extent->begin - directory->begin));
  if (Status status = CheckLocalHeaders(archive, directory->entries); !status.ok()) return status;
  return directory;
}

}  // namespace tandem
