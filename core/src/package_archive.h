// Unpacking a zip or jar into a folder, refusing what would leave it.
#ifndef TANDEM_CORE_PACKAGE_ARCHIVE_H_
#define TANDEM_CORE_PACKAGE_ARCHIVE_H_

#include <zip.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tandem/status.h"

namespace tandem {

// A zip archive in memory, whose headers contradict neither each other nor the zip library (ReadZipDirectory).
// Threads: one at a time.
// Lifetime: the bytes it is opened with must live as long.
class PackageArchive {
 public:
  // Errors: kInvalidArgument with the reason, to be put behind "cannot be used: ".
  static Result<PackageArchive> Open(std::string_view bytes);

  // Whether it has at most `limit` bytes by the sizes that its directory says.
  Status CheckSize(std::uint64_t limit) const;

  // Whether its entries can be unpacked by their names, kinds and number; each refusal is one of Unpack's.
  Status CheckEntries() const;

  // Unpacks into the existing, empty folder `target`. At most `limit` bytes are written, counted as they come out of
  // the decompressor (K-16), and a bounded number of files and folders. The caller removes the folder when this fails.
  // Errors: kInvalidArgument with the reason (a name that escapes (K-15) or fits no file system, damaged content, too
  // large); kInternal when the folder cannot be written.
  Status Unpack(const std::string& target, std::uint64_t limit);

  // Whether this archive, which could be unpacked once, lies unpacked in `folder`: each of its files, links and folders
  // is there, of the kind and size that the archive says. What is there besides does not matter.
  bool IsUnpackedIn(const std::string& folder) const;

  // What its tree takes from a disk by the sizes that its directory says, each entry in whole blocks.
  std::uint64_t size_on_disk() const { return size_on_disk_; }

 private:
  struct Closer {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  using Handle = std::unique_ptr<zip_t, Closer>;

  explicit PackageArchive(Handle archive) : archive_(std::move(archive)) {}
  static Result<Handle> OpenHandle(std::string_view bytes);

  Handle archive_;
  std::uint64_t size_ = 0;
  std::uint64_t size_on_disk_ = 0;
};

// Whether a name from an archive can be one of a file below the folder it is unpacked into; `why` says why not.
bool IsSafeEntryName(std::string_view name, std::string* why);

}  // namespace tandem

#endif  // TANDEM_CORE_PACKAGE_ARCHIVE_H_
