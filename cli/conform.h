// `tandem conform`: suites of cases, run in each language on each target.
#ifndef TANDEM_CLI_CONFORM_H_
#define TANDEM_CLI_CONFORM_H_

#include <string>
#include <vector>

namespace tandem::cli {

// Returns the exit status.
int RunConform(const std::vector<std::string>& arguments);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_CONFORM_H_
