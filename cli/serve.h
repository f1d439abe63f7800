// `tandem serve`: the Lambda API on this machine.
#ifndef TANDEM_CLI_SERVE_H_
#define TANDEM_CLI_SERVE_H_

#include <string>
#include <vector>

namespace tandem::cli {

// Serves until SIGTERM or SIGINT. Returns the exit status.
int RunServe(const std::vector<std::string>& arguments);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_SERVE_H_
