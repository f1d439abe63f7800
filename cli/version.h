// `tandem --version`.
#ifndef TANDEM_CLI_VERSION_H_
#define TANDEM_CLI_VERSION_H_

namespace tandem::cli {

// Prints the version, the commit and the loaders that are installed. Returns the exit status.
int PrintVersion();

}  // namespace tandem::cli

#endif  // TANDEM_CLI_VERSION_H_
