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
// and patterns stays so where it still fits; durations stay as they are. Where the suite says whose answers they are,
// that becomes the evidence of these.
SuiteUpdate UpdateSuite(const Suite& suite, const std::vector<CaseResult>& results);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_UPDATE_H_
