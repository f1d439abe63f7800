// Standby: a process that has a loader in memory, and gets its function later.
#ifndef TANDEM_WORKERS_WORKER_STANDBY_H_
#define TANDEM_WORKERS_WORKER_STANDBY_H_

#include "tandem/v1/worker.pb.h"
#include "workers/channel.h"

namespace tandem::workers {

// Starts the loader, says that the process stands by, and waits for the message that makes it its function's: then the
// process has the function's variables, and is as it would be if it had been started with them. Returns 0 then, and
// goes on as a worker; else the process's exit status: kZygoteRefuses, where it differs in a way that a handler could
// see.
//
// Threads: one, the process's initial one; the loader is called on one of its own, as by a worker that is executed.
// The host looks whether the process has said something meanwhile.
int StandBy(Channel& channel, const v1::StandBy& message);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_STANDBY_H_
