// Unpacking a zip or jar into a folder, refusing what would leave it.
#ifndef TANDEM_CORE_PACKAGE_ARCHIVE_H_
#define TANDEM_CORE_PACKAGE_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tandem/status.h"

namespace tandem {

// Unpacks the zip archive `bytes` into the existing, empty folder `target`. At most `limit` bytes are written, counted
// as they come out of the decompressor (K-16). The caller removes the folder when this fails. Errors: kInvalidArgument
// with the reason (not a zip, an encrypted entry, a name that escapes (K-15) or fits no file system, too large);
// kInternal when the folder cannot be written.
Status UnpackArchive(std::string_view bytes, const std::string& target, std::uint64_t limit);

// Whether the archive `bytes`, which could be unpacked once, lies unpacked in `folder`: each of its files, links and
// folders is there, of the kind and size that the archive says. What is there besides does not matter.
bool IsUnpacked(std::string_view bytes, const std::string& folder);

// Whether a name from an archive can be one of a file below the folder it is unpacked into; `why` says why not.
bool IsSafeEntryName(std::string_view name, std::string* why);

}  // namespace tandem

#endif  // TANDEM_CORE_PACKAGE_ARCHIVE_H_
