// Deployment packages: from a jar, a zip or a directory to a folder that a loader can read.
#ifndef TANDEM_PACKAGE_H_
#define TANDEM_PACKAGE_H_

#include <cstdint>
#include <string>

#include "tandem/export.h"
#include "tandem/status.h"

namespace tandem {

// A package on disk.
struct Package {
  std::string root;  // absolute path of the folder that holds the code
};

// K-14: what a package may hold when unpacked, in bytes.
inline constexpr std::uint64_t kUnzippedLimit = 262'144'000;

struct PackageOptions {
  // Empty: TANDEM_CACHE_DIR, else XDG_CACHE_HOME/tandem, ~/.cache/tandem or tandem-<uid> among the temporary files, the
  // first that is or becomes a folder which only this user can write to. A home that is not there is not made.
  std::string cache_dir;
  std::uint64_t unzipped_limit = kUnzippedLimit;
};

// A directory is used in place. An archive is unpacked once into the cache, keyed by the SHA-256 of its bytes, so that
// equal packages share one tree of read-only files; two processes may do so at the same time. A tree that lacks a file,
// or has one of another size, is unpacked again. Whoever owns the cache
// may remove it, or any tree in it, while nothing runs from there. Entries that would leave the target (K-15) and
// archives over the limit (K-16) are refused before anything of them can be seen. Errors: kNotFound when there is no
// such file; kInvalidArgument when it is not a package, with the reason.
TANDEM_EXPORT Result<Package> OpenPackage(const std::string& path, const PackageOptions& options = {});

}  // namespace tandem

#endif  // TANDEM_PACKAGE_H_
