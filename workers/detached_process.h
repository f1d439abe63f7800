// Starting a program that is no child of this process.
#ifndef TANDEM_WORKERS_DETACHED_PROCESS_H_
#define TANDEM_WORKERS_DETACHED_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "tandem/status.h"

namespace tandem::workers {

// Executes `arguments`, whose first is the program's path, with `channel` as descriptor kSupervisorChannel, all
// signals blocked, and few of this process's variables. It is nobody's child here: whether this process ignores SIGCHLD
// or waits for any child does not matter to it, and no SIGCHLD tells of it. Threads: any, of a process with others.
// Errors: kUnavailable where the program cannot be executed.
Result<pid_t> StartDetached(const std::vector<std::string>& arguments, int channel);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_DETACHED_PROCESS_H_
