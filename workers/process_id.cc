#include "workers/process_id.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>

namespace tandem::workers {
namespace {

using Id = std::atomic<pid_t>;

// In memory that the kernel empties in a fork; null where it does not.
Id* MakeEmptiedInForks() {
  const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) Id(0);
  munmap(page, size);
  return nullptr;
}

// Made when the program is loaded, when there is no thread that a fork could interrupt at it.
Id* const kKnown = MakeEmptiedInForks();

}  // namespace

pid_t ProcessId() {
  if (kKnown == nullptr) return getpid();
  pid_t id = kKnown->load(std::memory_order_relaxed);
  if (id != 0) return id;
  id = getpid();
  kKnown->store(id, std::memory_order_relaxed);
  return id;
}

}  // namespace tandem::workers
