#include "templates/utf8.h"

#include <charconv>
#include <cstdint>

namespace tandem::templates {
namespace {

constexpr std::size_t kEscape = 6;  // \uXXXX

std::uint8_t ByteAt(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0;
}

bool Continues(std::string_view bytes, std::size_t at) {
  return (ByteAt(bytes, at) & 0xC0U) == 0x80U;
}

// Of those that YAML does not allow.
bool IsControl(std::uint8_t byte) {
  return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

// The length of the character at `at`; 0: it is none.
std::size_t CharacterSize(std::string_view bytes, std::size_t at) {
  const std::uint8_t first = ByteAt(bytes, at);
  const std::uint8_t second = ByteAt(bytes, at + 1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !Continues(bytes, at + 1)) return 0;
  if (first < 0xE0) return 2;
  if (!Continues(bytes, at + 2)) return 0;
  if (first < 0xF0) return (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ? 0 : 3;
  if (!Continues(bytes, at + 3)) return 0;
  return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90) ? 0 : 4;
}

// The code of the \uXXXX at `at`; 0: there is none.
std::uint32_t EscapeAt(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + kEscape || bytes.substr(at, 2) != "\\u") return 0;
  std::uint32_t code = 0;
  const char* const digits = bytes.data() + at + 2;
  const auto [end, error] = std::from_chars(digits, digits + 4, code, 16);
  return error == std::errc() && end == digits + 4 ? code : 0;
}

void AppendUtf8(std::string& text, std::uint32_t code) {
  text += static_cast<char>(0xF0U | code >> 18U);
  text += static_cast<char>(0x80U | (code >> 12U & 0x3FU));
  text += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
  text += static_cast<char>(0x80U | (code & 0x3FU));
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = CharacterSize(bytes, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::size_t FindNonText(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = CharacterSize(bytes, at);
    if (size == 0 || IsControl(ByteAt(bytes, at))) return at;
    at += size;
  }
  return std::string_view::npos;
}

std::string JoinSurrogates(std::string_view bytes) {
  const std::size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || bytes[begin] != '{') return std::string(bytes);
  std::string joined;
  joined.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint32_t high = EscapeAt(bytes, at);
    const std::uint32_t low = EscapeAt(bytes, at + kEscape);
    if (high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
      AppendUtf8(joined, 0x10000U + ((high - 0xD800U) << 10U) + (low - 0xDC00U));
      at += 2 * kEscape;
    } else {
      // What follows a backslash belongs to it.
      const std::size_t size = bytes[at] == '\\' && at + 1 < bytes.size() ? 2 : 1;
      joined += bytes.substr(at, size);
      at += size;
    }
  }
  return joined;
}

}  // namespace tandem::templates
