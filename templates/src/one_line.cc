#include "templates/one_line.h"

#include <cstdint>

namespace tandem::templates {
namespace {

std::string Hex(std::uint32_t code, int digits) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (int at = digits - 1; at >= 0; --at) text += kHex[code >> (4U * static_cast<unsigned>(at)) & 0xFU];
  return text;
}

// How `text` begins, where that is a control character or a line break; escape is empty otherwise.
struct Control {
  std::size_t size = 1;
  std::string escape;
};

Control ControlAt(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0U; };
  const std::uint32_t first = byte(0);
  if (first == '\n') return {1, "\\n"};
  if (first < 0x20 || first == 0x7F) return {1, "\\x" + Hex(first, 2)};
  if (first == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return {2, "\\u" + Hex(byte(1), 4)};
  if (first == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) {
    return {3, "\\u" + Hex(0x2000U + (byte(2) & 0x3FU), 4)};
  }
  return {};
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Control control = ControlAt(text);
    line += control.escape.empty() ? std::string(text.substr(0, 1)) : control.escape;
    text.remove_prefix(control.size);
  }
  return line;
}

}  // namespace tandem::templates
