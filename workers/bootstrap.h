// Bootstrap: the program that a function with the runtime `provided` brings along.
#ifndef TANDEM_WORKERS_BOOTSTRAP_H_
#define TANDEM_WORKERS_BOOTSTRAP_H_

#include <string>
#include <vector>

namespace tandem::workers {

// Why there is no process of a bootstrap (E-51).
struct EntrypointFailure {
  std::string reason;   // as the service has it
  std::string hint;     // what to do about it; empty: nothing is known
  int exit_status = 0;  // what a shell would give: 126, 127
};

// K-18. What there is, or why it cannot be used.
struct Bootstrap {
  std::string path;  // empty: there is none
  EntrypointFailure failure;
};

// The executable file `bootstrap` of the package, else of its layers, the last of which goes first (K-11), else of
// /opt.
Bootstrap FindBootstrap(const std::string& code_root, const std::vector<std::string>& layers);

// A bootstrap that the system does not execute, for a reason of its own: "Exec format error".
EntrypointFailure DescribeExecFailure(const std::string& path, std::string reason);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_BOOTSTRAP_H_
