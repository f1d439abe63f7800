// `tandem list`: the functions of a template.
#ifndef TANDEM_CLI_LIST_H_
#define TANDEM_CLI_LIST_H_

#include <string>
#include <vector>

namespace tandem::cli {

// Returns the exit status.
int RunList(const std::vector<std::string>& arguments);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_LIST_H_
