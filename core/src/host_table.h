// The table of functions that every loader is handed.
#ifndef TANDEM_CORE_HOST_TABLE_H_
#define TANDEM_CORE_HOST_TABLE_H_

#include "tandem/loader_abi.h"
#include "tandem/log.h"

// Receives the log records of one function.
// Threads: any, concurrently.
struct tandem_function {
 public:
  virtual void Log(const tandem::LogRecord& record) noexcept = 0;

 protected:
  ~tandem_function() = default;
};

// What a loader passes back to the host's functions. There is nothing in it: the host's state is the process's.
struct tandem_host_context {};

namespace tandem {

// The one table of this process.
const tandem_host& HostTable();

}  // namespace tandem

#endif  // TANDEM_CORE_HOST_TABLE_H_
