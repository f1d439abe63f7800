// Runs suites on targets.
#ifndef TANDEM_CONFORMANCE_RUN_H_
#define TANDEM_CONFORMANCE_RUN_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/report.h"
#include "conformance/suite.h"
#include "conformance/target.h"

namespace tandem::conformance {

// Which cases are run, and who is told of it.
struct RunOptions {
  std::vector<std::string> languages;  // none: all
  std::vector<std::string> tags;       // a case has one of them; none: all
  // How many results there are so far, how many there will be, and which comes next.
  std::function<void(std::size_t done, std::size_t total, const CaseResult& next)> on_progress;
  std::function<bool()> is_stopped;  // asked before each: true leaves out the rest
};

// Each case in each language on each target. What a target does not serve is in the results as skipped.
Run RunSuites(const std::vector<Suite>& suites, const std::vector<std::unique_ptr<Target>>& targets,
              const RunOptions& options);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_RUN_H_
