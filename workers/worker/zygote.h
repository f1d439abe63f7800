// Zygote: a process that has a loader in memory, and no function: its forks are workers.
#ifndef TANDEM_WORKERS_WORKER_ZYGOTE_H_
#define TANDEM_WORKERS_WORKER_ZYGOTE_H_

#include "tandem/v1/worker.pb.h"
#include "workers/channel.h"

namespace tandem::workers {

// Does what the supervisor at the other end of the channel says until that closes it. Each worker is forked by a
// keeper, which is forked from this process and the supervisor's child, and goes on from here, without executing a
// program.
//
// Returns the process's exit status: 0, or one of protocol.h. A process that cannot be forked so that the fork is what
// its program would be is none: one with a second thread, one whose loader has said something, has opened a file or has
// set a variable.
// Threads: one, the process's initial one.
int RunZygote(Channel& channel, const v1::PrepareToFork& message);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_ZYGOTE_H_
