// `tandem invoke`: one invocation in this process.
#ifndef TANDEM_CLI_INVOKE_H_
#define TANDEM_CLI_INVOKE_H_

#include <string>
#include <vector>

namespace tandem::cli {

// Returns the exit status where it does not end the process itself.
int RunInvoke(const std::vector<std::string>& arguments);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_INVOKE_H_
