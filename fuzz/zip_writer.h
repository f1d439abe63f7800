// Writes zip archives whose entries say what they like.
#ifndef TANDEM_FUZZ_ZIP_WRITER_H_
#define TANDEM_FUZZ_ZIP_WRITER_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::fuzz {

// A zip archive of stored entries, with checksums that are right.
class ZipWriter {
 public:
  // `mode` as a Unix system has it, with the kind of file.
  void Add(std::string_view name, std::string_view content, std::uint32_t mode) {
    const auto offset = static_cast<std::uint32_t>(bytes_.size());
    std::string common;  // what both of an entry's headers hold
    Put(common, 0, 2);   // flags
    Put(common, 0, 2);   // stored
    Put(common, 0x00210000, 4);
    Put(common, Checksum(content), 4);
    Put(common, content.size(), 4);
    Put(common, content.size(), 4);
    Put(common, name.size(), 2);
    Put(common, 0, 2);
    Put(bytes_, 0x04034b50, 4);
    Put(bytes_, 20, 2);
    bytes_ += common;
    bytes_ += name;
    bytes_ += content;
    Put(directory_, 0x02014b50, 4);
    Put(directory_, 0x0314, 2);  // by a Unix system
    Put(directory_, 20, 2);
    directory_ += common;
    Put(directory_, 0, 6);  // comment, disk, internal attributes
    Put(directory_, std::uint64_t{mode} << 16U, 4);
    Put(directory_, offset, 4);
    directory_ += name;
    ++count_;
  }

  std::string Finish() {
    const std::size_t offset = bytes_.size();
    bytes_ += directory_;
    Put(bytes_, 0x06054b50, 4);
    Put(bytes_, 0, 4);
    Put(bytes_, count_, 2);
    Put(bytes_, count_, 2);
    Put(bytes_, directory_.size(), 4);
    Put(bytes_, offset, 4);
    Put(bytes_, 0, 2);
    return bytes_;
  }

 private:
  static void Put(std::string& to, std::uint64_t number, int width) {
    for (; width > 0; --width, number >>= 8U) to += static_cast<char>(number & 0xFFU);
  }

  static std::uint32_t Checksum(std::string_view bytes) {
    std::uint32_t sum = 0xFFFFFFFF;
    for (const char byte : bytes) {
      sum ^= static_cast<std::uint8_t>(byte);
      for (int bit = 0; bit < 8; ++bit) sum = sum >> 1U ^ ((sum & 1U) != 0 ? 0xEDB88320 : 0);
    }
    return ~sum;
  }

  std::string bytes_;
  std::string directory_;
  std::uint32_t count_ = 0;
};

}  // namespace tandem::fuzz

#endif  // TANDEM_FUZZ_ZIP_WRITER_H_
