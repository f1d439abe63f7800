// ApiContext: what the operations of the Lambda API work on.
#ifndef TANDEM_HOST_API_CONTEXT_H_
#define TANDEM_HOST_API_CONTEXT_H_

#include <chrono>
#include <functional>
#include <string>

#include "host/api/function_reference.h"
#include "host/api/isolation_check.h"
#include "host/api/settings.h"
#include "host/async_invocations.h"
#include "host/concurrency.h"
#include "host/deployments.h"
#include "host/function_store.h"
#include "tandem/package.h"
#include "tandem/runtime.h"

namespace tandem::host {

// Threads: each member is for any thread. Lifetime: the server's; nothing is owned.
struct ApiContext {
  Account account;                   // where no request says another region
  std::string endpoint;              // "127.0.0.1:9001"
  std::string s3_folder;             // whose folders are buckets; empty: there is none
  std::chrono::seconds event_retry;  // after an event's first failure; twice as much after the second (I-17)
  PackageOptions packages;           // with which functions' and layers' packages are unpacked
  CheckRuntime check_runtime;
  InlineUse inline_use;
  // In the server's log, what a function's user would not expect of it.
  std::function<void(const std::string& function, const std::string& warning)> warn;
  Runtime& runtime;
  FunctionStore& store;
  Deployments& deployments;
  Concurrency& concurrency;
  AsyncInvocations& async;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_CONTEXT_H_
