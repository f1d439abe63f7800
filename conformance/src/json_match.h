// JSON values beside what is expected of them.
#ifndef TANDEM_CONFORMANCE_JSON_MATCH_H_
#define TANDEM_CONFORMANCE_JSON_MATCH_H_

#include <json/value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/result.h"

namespace tandem::conformance {

// Null where `text` is no JSON, or nested more deeply than 1,000.
std::optional<Json::Value> ValueOf(std::string_view text);

// One line, members in alphabetical order.
std::string LineOf(const Json::Value& value);

// Everything in which `seen` is not as `expected` says, at most kMostJsonDifferences of it. Numbers are equal where
// their values are.
constexpr std::size_t kMostJsonDifferences = 20;
std::vector<Difference> CompareJson(const Json::Value& expected, const Json::Value& seen);

// The same of two values, none of which has matchers.
std::vector<Difference> CompareValues(const Json::Value& one, const Json::Value& other);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_JSON_MATCH_H_
