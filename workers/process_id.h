// ProcessId: getpid(), for those who ask at every turn whether they are in a fork.
#ifndef TANDEM_WORKERS_PROCESS_ID_H_
#define TANDEM_WORKERS_PROCESS_ID_H_

#include <sys/types.h>

namespace tandem::workers {

// This process's id, also in a fork, whoever has made it and by whatever call, without a system call but for the first
// time in each. A child that shares its parent's memory, as vfork's does, is told its parent's. Threads: any.
pid_t ProcessId();

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_PROCESS_ID_H_
