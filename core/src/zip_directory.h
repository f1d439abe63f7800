// What a zip archive's own directory says, where the zip library does not pass it on.
#ifndef TANDEM_CORE_ZIP_DIRECTORY_H_
#define TANDEM_CORE_ZIP_DIRECTORY_H_

#include <cstdint>
#include <string_view>

namespace tandem {

enum class ZipNames : std::uint8_t {
  kPlain,
  kHoldNul,     // at least one does
  kUnreadable,  // the directory cannot be followed to its end, so its names cannot be vouched for
};

// Whether any name in the archive's central directory holds a NUL (K-15, K-20). Source: APPNOTE.TXT 6.3,
// sections 4.3.12 to 4.3.16.
ZipNames CheckZipNames(std::string_view archive);

}  // namespace tandem

#endif  // TANDEM_CORE_ZIP_DIRECTORY_H_
