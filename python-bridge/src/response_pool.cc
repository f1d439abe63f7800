#include "response_pool.h"

#include <mutex>
#include <vector>

namespace tandem::python {
namespace {

constexpr size_t kKept = 8;
constexpr size_t kLargestKept = size_t{4} << 20;

struct Pool {
  Pool() { buffers.reserve(kKept); }

  std::mutex mutex;
  std::vector<std::unique_ptr<Buffer>> buffers;
};

// Never destroyed: the host may release a response while the process exits.
Pool& ThePool() {
  static Pool* const pool = new Pool();
  return *pool;
}

}  // namespace

std::unique_ptr<Buffer> ResponsePool::Take() {
  Pool& pool = ThePool();
  const std::scoped_lock lock(pool.mutex);
  if (pool.buffers.empty()) return std::make_unique<Buffer>();
  std::unique_ptr<Buffer> buffer = std::move(pool.buffers.back());
  pool.buffers.pop_back();
  return buffer;
}

void ResponsePool::Release(void* buffer) {
  std::unique_ptr<Buffer> returned(static_cast<Buffer*>(buffer));
  if (returned->capacity() > kLargestKept) return;
  Pool& pool = ThePool();
  const std::scoped_lock lock(pool.mutex);
  if (pool.buffers.size() < kKept) pool.buffers.push_back(std::move(returned));
}

}  // namespace tandem::python
