// The wire format of messages, for the few that every invocation is made of: without a message object in between.
#ifndef TANDEM_PROTO_WIRE_H_
#define TANDEM_PROTO_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace tandem::proto {

// Writes a message from its last byte to its first, so that what a message within it takes is known when its size is
// written: members are put in descending order of their numbers, as protobuf writes them in ascending order.
class WireWriter {
 public:
  static constexpr std::size_t kMostOfMember = 16;  // what a member takes at most, but for its text

  // `most`: bytes that are put, with kMostOfMember for each member.
  explicit WireWriter(std::size_t most)
      : bytes_(std::make_unique_for_overwrite<char[]>(most)), size_(most), at_(most) {}

  std::string_view bytes() const { return {bytes_.get() + at_, size()}; }
  std::size_t size() const { return size_ - at_; }

  void PutNumber(unsigned field, std::uint64_t value) {
    PutVarint(value);
    PutVarint(field << 3U);
  }
  // Nothing where it is empty.
  void PutText(unsigned field, std::string_view text) {
    if (text.empty()) return;
    at_ -= text.size();
    std::memcpy(bytes_.get() + at_, text.data(), text.size());
    PutVarint(text.size());
    PutVarint(field << 3U | 2U);
  }
  // Makes all that was put since there were `before` bytes a message that is member `field`.
  void PutMessage(unsigned field, std::size_t before) {
    PutVarint(size() - before);
    PutVarint(field << 3U | 2U);
  }

 private:
  void PutVarint(std::uint64_t value) {
    std::size_t length = 1;
    for (std::uint64_t rest = value >> 7U; rest != 0; rest >>= 7U) ++length;
    at_ -= length;
    char* to = bytes_.get() + at_;
    for (; value > 0x7FU; value >>= 7U) *to++ = static_cast<char>((value & 0x7FU) | 0x80U);
    *to = static_cast<char>(value);
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
  std::size_t at_;
};

// Reads a message as protobuf writes it: numbers and texts, in ascending order of their members' numbers, each once.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  // Goes to the next member. False: there is none, or it is of another form, which failed() says.
  bool Next() {
    if (rest_.empty()) return false;
    std::uint64_t key = 0;
    failed_ = !TakeVarint(key) || (key >> 3U) <= field_ || !TakeValue(key & 7U);
    field_ = key >> 3U;
    return !failed_;
  }
  bool failed() const { return failed_; }

  std::uint64_t field() const { return field_; }
  bool is_text() const { return is_text_; }
  std::uint64_t number() const { return number_; }
  std::string_view text() const { return text_; }

 private:
  bool TakeVarint(std::uint64_t& value) {
    for (unsigned shift = 0; shift < 63 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80U) return true;
    }
    return false;  // the largest numbers, too, which nothing here has
  }
  bool TakeValue(std::uint64_t kind) {
    constexpr std::uint64_t kVarint = 0;
    constexpr std::uint64_t kLengthDelimited = 2;
    number_ = 0;
    is_text_ = kind == kLengthDelimited;
    if ((!is_text_ && kind != kVarint) || !TakeVarint(number_)) return false;
    if (!is_text_) return true;
    if (number_ > rest_.size()) return false;
    text_ = rest_.substr(0, number_);
    rest_.remove_prefix(number_);
    return true;
  }

  std::string_view rest_;
  std::uint64_t field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view text_;
  bool is_text_ = false;
  bool failed_ = false;
};

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_WIRE_H_
