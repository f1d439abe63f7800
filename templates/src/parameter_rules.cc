#include "parameter_rules.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <regex>

#include "scalar.h"
#include "stack.h"

namespace tandem::templates {
namespace {

constexpr std::size_t kMaxPattern = 200;
constexpr std::size_t kMaxMatched = 256;
constexpr std::size_t kMaxRepeated = 1000;

std::optional<double> NumberOf(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A limit that is declared; nothing where there is none, or it is no number.
std::optional<double> Limit(const TreeNode& declared, std::string_view name) {
  const Entry* entry = declared.Find(name);
  return entry != nullptr && entry->value->is_scalar() ? NumberOf(TextOf(*entry->value)) : std::nullopt;
}

bool IsIn(double value, const TreeNode& declared, std::string_view least, std::string_view most) {
  return value >= Limit(declared, least).value_or(value) && value <= Limit(declared, most).value_or(value);
}

std::size_t CharactersIn(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Whether the pattern's counts, as in a{2,5}, come to too much. Counts in one another multiply, so all do here.
bool RepeatsTooMuch(const std::string& pattern) {
  std::size_t product = 1;
  for (std::size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
    std::size_t most = 1;
    const char* at = pattern.data() + open + 1;
    const char* const last = pattern.data() + pattern.size();
    for (bool more = true; more; ++at) {
      std::size_t count = 0;
      const auto [end, error] = std::from_chars(at, last, count);
      if (error == std::errc::result_out_of_range) return true;
      if (error == std::errc()) most = std::max(most, count);
      at = end;
      more = at != last && *at == ',';
    }
    if (most > kMaxRepeated / product) return true;
    product *= most;
  }
  return false;
}

bool Matches(const std::string& value, const std::string& pattern) {
  const bool is_ascii = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0; });
  if (pattern.empty() || pattern.size() > kMaxPattern || value.size() > kMaxMatched || !is_ascii ||
      RepeatsTooMuch(pattern)) {
    return true;
  }
  try {
    // Polynomial: without the way back over the value that can take for ever.
    return std::regex_match(value, std::regex(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial));
  } catch (const std::regex_error&) {
    return true;
  }
}

std::string ReasonAgainstForm(const std::string& value, const TreeNode& declared) {
  const std::string type = TextAt(declared, "Type");
  if (type == "Number") {
    const auto number = NumberOf(value);
    if (!number) return "is no number";
    return IsIn(*number, declared, "MinValue", "MaxValue") ? "" : "is not within its MinValue and MaxValue";
  }
  if (type != "String") return {};
  const auto length = static_cast<double>(CharactersIn(value));
  if (!IsIn(length, declared, "MinLength", "MaxLength")) return "is not as long as its MinLength and MaxLength allow";
  const std::string pattern = TextAt(declared, "AllowedPattern");
  return Matches(value, pattern) ? "" : "does not match its AllowedPattern " + pattern;
}

}  // namespace

std::size_t CostOfRules(const std::string& value, const TreeNode& declared) {
  constexpr std::size_t kFactor = 8;
  return std::min(TextAt(declared, "AllowedPattern").size(), kMaxPattern) * std::min(value.size(), kMaxMatched) *
         kFactor;
}

std::string ReasonAgainst(const std::string& value, const TreeNode& declared) {
  if (const std::string reason = ReasonAgainstForm(value, declared); !reason.empty())
    return "'" + value + "' " + reason;
  const Entry* allowed = declared.Find("AllowedValues");
  if (allowed == nullptr || !allowed->value->is_list()) return {};
  std::string all;
  for (const NodePtr& item : allowed->value->items) {
    // As it is written and as the tools read it: who writes an unquoted yes may give either.
    if (item->is_scalar() && (item->text == value || TextOf(*item) == value)) return {};
    if (item->is_scalar()) all += (all.empty() ? "" : ", ") + item->text;
  }
  return "'" + value + "' is none of its AllowedValues: " + all;
}

}  // namespace tandem::templates
