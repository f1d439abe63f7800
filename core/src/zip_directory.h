// What a zip archive's own headers say, where the zip library does not look or does not pass it on.
#ifndef TANDEM_CORE_ZIP_DIRECTORY_H_
#define TANDEM_CORE_ZIP_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tandem/status.h"

namespace tandem {

// One entry, as the central directory has it. The names are parts of the archive's bytes.
struct ZipEntry {
  std::string_view name;
  std::string_view unicode_name;  // of the extra field 0x7075, by which readers replace the name; empty: none
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t header = 0;  // where its local header begins, from the archive's begin
};

struct ZipDirectory {
  std::size_t begin = 0;  // where the archive begins: before it may be bytes that its offsets do not count (K-20)
  std::vector<ZipEntry> entries;
};

// Reads the central directory and each entry's local header. Only what every reader of zip archives takes for the same
// files passes, so that an archive is what it was checked to be elsewhere: the directory is followed to its end and has
// as many entries as it says, `most` at most; the names in the two headers of an entry are equal and hold no NUL
// (K-15); entries are stored or deflated, not encrypted (K-20), and no two share bytes (K-16). Errors:
// kInvalidArgument, to be put behind "cannot be used: ". Source: APPNOTE.TXT 6.3, sections 4.3, 4.4, 4.5.3 and 4.6.9.
Result<ZipDirectory> ReadZipDirectory(std::string_view bytes, std::size_t most);

// A name from an archive for a message: not too long, on one line, in quotation marks.
std::string ShownName(std::string_view name);

}  // namespace tandem

#endif  // TANDEM_CORE_ZIP_DIRECTORY_H_
