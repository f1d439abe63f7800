// tandem logs: what a server's function has logged.
#ifndef TANDEM_CLI_LOGS_H_
#define TANDEM_CLI_LOGS_H_

#include <string>
#include <vector>

namespace tandem::cli {

// Runs the verb with its arguments; returns the exit status.
int RunLogs(const std::vector<std::string>& arguments);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_LOGS_H_
