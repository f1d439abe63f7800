// The hard end of an invocation that does not yield at its deadline.
#ifndef TANDEM_CLI_WATCHDOG_H_
#define TANDEM_CLI_WATCHDOG_H_

#include <chrono>

#include "invocation_end.h"
#include "progress.h"

namespace tandem::cli {

// Ends the process by InvocationEnd::TimeOut shortly after the deadline that core asks the handler to keep, on a thread
// of its own. The init phase has 10 s and then counts under the timeout (E-35). A timeout of 0 needs no watchdog.
void StartWatchdog(std::chrono::milliseconds timeout, std::chrono::milliseconds grace, Progress& progress,
                   InvocationEnd& end);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_WATCHDOG_H_
