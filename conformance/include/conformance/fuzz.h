// Looks for events on which the implementations of a function differ.
#ifndef TANDEM_CONFORMANCE_FUZZ_H_
#define TANDEM_CONFORMANCE_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "conformance/run.h"

namespace tandem::conformance {

struct FuzzOptions {
  std::size_t events = 1000;  // for each function
  std::uint64_t seed = 1;     // the same one makes the same events of the same suite
};

// Sends events like those of a function's cases to all of its implementations on all targets. Answers are alike where
// both are equal JSON, but for what the cases' expectations leave to matchers; or both are function errors, of the same
// type and message where the implementation is the same. The first event on which they are not is made as small as it
// gets while they still differ. Without any event that both answer, with a response or the same error message, they
// differ, too. Each function has a result for each implementation on each target but the first one, which the others
// are compared with. What a target does not serve, or nothing can be compared with, is in the results as skipped.
Run FuzzSuites(const std::vector<Suite>& suites, const std::vector<std::unique_ptr<Target>>& targets,
               const RunOptions& options, const FuzzOptions& fuzz);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_FUZZ_H_
