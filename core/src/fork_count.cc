#include "fork_count.h"

#include <pthread.h>

#include <atomic>

namespace tandem {
namespace {

std::atomic<std::uint32_t> fork_count{0};

[[maybe_unused]] const int kRegistered =
    pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

std::uint32_t ForkCount() {
  return fork_count.load(std::memory_order_relaxed);
}

}  // namespace tandem
