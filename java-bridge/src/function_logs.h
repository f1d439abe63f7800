#ifndef TANDEM_JAVA_BRIDGE_FUNCTION_LOGS_H_
#define TANDEM_JAVA_BRIDGE_FUNCTION_LOGS_H_

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "tandem/loader_abi.h"

namespace tandem::java {

// Leads log records from Java threads to the host, and sees to it that a function's token is not used once the function
// is closed: threads that it left behind then write to the log of no function. Threads: safe. Removing waits for
// records of that function that are on their way.
class FunctionLogs {
 public:
  FunctionLogs(const tandem_host* host, tandem_host_context* context) : host_(host), context_(context) {}

  uint64_t Add(tandem_function* function);
  void Remove(uint64_t id);

  // Completes the record's function from `id`, 0 meaning none.
  void Write(uint64_t id, tandem_log_record record);

  const tandem_host* host() const { return host_; }

 private:
  struct Entry {
    std::shared_mutex mutex;
    tandem_function* function;
  };

  std::shared_ptr<Entry> Find(uint64_t id);

  const tandem_host* host_;
  tandem_host_context* context_;
  std::shared_mutex mutex_;
  std::unordered_map<uint64_t, std::shared_ptr<Entry>> entries_;
  uint64_t last_id_ = 0;
};

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_FUNCTION_LOGS_H_
