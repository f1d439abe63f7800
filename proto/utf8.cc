#include "proto/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tandem::proto {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// What a lead byte announces.
struct Lead {
  std::size_t size = 0;  // of the whole sequence; 0: no lead byte
  std::uint32_t bits = 0;
  std::uint32_t smallest = 0;  // anything below is an overlong form
};

Lead LeadOf(std::uint8_t byte) {
  if (byte < 0x80U) return {1, byte, 0};
  if ((byte & 0xE0U) == 0xC0U) return {2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0U) return {3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0U) return {4, byte & 0x07U, 0x10000};
  return {};
}

// The size of the well-formed sequence at the start of `text`, which is not empty; 0: there is none.
std::size_t SequenceSize(std::string_view text) {
  const Lead lead = LeadOf(static_cast<std::uint8_t>(text.front()));
  if (lead.size == 0 || lead.size > text.size()) return 0;
  std::uint32_t point = lead.bits;
  for (const char unit : text.substr(1, lead.size - 1)) {
    const auto byte = static_cast<std::uint8_t>(unit);
    if ((byte & 0xC0U) != 0x80U) return 0;
    point = (point << 6U) | (byte & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < lead.smallest || point > 0x10FFFF || surrogate ? 0 : lead.size;
}

// Where the first byte is that is not ASCII, or a little before.
std::size_t SkipAscii(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::uint64_t eight = 0;
  for (; text.size() - at >= sizeof eight; at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & kHighBits) != 0) break;
  }
  return at;
}

// The size of the longest well-formed start of `text`.
std::size_t ValidPrefix(std::string_view text) {
  std::size_t at = 0;
  while ((at = SkipAscii(text, at)) < text.size()) {
    const std::size_t size = SequenceSize(text.substr(at));
    if (size == 0) break;
    at += size;
  }
  return at;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  return ValidPrefix(text) == text.size();
}

std::string ToUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t valid = ValidPrefix(text);
    out.append(text.substr(0, valid));
    if (valid == text.size()) return out;
    out.append(kReplacement);
    text.remove_prefix(valid + 1);
  }
}

}  // namespace tandem::proto
