// JSON values beside what is expected of them.
#ifndef TANDEM_CONFORMANCE_JSON_MATCH_H_
#define TANDEM_CONFORMANCE_JSON_MATCH_H_

#include <json/value.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/result.h"

namespace tandem::conformance {

// Null where `text` is no JSON, has a member twice, or is nested more deeply than 1,000. Integers of more than 64 bits
// are compared and shown with all of their digits.
std::optional<Json::Value> ValueOf(std::string_view text);

// One line, members in alphabetical order.
std::string LineOf(const Json::Value& value);

// Everything in which `seen` is not as `expected` says, at most kMostJsonDifferences of it. Numbers are equal where
// their values are.
constexpr std::size_t kMostJsonDifferences = 20;
std::vector<Difference> CompareJson(const Json::Value& expected, const Json::Value& seen);

// How far two values may differ that the same matcher takes.
struct Leeway {
  bool is_any = false;        // in everything
  bool is_unordered = false;  // arrays: in the order
  double distance = 0;        // of numbers
};
using Leeways = std::map<std::string, Leeway>;  // by the way to the value, "$.items[].id"

// Adds those of the matchers in `expected`. What has a type may still be but one value of it.
void CollectLeeways(const Json::Value& expected, Leeways& leeways);

// The same of two values, none of which has matchers.
std::vector<Difference> CompareValues(const Json::Value& one, const Json::Value& other, const Leeways& leeways);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_JSON_MATCH_H_
