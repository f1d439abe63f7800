#include "report_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "templates/utf8.h"

namespace tandem::conformance {
namespace {

struct PointRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Line breaks, and what changes the direction of the text around it.
constexpr std::array<PointRange, 7> kNeverShown = {{{0x00, 0x1F},
                                                    {0x7F, 0x9F},
                                                    {0x061C, 0x061C},
                                                    {0x200B, 0x200F},
                                                    {0x2028, 0x202E},
                                                    {0x2060, 0x206F},
                                                    {0xFEFF, 0xFEFF}}};
// Marks that stand on the character before.
constexpr std::array<PointRange, 6> kWithoutColumns = {
    {{0x0300, 0x036F}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
// East Asian characters, and pictures.
constexpr std::array<PointRange, 8> kOfTwoColumns = {{{0x1100, 0x115F},
                                                      {0x2E80, 0x303E},
                                                      {0x3041, 0xA4CF},
                                                      {0xAC00, 0xD7A3},
                                                      {0xF900, 0xFAFF},
                                                      {0xFE30, 0xFE6F},
                                                      {0xFF00, 0xFF60},
                                                      {0x1F300, 0x3FFFD}}};

template <std::size_t kSize>
bool IsPointIn(const std::array<PointRange, kSize>& ranges, std::uint32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [point](const PointRange& each) { return point >= each.first && point <= each.last; });
}

bool IsContinuation(char unit) {
  return (static_cast<std::uint8_t>(unit) & 0xC0U) == 0x80U;
}

// Of the sequence that a first byte announces.
std::size_t AnnouncedSize(std::uint8_t byte) {
  if (byte < 0xC0U) return 1;
  return byte < 0xE0U ? 2 : byte < 0xF0U ? 3 : 4;
}

std::uint32_t PointOf(std::string_view sequence) {
  std::uint32_t point = static_cast<std::uint8_t>(sequence.front());
  if (sequence.size() > 1) point &= 0xFFU >> (sequence.size() + 1);
  for (const char unit : sequence.substr(1)) point = point << 6U | (static_cast<std::uint8_t>(unit) & 0x3FU);
  return point;
}

std::string EscapeOf(std::uint32_t point) {
  if (point == '\n') return "\\n";
  if (point == '\r') return "\\r";
  if (point == '\t') return "\\t";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), point < 0x80 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(point));
  return text.data();
}

Character Escaped(std::size_t size, std::string escape) {
  return {size, escape.size(), std::move(escape)};
}

}  // namespace

Character FirstCharacter(std::string_view text) {
  const auto byte = static_cast<std::uint8_t>(text.front());
  if (byte >= ' ' && byte < 0x7F) return {};
  const std::string_view sequence = text.substr(0, AnnouncedSize(byte));
  if (!templates::IsUtf8(sequence)) {
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\x%02x", byte);
    return Escaped(1, escape.data());
  }
  const std::uint32_t point = PointOf(sequence);
  const bool is_no_character = (point & 0xFFFEU) == 0xFFFEU;
  if (is_no_character || IsPointIn(kNeverShown, point)) return Escaped(sequence.size(), EscapeOf(point));
  if (IsPointIn(kWithoutColumns, point)) return {sequence.size(), 0, ""};
  return {sequence.size(), IsPointIn(kOfTwoColumns, point) ? 2U : 1U, ""};
}

std::string Visible(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Character next = FirstCharacter(text);
    line += next.escape.empty() ? text.substr(0, next.size) : next.escape;
    text.remove_prefix(next.size);
  }
  return line;
}

std::size_t ColumnsOf(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character next = FirstCharacter(text);
    columns += next.columns;
    text.remove_prefix(next.size);
  }
  return columns;
}

std::string VisibleWithin(std::string_view text, std::size_t width) {
  std::string line;
  std::size_t columns = 0;
  std::size_t fitting = 0;  // of the line, with … behind it
  while (!text.empty()) {
    const Character next = FirstCharacter(text);
    columns += next.columns;
    if (columns > width) return line.substr(0, fitting) + "…";
    line += next.escape.empty() ? text.substr(0, next.size) : next.escape;
    if (columns < width) fitting = line.size();
    text.remove_prefix(next.size);
  }
  return line;
}

void AppendMarkup(std::string& out, std::string_view text) {
  for (const char unit : text) {
    switch (unit) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += unit;
    }
  }
}

bool IsText(std::string_view text) {
  return templates::IsUtf8(text) && text.find('\0') == std::string_view::npos;
}

Apart ApartOf(std::string_view expected, std::string_view seen) {
  const std::size_t shorter = std::min(expected.size(), seen.size());
  Apart apart{0, expected.size(), seen.size()};
  while (apart.begin < shorter && expected[apart.begin] == seen[apart.begin]) ++apart.begin;
  const auto splits = [](std::string_view text, std::size_t at) {
    return at < text.size() && IsContinuation(text[at]);
  };
  while (apart.begin > 0 && (splits(expected, apart.begin) || splits(seen, apart.begin))) --apart.begin;

  std::size_t same = 0;  // at the ends
  while (same < shorter - apart.begin && expected[expected.size() - same - 1] == seen[seen.size() - same - 1]) ++same;
  while (same > 0 && IsContinuation(expected[expected.size() - same])) --same;
  apart.expected_end -= same;
  apart.seen_end -= same;
  return apart;
}

}  // namespace tandem::conformance
