// ApiContext: what the operations of the Lambda API work on.
#ifndef TANDEM_HOST_API_CONTEXT_H_
#define TANDEM_HOST_API_CONTEXT_H_

#include <string>

#include "host/api/function_reference.h"
#include "host/api/settings.h"
#include "host/async_invocations.h"
#include "host/concurrency.h"
#include "host/deployments.h"
#include "host/function_store.h"
#include "tandem/runtime.h"

namespace tandem::host {

// Threads: each member is for any thread. Lifetime: the server's; nothing is owned.
struct ApiContext {
  Account account;       // where no request says another region
  std::string endpoint;  // "127.0.0.1:9001"
  KnowsRuntime knows_runtime;
  Runtime& runtime;
  FunctionStore& store;
  Deployments& deployments;
  Concurrency& concurrency;
  AsyncInvocations& async;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_CONTEXT_H_
