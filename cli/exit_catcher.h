// User code that ends the process, caught.
#ifndef TANDEM_CLI_EXIT_CATCHER_H_
#define TANDEM_CLI_EXIT_CATCHER_H_

#include "invocation_end.h"

namespace tandem::cli {

// From here on exit() and _exit(), whoever calls them, are the function's end and not ours (E-40, E-43, E-44):
// System.exit, Runtime.halt and os._exit come down to these. Children that user code forks end as they like.
void CatchExit(InvocationEnd& end);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_EXIT_CATCHER_H_
