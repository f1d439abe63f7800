// The environment variables of a function's worker.
#ifndef TANDEM_WORKERS_FUNCTION_VARIABLES_H_
#define TANDEM_WORKERS_FUNCTION_VARIABLES_H_

#include <string>
#include <vector>

#include "tandem/function.h"
#include "tandem/registry.h"

namespace tandem::workers {

// "NAME=value": what the platform says, and the function's own, which replace what is not reserved. None
// of the host's. `layers` are the function's, where they are not in /opt.
std::vector<std::string> FunctionVariables(const FunctionConfig& function, const std::vector<std::string>& layers,
                                           const RuntimeSelection& runtime, const std::string& code_root,
                                           const std::string& log_stream_name);

// The same variables for a process with this log stream.
std::vector<std::string> WithLogStream(std::vector<std::string> variables, const std::string& log_stream_name);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_FUNCTION_VARIABLES_H_
