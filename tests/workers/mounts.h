// Mounts: whether environments have /tmp and /opt of their own here.
#ifndef TANDEM_TESTS_WORKERS_MOUNTS_H_
#define TANDEM_TESTS_WORKERS_MOUNTS_H_

#include <cstdlib>
#include <string_view>

#include "workers/supervisor/containment.h"

namespace tandem::test {

// With TANDEM_TEST_MOUNTS=none the caller has made it so that they have none.
inline bool Mounts() {
  const char* const mounts = std::getenv("TANDEM_TEST_MOUNTS");
  if (mounts != nullptr && std::string_view(mounts) == "none") return false;
  return workers::CanMount(workers::BestContainment());
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_MOUNTS_H_
