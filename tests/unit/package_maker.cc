#include "package_maker.h"

#include <zip.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace tandem::test {

namespace fs = std::filesystem;

std::string Number(std::uint64_t value, std::size_t width) {
  std::string text;
  for (std::size_t i = 0; i < width; ++i, value >>= 8U) text += static_cast<char>(value);
  return text;
}

std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::string Bytes(const RawArchive& archive) {
  std::string bytes;
  std::string directory;
  for (const RawEntry& entry : archive.entries) {
    const std::string local_name = entry.local_name.value_or(entry.name);
    const std::string sums = Number(entry.crc.value_or(Crc32(entry.data)), 4) +
                             Number(entry.packed_size.value_or(entry.data.size()), 4) +
                             Number(entry.size.value_or(entry.data.size()), 4);
    const std::uint64_t offset = entry.offset.value_or(bytes.size());
    bytes += Number(0x04034b50, 4) + Number(20, 2) + Number(entry.local_flags.value_or(entry.flags), 2) +
             Number(entry.local_method.value_or(entry.method), 2) + Number(0, 4);
    bytes += entry.descriptor.empty() ? sums : Number(0, 12);
    bytes += Number(local_name.size(), 2) + Number(0, 2);
    bytes.append(local_name).append(entry.data).append(entry.descriptor);
    directory += Number(0x02014b50, 4) + Number(20, 1) + Number(entry.mode == 0 ? 0 : 3, 1) + Number(20, 2) +
                 Number(entry.flags, 2) + Number(entry.method, 2) + Number(0, 4);
    directory += sums;
    directory += Number(entry.name.size(), 2) + Number(entry.extra.size(), 2) + Number(0, 2) + Number(0, 4) +
                 Number(static_cast<std::uint64_t>(entry.mode) << 16U, 4) + Number(offset, 4);
    directory.append(entry.name).append(entry.extra);
  }
  const std::uint64_t count = archive.count_is != 0 ? archive.count_is : archive.entries.size();
  const std::uint64_t offset = archive.offset_is != 0 ? archive.offset_is : bytes.size();
  const std::uint64_t size = archive.size_is != 0 ? archive.size_is : directory.size();
  const std::string end = Number(0x06054b50, 4) + Number(archive.disk, 2) + Number(archive.disk, 2) + Number(count, 2) +
                          Number(count, 2) + Number(size, 4) + Number(offset, 4) + Number(archive.comment.size(), 2) +
                          archive.comment;
  return archive.before + bytes + directory + end + archive.behind;
}

std::ptrdiff_t Count(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

std::string Read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void PackageTest::SetUp() {
  std::string folder = (fs::temp_directory_path() / "tandem-package-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  folder_ = folder;
  options_.cache_dir = (folder_ / "cache").string();
}

void PackageTest::TearDown() {
  fs::remove_all(folder_);
}

std::string PackageTest::File(const std::string& bytes) {
  std::string path = (folder_ / ("package" + std::to_string(++zips_) + ".zip")).string();
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string PackageTest::Zip(const std::vector<Entry>& entries) {
  std::string path = (folder_ / ("package" + std::to_string(++zips_) + ".zip")).string();
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, &error);
  for (const Entry& entry : entries) {
    zip_source_t* source = zip_source_buffer(archive, entry.content.data(), entry.content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (entry.mode != 0) {
      zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX,
                                       static_cast<zip_uint32_t>(entry.mode) << 16U);
    }
  }
  EXPECT_EQ(zip_close(archive), 0) << zip_strerror(archive);
  return path;
}

void PackageTest::ExpectRefused(const std::string& path, const std::string& why) {
  const auto package = OpenPackage(path, options_);
  ASSERT_FALSE(package.ok()) << why;
  EXPECT_EQ(package.status().code(), Code::kInvalidArgument);
  EXPECT_NE(package.status().message().find(why), std::string::npos) << package.status().message();
  EXPECT_EQ(package.status().message().find('\n'), std::string::npos) << "one line";
  EXPECT_LT(package.status().message().size(), 500U) << "one clear line";
  EXPECT_TRUE(!fs::exists(packages()) || fs::is_empty(packages())) << "K-15: no file is left behind";
  EXPECT_FALSE(fs::exists(folder_ / "escaped")) << "K-15";
}

fs::path PackageTest::ExpectFile(const std::string& path, const std::string& name, const std::string& content) {
  const auto package = OpenPackage(path, options_);
  EXPECT_TRUE(package.ok()) << package.status().message();
  if (!package.ok()) return {};
  EXPECT_EQ(Read(fs::path(package->root) / name), content);
  return package->root;
}

}  // namespace tandem::test
