// Compares what a target did with what a case expects.
#ifndef TANDEM_CONFORMANCE_VERDICT_H_
#define TANDEM_CONFORMANCE_VERDICT_H_

#include <string>
#include <string_view>
#include <vector>

#include "conformance/result.h"
#include "conformance/suite.h"

namespace tandem::conformance {

// Everything that differs; empty: it is as expected.
std::vector<Difference> Compare(const Expectation& expected, const Observation& seen);

// How an invocation has ended, in the words of a report: "the response 1", "the function error KeyError: 'a'".
std::string EndOf(const Observation& seen);

// Why a value is no expectation: "$near wants a number, not a string", with where in it; empty: it is one.
std::string ReasonAgainst(const Json::Value& expected);

// The same for a regular expression.
std::string ReasonAgainstPattern(const std::string& pattern);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_VERDICT_H_
