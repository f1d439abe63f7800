// Mounts: whether environments have /tmp and /opt of their own here.
#ifndef TANDEM_TESTS_WORKERS_MOUNTS_H_
#define TANDEM_TESTS_WORKERS_MOUNTS_H_

#include "workers/supervisor/containment.h"

namespace tandem::test {

inline bool Mounts() {
  return workers::CanMount(workers::BestContainment());
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_MOUNTS_H_
