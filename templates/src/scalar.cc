#include "scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace tandem::templates {
namespace {

constexpr std::string_view kDigits = "0123456789";

constexpr std::array<std::string_view, 9> kTrue = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::array<std::string_view, 9> kFalse = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};

template <std::size_t kSize>
bool IsOneOf(std::string_view text, const std::array<std::string_view, kSize>& words) {
  return !text.empty() && std::find(words.begin(), words.end(), text) != words.end();
}

// Whether there is something and all of it is of these characters.
bool IsAll(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::string WithoutUnderscores(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  return digits;
}

// Digits with underscores between them.
std::optional<std::uint64_t> InBase(std::string_view text, int base) {
  const std::string digits = WithoutUnderscores(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// 190:20:30, each part after the first below 60.
std::optional<std::uint64_t> Sexagesimal(std::string_view text) {
  if (text.find(':') == std::string_view::npos || text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  for (bool first = true; !text.empty(); first = false) {
    const std::string_view part = text.substr(0, text.find(':'));
    const bool last = part.size() == text.size();
    text.remove_prefix(last ? text.size() : part.size() + 1);
    if ((!last && text.empty()) || !IsAll(part, first ? "0123456789_" : kDigits)) return std::nullopt;
    const auto number = InBase(part, 10);
    if (!number || (!first && (part.size() > 2 || *number > 59)) || value > (UINT64_MAX - 59) / 60) return std::nullopt;
    value = value * 60 + *number;
  }
  return value;
}

// Without its sign. Nullopt: no integer, or a larger one than anybody means.
std::optional<std::string> ReadInteger(std::string_view text) {
  std::optional<std::uint64_t> value;
  if (text.starts_with("0b")) {
    if (IsAll(text.substr(2), "01_")) value = InBase(text.substr(2), 2);
  } else if (text.starts_with("0x")) {
    if (IsAll(text.substr(2), "0123456789abcdefABCDEF_")) value = InBase(text.substr(2), 16);
  } else if (text.size() > 1 && text.front() == '0') {
    if (IsAll(text, "01234567_")) value = InBase(text, 8);
  } else if (IsAll(text, "0123456789_") && text.front() != '_') {
    return WithoutUnderscores(text);  // of any size
  } else {
    value = Sexagesimal(text);
  }
  if (!value) return std::nullopt;
  return std::to_string(*value);
}

// 1.10, .5, 1_000.5, 1.5e+3, without the sign; an exponent has a sign.
bool LooksFloat(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view whole = text.substr(0, dot);
  std::string_view fraction = text.substr(dot + 1);
  if (const std::size_t e = fraction.find_first_of("eE"); e != std::string_view::npos) {
    const std::string_view exponent = fraction.substr(e + 1);
    if (exponent.size() < 2 || (exponent[0] != '+' && exponent[0] != '-')) return false;
    if (!IsAll(exponent.substr(1), kDigits)) return false;
    fraction = fraction.substr(0, e);
  }
  if (!fraction.empty() && !IsAll(fraction, "0123456789_")) return false;
  if (whole.empty()) return !fraction.empty() && fraction.front() != '_';
  return IsAll(whole, "0123456789_") && whole.front() != '_';
}

std::optional<std::string> ReadFloat(std::string_view text) {
  if (!LooksFloat(text)) return std::nullopt;
  const std::string digits = WithoutUnderscores(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  std::array<char, 64> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string shortest(buffer.data(), written.ptr);
  if (shortest.find_first_not_of(kDigits) == std::string::npos) shortest += ".0";
  return shortest;
}

}  // namespace

Scalar ReadScalar(const TreeNode& node) {
  const std::string& text = node.text;
  if (!node.plain) return {Scalar::Kind::kText, text};
  if (text.empty() || IsOneOf(text, kNull)) return {Scalar::Kind::kNull, ""};
  if (IsOneOf(text, kTrue)) return {Scalar::Kind::kBoolean, "true"};
  if (IsOneOf(text, kFalse)) return {Scalar::Kind::kBoolean, "false"};
  const bool has_sign = text.front() == '-' || text.front() == '+';
  const std::string sign = text.front() == '-' ? "-" : "";
  const std::string_view digits = std::string_view(text).substr(has_sign ? 1 : 0);
  if (digits.empty()) return {Scalar::Kind::kText, text};
  if (auto integer = ReadInteger(digits)) return {Scalar::Kind::kInteger, sign + *integer};
  if (auto number = ReadFloat(digits)) return {Scalar::Kind::kFloat, sign + *number};
  return {Scalar::Kind::kText, text};
}

std::string TextOf(const TreeNode& node) {
  return ReadScalar(node).text;
}

std::optional<std::int64_t> IntegerOf(const TreeNode& node) {
  if (!node.is_scalar()) return std::nullopt;
  const std::string text = TextOf(node);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace tandem::templates
