// How often this process has been forked on its way here.
#ifndef TANDEM_CORE_FORK_COUNT_H_
#define TANDEM_CORE_FORK_COUNT_H_

#include <cstdint>

namespace tandem {

// Grows by one in every child of fork(). Where it is not what it was, other threads are gone, and a lock that one of
// them held stays locked. Threads: any.
std::uint32_t ForkCount();

}  // namespace tandem

#endif  // TANDEM_CORE_FORK_COUNT_H_
