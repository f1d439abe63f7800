// Writes into a suite what was seen.
#ifndef TANDEM_CONFORMANCE_UPDATE_H_
#define TANDEM_CONFORMANCE_UPDATE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "conformance/result.h"
#include "conformance/suite.h"

namespace tandem::conformance {

struct SuiteUpdate {
  std::string text;               // the suite's, with all else as it was
  std::size_t cases = 0;          // how many have another expectation
  std::vector<std::string> left;  // what has to be written by hand, a line each with its place
};

// Makes what was seen of a suite's cases, on one target, their expectations. What an old expectation leaves to matchers
// and patterns stays so where it still fits; what is expected of the log and of durations stays as it is. Where the
// suite says whose answers it has, that becomes the evidence of these for each language of which no case is missing.
// The text stays the old one where the new one would be no suite.
SuiteUpdate UpdateSuite(const Suite& suite, const std::vector<CaseResult>& results);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_UPDATE_H_
