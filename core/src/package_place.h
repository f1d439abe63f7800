// Places of unpacked packages, in a folder that several processes fill at the same time.
#ifndef TANDEM_CORE_PACKAGE_PLACE_H_
#define TANDEM_CORE_PACKAGE_PLACE_H_

#include <filesystem>
#include <functional>
#include <string>

#include "tandem/status.h"

namespace tandem {

// Makes the folder `place`, whose parent is there, by `fill`, which is given an empty folder beside it. A place that is
// there already stays where `is_intact` says so, and is replaced otherwise. Nothing half-done can be seen at the place
// at any time, not even after the machine's sudden end; what killed processes have left beside it is removed. Errors:
// `fill`'s; kInvalidArgument and kInternal when the folder cannot be written.
Status FillPlace(const std::filesystem::path& place, const std::function<Status(const std::string&)>& fill,
                 const std::function<bool(const std::string&)>& is_intact);

}  // namespace tandem

#endif  // TANDEM_CORE_PACKAGE_PLACE_H_
