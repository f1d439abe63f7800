// Places of unpacked packages, in a folder that several processes fill and clean at the same time.
#ifndef TANDEM_CORE_PACKAGE_PLACE_H_
#define TANDEM_CORE_PACKAGE_PLACE_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tandem/status.h"

namespace tandem {

// A place that is used: nobody who cleans takes it away before this and its copies are gone, or their process is.
using PlaceUse = std::shared_ptr<const void>;

// What fills a place, and how full its folder may become.
struct PlaceContents {
  std::function<Status(const std::string& folder)> fill;  // is given an empty folder
  std::function<bool(const std::string& folder)> is_intact;
  std::uint64_t limit = 0;        // what all places of the folder may take, by their names
  std::function<void()> on_wait;  // told of each lock that somebody else holds for long; may be empty
};

// The name of the place for what has this key, lower-case hexadecimal digits, and takes so many bytes.
std::string PlaceName(std::string_view key, std::uint64_t bytes);

// Uses the folder `place`, whose parent is there and whose name is of PlaceName. Where it is not there or not intact it
// is made, in a folder beside it: nothing half-done can be seen at the place at any time, not even after the machine's
// sudden end. Then what killed processes have left beside it is removed, and places that nobody uses are, the one whose
// last use is longest ago first, until what is left is within the limit. Errors: `fill`'s; kInvalidArgument and
// kInternal when the folder cannot be written.
Result<PlaceUse> UsePlace(const std::filesystem::path& place, const PlaceContents& contents);

}  // namespace tandem

#endif  // TANDEM_CORE_PACKAGE_PLACE_H_
