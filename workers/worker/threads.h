// Threads with the stack that handlers expect.
#ifndef TANDEM_WORKERS_WORKER_THREADS_H_
#define TANDEM_WORKERS_WORKER_THREADS_H_

#include <functional>

#include "tandem/status.h"

namespace tandem::workers {

// Runs `task` on `count` threads at once and waits for all of them. Their stacks have 8 MiB, which Python's recursion
// limits are made for and which a JVM's guard pages do not shrink as they do the initial thread's. Errors: kInternal
// when a thread cannot be started; those that could have run then.
Status RunOnThreads(int count, const std::function<void()>& task);

// The same on one thread, without waiting. Signals that can be handled elsewhere are not handled on it.
Status StartThread(std::function<void()> task);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_THREADS_H_
