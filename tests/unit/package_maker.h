// Archives for the tests of packages: by the zip library, and byte by byte.
#ifndef TANDEM_TESTS_UNIT_PACKAGE_MAKER_H_
#define TANDEM_TESTS_UNIT_PACKAGE_MAKER_H_

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/package.h"

namespace tandem::test {

// One entry of an archive that the zip library makes.
struct Entry {
  std::string name;
  std::string content;
  mode_t mode = 0;  // 0: without Unix attributes
};

// One stored entry of an archive that is made byte by byte, and where its headers lie.
// NOLINTBEGIN(readability-redundant-member-init): lets gcc know that an initializer may leave them out
struct RawEntry {
  std::string name = {};
  std::string data = {};
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  mode_t mode = 0;
  std::string extra = {};                         // in the directory
  std::string descriptor = {};                    // behind the data
  std::optional<std::string> local_name = {};     // before the data
  std::optional<std::uint16_t> local_flags = {};  // before the data
  std::optional<std::uint16_t> local_method = {};
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint32_t> size = {};         // in the directory
  std::optional<std::uint32_t> packed_size = {};  // in the directory
  std::optional<std::uint32_t> offset = {};       // of its local header
};

struct RawArchive {
  std::vector<RawEntry> entries = {};
  std::string before = {};      // its first bytes, which no offset counts
  std::string comment = {};     // behind the end record
  std::string behind = {};      // behind all, counted nowhere
  std::uint16_t disk = 0;       // of the end record
  std::uint16_t count_is = 0;   // 0: what it is
  std::uint32_t offset_is = 0;  // of the directory; 0: what it is
  std::uint32_t size_is = 0;    // of the directory; 0: what it is
};
// NOLINTEND(readability-redundant-member-init): the structs end here

std::string Number(std::uint64_t value, std::size_t width);  // little-endian
std::uint32_t Crc32(std::string_view bytes);
std::string Bytes(const RawArchive& archive);

std::ptrdiff_t Count(const std::filesystem::path& folder);
std::string Read(const std::filesystem::path& path);

// A folder for packages, with a cache in it.
class PackageTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // The paths of new archives.
  std::string Zip(const std::vector<Entry>& entries);
  std::string Raw(const RawArchive& archive) { return File(Bytes(archive)); }
  std::string File(const std::string& bytes);

  // That the package is refused with `why` and leaves nothing behind.
  void ExpectRefused(const std::string& path, const std::string& why);
  // That it is accepted and its file `name` reads as `content`; returns its root.
  std::filesystem::path ExpectFile(const std::string& path, const std::string& name, const std::string& content);

  std::filesystem::path packages() const { return std::filesystem::path(options_.cache_dir) / "packages"; }

  std::filesystem::path folder_;
  PackageOptions options_;
  int zips_ = 0;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_UNIT_PACKAGE_MAKER_H_
