// `tandem runtimes`: the interpreters and JDKs of this machine.
#ifndef TANDEM_CLI_RUNTIMES_H_
#define TANDEM_CLI_RUNTIMES_H_

#include <string>
#include <vector>

namespace tandem::cli {

// Returns the exit status.
int RunRuntimes(const std::vector<std::string>& arguments);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_RUNTIMES_H_
