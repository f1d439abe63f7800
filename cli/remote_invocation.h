// `tandem invoke --endpoint`: a function that a server has.
#ifndef TANDEM_CLI_REMOTE_INVOCATION_H_
#define TANDEM_CLI_REMOTE_INVOCATION_H_

#include "invoke_request.h"

namespace tandem::cli {

// Invokes the function by the Lambda API, and prints as an invocation here does: the response to standard output, the
// log's tail to standard error. Returns the exit status.
int InvokeRemotely(const InvokeRequest& request);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_REMOTE_INVOCATION_H_
