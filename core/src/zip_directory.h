// What a zip archive's own directory says, where the zip library does not pass it on.
#ifndef TANDEM_CORE_ZIP_DIRECTORY_H_
#define TANDEM_CORE_ZIP_DIRECTORY_H_

#include <string_view>

namespace tandem {

// Whether any name in the archive's central directory holds a NUL (K-15), or the directory cannot be followed to its
// end, in which case its names cannot be vouched for. Source: APPNOTE.TXT 6.3, sections 4.3.12 to 4.3.16.
bool ZipNamesHoldNul(std::string_view archive);

}  // namespace tandem

#endif  // TANDEM_CORE_ZIP_DIRECTORY_H_
