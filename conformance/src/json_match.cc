#include "json_match.h"

#include <json/reader.h>
#include <json/writer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "conformance/verdict.h"
#include "suite_text.h"
#include "text_match.h"

namespace tandem::conformance {
namespace {

constexpr int kDeepestJson = 1000;

// The groups of RFC 9562's text form, and of RFC 3339's date and time.
constexpr char kUuid[] = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
constexpr char kTime[] =
    R"(^\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$)";

bool IsTime(const std::string& text) {
  if (!IsFoundIn(kTime, text)) return false;
  const std::chrono::year year(std::stoi(text.substr(0, 4)));
  const std::chrono::month month(std::stoi(text.substr(5, 2)));
  const std::chrono::day day(std::stoi(text.substr(8, 2)));
  return std::chrono::year_month_day(year, month, day).ok();
}

std::string_view TypeName(const Json::Value& value) {
  switch (value.type()) {
    case Json::nullValue:
      return "null";
    case Json::booleanValue:
      return "boolean";
    case Json::stringValue:
      return "string";
    case Json::arrayValue:
      return "array";
    case Json::objectValue:
      return "object";
    case Json::intValue:
    case Json::uintValue:
    case Json::realValue:
      break;
  }
  return "number";
}

constexpr std::array<std::string_view, 6> kTypeNames = {"null", "boolean", "string", "array", "object", "number"};

bool IsNumber(const Json::Value& value) {
  return TypeName(value) == "number";
}

constexpr std::string_view kCommentSigns = "//";

// The parser makes doubles of integers of more than 64 bits: these keep their digits as a comment.
void KeepDigits(std::string_view text, Json::Value& value) {
  if (value.isObject() || value.isArray()) {
    for (Json::Value& each : value) KeepDigits(text, each);
  } else if (value.type() == Json::realValue) {
    const std::ptrdiff_t begin = value.getOffsetStart();
    const std::string_view written = text.substr(begin, value.getOffsetLimit() - begin);
    if (written.find_first_of(".eE") != std::string_view::npos) return;
    value.setComment(std::string(kCommentSigns).append(written), Json::commentBefore);
  }
}

// Empty: it is no such integer.
std::string DigitsOf(const Json::Value& number) {
  const std::string comment = number.getComment(Json::commentBefore);
  return comment.empty() ? comment : comment.substr(kCommentSigns.size());
}

bool IsInteger(const std::string& digits, const Json::Value& number) {
  if (number.type() != Json::realValue) return false;  // it has 64 bits
  if (const std::string others = DigitsOf(number); !others.empty()) return digits == others;
  std::array<char, 400> text{};  // the largest double has 309 digits
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), number.asDouble(), std::chars_format::fixed, 0);
  return number.asDouble() == std::trunc(number.asDouble()) && digits == std::string_view(text.data(), end);
}

bool AreEqualNumbers(const Json::Value& one, const Json::Value& other) {
  if (const std::string digits = DigitsOf(one); !digits.empty()) return IsInteger(digits, other);
  if (const std::string digits = DigitsOf(other); !digits.empty()) return IsInteger(digits, one);
  if (one.isDouble() && !one.isIntegral()) return other.asDouble() == one.asDouble();
  if (one.isInt64() && other.isInt64()) return one.asInt64() == other.asInt64();
  if (one.isUInt64() && other.isUInt64()) return one.asUInt64() == other.asUInt64();
  return one.isIntegral() == other.isIntegral() && !one.isInt64() && !other.isInt64() &&
         one.asDouble() == other.asDouble();
}

// Walks both values, and keeps what differs with the way to it.
class JsonComparison {
 public:
  JsonComparison() = default;
  // For CompareWithLeeways, which begins at `shape`.
  explicit JsonComparison(const Leeways& leeways, std::string shape = "$")
      : leeways_(&leeways), shape_(std::move(shape)) {}

  void Compare(const Json::Value& expected, const Json::Value& seen) {
    if (IsFull()) return;
    if (const Matcher* const matcher = MatcherOf(expected)) return (this->*matcher->compare)(expected, seen);
    CompareLiteral(expected, seen, &JsonComparison::Compare);
  }

  void CompareWithoutMatchers(const Json::Value& expected, const Json::Value& seen) {
    CompareLiteral(expected, seen, &JsonComparison::CompareWithoutMatchers);
  }

  void CompareWithLeeways(const Json::Value& one, const Json::Value& other) {
    const auto found = leeways_->find(shape_);
    const Leeway leeway = found == leeways_->end() ? Leeway() : found->second;
    if (leeway.is_any) return;
    const bool are_near = leeway.distance > 0 && IsNumber(one) && IsNumber(other) &&
                          std::abs(one.asDouble() - other.asDouble()) <= leeway.distance;
    if (are_near) return;
    if (leeway.is_unordered && one.isArray() && other.isArray()) return CompareElementsInAnyOrder(one, other);
    CompareLiteral(one, other, &JsonComparison::CompareWithLeeways);
  }

  std::vector<Difference> Take() { return std::move(differences_); }

  // Why an object that looks like a matcher is none.
  std::string ReasonAgainst(const Json::Value& expected);

 private:
  using Comparer = void (JsonComparison::*)(const Json::Value& expected, const Json::Value& seen);
  struct Matcher {
    std::string_view name;
    Comparer compare;
    std::string (*reason_against)(const Json::Value& argument);
  };

  static const Matcher* MatcherOf(const Json::Value& expected);
  static const std::array<Matcher, 8>& Matchers();

  bool IsFull() const { return differences_.size() >= kMostJsonDifferences; }

  void Differ(std::string expected, std::string seen) {
    if (!IsFull()) differences_.push_back({"json at " + path_, std::move(expected), std::move(seen)});
  }

  void At(const std::string& step, const std::function<void()>& compare) {
    const std::size_t size = path_.size();
    const std::size_t shape_size = shape_.size();
    path_ += step;
    shape_ += step.starts_with('[') ? "[]" : step;
    compare();
    path_.resize(size);
    shape_.resize(shape_size);
  }

  void CompareLiteral(const Json::Value& expected, const Json::Value& seen, Comparer below);
  void CompareMembers(const Json::Value& expected, const Json::Value& seen, Comparer below);
  void CompareElements(const Json::Value& expected, const Json::Value& seen, Comparer below);

  void CompareNothing(const Json::Value& /*expected*/, const Json::Value& /*seen*/) {}
  void CompareType(const Json::Value& expected, const Json::Value& seen) {
    const std::string wanted = expected["$type"].asString();
    if (TypeName(seen) != wanted) Differ("a value of type " + wanted, LineOf(seen));
  }
  void ComparePattern(const Json::Value& expected, const Json::Value& seen) {
    const std::string pattern = expected["$pattern"].asString();
    if (!seen.isString() || !IsFoundIn(pattern, seen.asString())) Differ("a text with /" + pattern + "/", LineOf(seen));
  }
  void CompareNear(const Json::Value& expected, const Json::Value& seen) {
    const double wanted = expected["$near"].asDouble();
    const double most = expected["within"].asDouble();
    if (IsNumber(seen) && std::abs(seen.asDouble() - wanted) <= most) return;
    Differ(LineOf(expected["$near"]) + " ± " + LineOf(expected["within"]), LineOf(seen));
  }
  void CompareUuid(const Json::Value& /*expected*/, const Json::Value& seen) {
    if (!seen.isString() || !IsFoundIn(kUuid, seen.asString())) Differ("a UUID", LineOf(seen));
  }
  void CompareTime(const Json::Value& /*expected*/, const Json::Value& seen) {
    if (!seen.isString() || !IsTime(seen.asString())) Differ("a time of RFC 3339", LineOf(seen));
  }
  void CompareUnordered(const Json::Value& expected, const Json::Value& seen);
  void CompareAsWritten(const Json::Value& expected, const Json::Value& seen) {
    CompareWithoutMatchers(expected["$literal"], seen);
  }

  // Of elements of the array that is compared.
  bool AreAlike(const Json::Value& one, const Json::Value& other) const {
    if (leeways_ == nullptr) return CompareJson(one, other).empty();
    JsonComparison elements(*leeways_, shape_ + "[]");
    elements.CompareWithLeeways(one, other);
    return elements.Take().empty();
  }
  void CompareElementsInAnyOrder(const Json::Value& wanted, const Json::Value& seen);

  const Leeways* leeways_ = nullptr;
  std::string path_ = "$";
  std::string shape_ = "$";  // the path without the elements' numbers
  std::vector<Difference> differences_;
};

std::string AgainstFlag(const Json::Value& argument) {
  return argument.isBool() && argument.asBool() ? "" : "wants true";
}

std::string AgainstTypeName(const Json::Value& argument) {
  const bool is_known =
      argument.isString() && std::find(kTypeNames.begin(), kTypeNames.end(), argument.asString()) != kTypeNames.end();
  return is_known ? "" : "wants one of null, boolean, string, array, object, number";
}

std::string AgainstPatternText(const Json::Value& argument) {
  if (!argument.isString()) return "wants a regular expression, a string";
  return ReasonAgainstPattern(argument.asString());
}

std::string AgainstNumber(const Json::Value& argument) {
  return IsNumber(argument) ? "" : "wants a number";
}

std::string AgainstArray(const Json::Value& argument) {
  return argument.isArray() ? "" : "wants an array";
}

std::string AgainstNothing(const Json::Value& /*argument*/) {
  return "";
}

const std::array<JsonComparison::Matcher, 8>& JsonComparison::Matchers() {
  static constexpr std::array<Matcher, 8> kMatchers = {{
      {"$any", &JsonComparison::CompareNothing, AgainstFlag},
      {"$type", &JsonComparison::CompareType, AgainstTypeName},
      {"$pattern", &JsonComparison::ComparePattern, AgainstPatternText},
      {"$near", &JsonComparison::CompareNear, AgainstNumber},
      {"$uuid", &JsonComparison::CompareUuid, AgainstFlag},
      {"$time", &JsonComparison::CompareTime, AgainstFlag},
      {"$unordered", &JsonComparison::CompareUnordered, AgainstArray},
      {"$literal", &JsonComparison::CompareAsWritten, AgainstNothing},
  }};
  return kMatchers;
}

const JsonComparison::Matcher* JsonComparison::MatcherOf(const Json::Value& expected) {
  if (!expected.isObject()) return nullptr;
  for (const Matcher& matcher : Matchers()) {
    if (expected.isMember(std::string(matcher.name))) return &matcher;
  }
  return nullptr;
}

std::string JsonComparison::ReasonAgainst(const Json::Value& expected) {
  const auto at = [this](const std::string& reason) { return path_ + ": " + reason; };
  std::string reason;
  if (expected.isArray()) {
    for (Json::ArrayIndex i = 0; i < expected.size() && reason.empty(); ++i) {
      At("[" + std::to_string(i) + "]", [&] { reason = ReasonAgainst(expected[i]); });
    }
    return reason;
  }
  if (!expected.isObject()) return "";
  const Matcher* const matcher = MatcherOf(expected);
  if (matcher != nullptr) {
    const Json::Value& argument = expected[std::string(matcher->name)];
    const bool is_near = matcher->name == "$near";
    if (reason = matcher->reason_against(argument); !reason.empty())
      return at(std::string(matcher->name) + " " + reason);
    if (is_near && !(IsNumber(expected["within"]) && expected["within"].asDouble() >= 0)) {
      return at("$near wants a number of 0 or more beside it, within");
    }
    if (expected.size() != (is_near ? 2U : 1U)) return at(std::string(matcher->name) + " stands alone");
    if (matcher->name == "$unordered") At(".$unordered", [&] { reason = ReasonAgainst(argument); });
    return reason;
  }
  for (const std::string& name : expected.getMemberNames()) {
    if (name.starts_with('$')) {
      return at("there is no matcher " + name + "; a value with such a member is written {\"$literal\": ...}");
    }
    At("." + name, [&] { reason = ReasonAgainst(expected[name]); });
    if (!reason.empty()) return reason;
  }
  return "";
}

void JsonComparison::CompareLiteral(const Json::Value& expected, const Json::Value& seen, Comparer below) {
  const bool are_alike = TypeName(expected) == TypeName(seen);
  if (are_alike && expected.isObject()) return CompareMembers(expected, seen, below);
  if (are_alike && expected.isArray()) return CompareElements(expected, seen, below);
  if (!are_alike || (IsNumber(expected) ? !AreEqualNumbers(expected, seen) : expected != seen)) {
    Differ(LineOf(expected), LineOf(seen));
  }
}

void JsonComparison::CompareMembers(const Json::Value& expected, const Json::Value& seen, Comparer below) {
  for (const std::string& name : expected.getMemberNames()) {
    At("." + name, [&] {
      if (!seen.isMember(name)) return Differ(LineOf(expected[name]), "no such member");
      (this->*below)(expected[name], seen[name]);
    });
  }
  for (const std::string& name : seen.getMemberNames()) {
    if (!expected.isMember(name)) At("." + name, [&] { Differ("no such member", LineOf(seen[name])); });
  }
}

void JsonComparison::CompareElements(const Json::Value& expected, const Json::Value& seen, Comparer below) {
  const Json::ArrayIndex most = std::max(expected.size(), seen.size());
  for (Json::ArrayIndex i = 0; i < most && !IsFull(); ++i) {
    At("[" + std::to_string(i) + "]", [&] {
      if (i >= seen.size()) return Differ(LineOf(expected[i]), "no such element");
      if (i >= expected.size()) return Differ("no such element", LineOf(seen[i]));
      (this->*below)(expected[i], seen[i]);
    });
  }
}

void JsonComparison::CompareUnordered(const Json::Value& expected, const Json::Value& seen) {
  if (!seen.isArray()) return Differ("an array", LineOf(seen));
  CompareElementsInAnyOrder(expected["$unordered"], seen);
}

// Finds each wanted element one of its own, for as many as there are some: by augmenting paths.
class Assignment {
 public:
  using Matrix =
      std::vector<std::vector<bool>>;  // whether the wanted element of a row is like the seen one of a column

  Assignment(const Matrix& are_alike, std::size_t columns) : are_alike_(are_alike), rows_(columns, kNone) {}

  // Whether the row has a column now; all that had one keep one.
  bool Place(std::size_t row) {
    std::vector<bool> tried(rows_.size());
    return PlaceBeside(row, tried);
  }

  bool is_taken(std::size_t column) const { return rows_[column] != kNone; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  bool PlaceBeside(std::size_t row, std::vector<bool>& tried) {
    for (std::size_t column = 0; column < rows_.size(); ++column) {
      if (!are_alike_[row][column] || tried[column]) continue;
      tried[column] = true;
      if (rows_[column] != kNone && !PlaceBeside(rows_[column], tried)) continue;
      rows_[column] = row;
      return true;
    }
    return false;
  }

  const Matrix& are_alike_;
  std::vector<std::size_t> rows_;  // by column
};

void JsonComparison::CompareElementsInAnyOrder(const Json::Value& wanted, const Json::Value& seen) {
  Assignment::Matrix are_alike(wanted.size(), std::vector<bool>(seen.size()));
  Assignment assignment(are_alike, seen.size());
  for (Json::ArrayIndex i = 0; i < wanted.size(); ++i) {
    for (Json::ArrayIndex j = 0; j < seen.size(); ++j) are_alike[i][j] = AreAlike(wanted[i], seen[j]);
    if (!assignment.Place(i)) Differ("in any order: " + LineOf(wanted[i]), LineOf(seen));
  }
  for (Json::ArrayIndex j = 0; j < seen.size(); ++j) {
    if (!assignment.is_taken(j) && seen.size() > wanted.size()) Differ("no such element", LineOf(seen[j]));
  }
}

void CollectLeewaysAt(const std::string& shape, const Json::Value& expected, Leeways& leeways) {
  if (expected.isArray()) {
    for (const Json::Value& each : expected) CollectLeewaysAt(shape + "[]", each, leeways);
  }
  if (!expected.isObject()) return;
  for (const char* const matcher : {"$any", "$uuid", "$time", "$pattern"}) {
    if (expected.isMember(matcher)) leeways[shape].is_any = true;
  }
  if (expected.isMember("$near")) {  // one may lie below, the other above
    double& distance = leeways[shape].distance;
    distance = std::max(distance, 2 * expected["within"].asDouble());
  }
  if (expected.isMember("$unordered")) {
    leeways[shape].is_unordered = true;
    CollectLeewaysAt(shape, expected["$unordered"], leeways);
  }
  for (const std::string& name : expected.getMemberNames()) {
    if (!name.starts_with('$')) CollectLeewaysAt(std::string(shape).append(".").append(name), expected[name], leeways);
  }
}

std::string QuotedText(const Json::Value& text) {
  static const Json::StreamWriterBuilder kBuilder = [] {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    builder["emitUTF8"] = true;
    return builder;
  }();
  return Json::writeString(kBuilder, text);
}

// As few digits as it takes to read the same number again.
std::string ShortestNumber(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

void AppendLine(const Json::Value& value, std::string& line) {
  const char* separator = "";
  if (value.isObject()) {
    line += '{';
    for (const std::string& name : value.getMemberNames()) {
      line.append(std::exchange(separator, ", ")).append(QuotedText(name)).append(": ");
      AppendLine(value[name], line);
    }
    line += '}';
  } else if (value.isArray()) {
    line += '[';
    for (const Json::Value& each : value) {
      line += std::exchange(separator, ", ");
      AppendLine(each, line);
    }
    line += ']';
  } else if (value.type() == Json::realValue) {
    const std::string digits = DigitsOf(value);
    line += digits.empty() ? ShortestNumber(value.asDouble()) : digits;
  } else {
    line += QuotedText(value);
  }
}

}  // namespace

std::optional<Json::Value> ValueOf(std::string_view text) {
  if (FindTextDefect(text)) return std::nullopt;
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["strictRoot"] = false;
  builder["skipBom"] = false;
  builder["stackLimit"] = kDeepestJson;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value value;
  try {
    if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr)) return std::nullopt;
  } catch (const Json::Exception&) {
    return std::nullopt;  // nested too deeply
  }
  KeepDigits(text, value);
  return value;
}

std::string LineOf(const Json::Value& value) {
  std::string line;
  AppendLine(value, line);
  return line;
}

std::vector<Difference> CompareJson(const Json::Value& expected, const Json::Value& seen) {
  JsonComparison comparison;
  comparison.Compare(expected, seen);
  return comparison.Take();
}

void CollectLeeways(const Json::Value& expected, Leeways& leeways) {
  CollectLeewaysAt("$", expected, leeways);
}

std::vector<Difference> CompareValues(const Json::Value& one, const Json::Value& other, const Leeways& leeways) {
  JsonComparison comparison(leeways);
  comparison.CompareWithLeeways(one, other);
  return comparison.Take();
}

std::string ReasonAgainst(const Json::Value& expected) {
  return JsonComparison().ReasonAgainst(expected);
}

}  // namespace tandem::conformance
