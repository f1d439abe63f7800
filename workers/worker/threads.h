// Threads with the stack that handlers expect.
#ifndef TANDEM_WORKERS_WORKER_THREADS_H_
#define TANDEM_WORKERS_WORKER_THREADS_H_

#include <cstdint>
#include <functional>

#include "tandem/status.h"

namespace tandem::workers {

// Runs `task` on `count` threads at once and waits for all of them. Their stacks have 8 MiB, which Python's recursion
// limits are made for and which a JVM's guard pages do not shrink as they do the initial thread's. Errors: kInternal
// when a thread cannot be started; those that could have run then.
Status RunOnThreads(int count, const std::function<void()>& task);

// Which signals are handled on a thread.
enum class Signals : std::uint8_t {
  kAny,
  kOwn,  // those that what it does itself raises
};

// The same on one thread, without waiting.
Status StartThread(std::function<void()> task, Signals signals);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_THREADS_H_
