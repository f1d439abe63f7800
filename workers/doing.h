// What a process of this machine is doing.
#ifndef TANDEM_WORKERS_DOING_H_
#define TANDEM_WORKERS_DOING_H_

#include <sys/types.h>

#include <cstdint>

namespace tandem::workers {

enum class Doing : std::uint8_t {
  kEnds,   // the kernel takes it apart, or it is gone
  kRuns,   // a thread of it has, or would have, a processor, or waits for a disk
  kWaits,  // none has anything to do
};

// As /proc has it at this moment.
Doing DoingOf(pid_t process);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_DOING_H_
