// Deployment packages: from a jar, a zip or a directory to a folder that a loader can read.
#ifndef TANDEM_PACKAGE_H_
#define TANDEM_PACKAGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tandem/export.h"
#include "tandem/status.h"

namespace tandem {

// A package on disk.
struct Package {
  std::string root;  // absolute path of the folder that holds the code
  // Of an unpacked archive: as long as this, a copy or their process lives, nobody who cleans the cache removes `root`.
  std::shared_ptr<const void> use;
};

// K-14: what a package may hold when unpacked, in bytes.
inline constexpr std::uint64_t kUnzippedLimit = 262'144'000;

// What the cache of unpacked packages may take, in bytes, where nothing else is said: 2048 MB.
inline constexpr std::uint64_t kCacheLimit = std::uint64_t{2048} << 20U;

struct PackageOptions {
  // Empty: TANDEM_CACHE_DIR, else XDG_CACHE_HOME/tandem, ~/.cache/tandem or tandem-<uid> among the temporary files, the
  // first that is or becomes a folder which only this user can write to. A home that is not there is not made.
  std::string cache_dir;
  std::uint64_t unzipped_limit = kUnzippedLimit;
  // What unpacked packages may take in the cache, in bytes. Absent: TANDEM_CACHE_LIMIT_MB times 1,048,576, else
  // kCacheLimit.
  std::optional<std::uint64_t> cache_limit;
  // Told, with the cache's folder, of each lock in it that somebody else holds for more than two seconds, so that it is
  // known what is waited for. May be empty; must not throw.
  std::function<void(const std::string& folder)> on_wait;
};

// A directory is used in place. An archive is unpacked once into the cache, keyed by the SHA-256 of its bytes, so that
// equal packages share one tree of read-only files; two processes may do so at the same time. A tree that lacks a file,
// or has one of another size, is unpacked again. After one was unpacked, those that nobody uses are removed from the
// cache, the longest unused first, until it is within its limit; whoever owns it may remove it, or any tree in it,
// while nothing runs from there. Entries that would leave the target (K-15) and archives over the limit (K-16) are
// refused before anything of them can be seen. Errors: kNotFound when there is no such file; kInvalidArgument when it
// is not a package, with the reason, and for a TANDEM_CACHE_LIMIT_MB that is no number.
TANDEM_EXPORT Result<Package> OpenPackage(const std::string& path, const PackageOptions& options = {});

// Whether OpenPackage would take what is there, as far as an archive's directory tells: nothing is unpacked, and the
// cache plays no part. Errors: OpenPackage's, but for those of an entry's content, of links, and of names that
// contradict each other.
TANDEM_EXPORT Status CheckPackage(const std::string& path, const PackageOptions& options = {});

// What is to be said where a handler in the package unpacked at `root` was not found, in one line: that all of the
// package lies in one folder, which nobody looks into, and that what the handler's name begins with lies there (K-01).
// Empty where it does not.
TANDEM_EXPORT std::string WrappingFolderHint(const std::string& root, std::string_view handler);

}  // namespace tandem

#endif  // TANDEM_PACKAGE_H_
