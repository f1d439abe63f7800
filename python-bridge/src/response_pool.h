// Response buffers that travel to the host and come back.
#ifndef TANDEM_PYTHON_RESPONSE_POOL_H_
#define TANDEM_PYTHON_RESPONSE_POOL_H_

#include <memory>

#include "buffer.h"

namespace tandem::python {

// A few buffers kept for reuse, so that a large response is neither copied nor allocated afresh.
// Threads: any; no GIL needed.
class ResponsePool {
 public:
  // From this size on a response is handed over; below, the host copies it.
  static constexpr size_t kHandOver = 16384;

  static std::unique_ptr<Buffer> Take();
  // A tandem_result's release function; the argument is the Buffer.
  static void Release(void* buffer);
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_RESPONSE_POOL_H_
