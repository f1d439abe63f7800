// The user's cache, of which packages and loaders have a folder each.
#ifndef TANDEM_CORE_CACHE_FOLDER_H_
#define TANDEM_CORE_CACHE_FOLDER_H_

#include <cstdint>
#include <filesystem>
#include <string>

#include "tandem/status.h"

namespace tandem {

// Whether a folder among the temporary files will do, for users without a home.
enum class LastPlace : std::uint8_t { kTemporaryFiles, kNone };

enum class IfAbsent : std::uint8_t { kMake, kRefuse };

// The folder `part` of the cache, which is there then, and which only this user can write to: what lies in it is run as
// this user. The cache is `named`, else where PackageOptions says. Errors: kInvalidArgument.
Result<std::filesystem::path> CacheFolder(const std::string& named, const std::string& part, LastPlace last,
                                          IfAbsent absent = IfAbsent::kMake);

}  // namespace tandem

#endif  // TANDEM_CORE_CACHE_FOLDER_H_
