// BegunInvoke: an Invoke, from its request to its response, with or without a thread that waits.
#ifndef TANDEM_HOST_API_BEGUN_INVOKE_H_
#define TANDEM_HOST_API_BEGUN_INVOKE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <variant>

#include "host/api/call.h"
#include "host/api/context.h"
#include "host/api/invocation.h"
#include "host/http/message.h"
#include "tandem/runtime.h"

namespace tandem::host {

// Threads: one at a time. Lifetime: the context and the call's request outlive it.
class BegunInvoke {
 public:
  using Begun = std::variant<ApiResult<HttpResponse>, std::unique_ptr<BegunInvoke>>;

  BegunInvoke(const ApiContext& context, ApiCall call, AskedInvocation asked);

  // Never waits: what cannot begin so begins with Finish.
  static Begun Begin(const ApiContext& context, ApiCall call);

  const ApiCall& call() const { return call_; }
  // As PendingResponse has them.
  PendingResponse::Source source() const;
  std::chrono::steady_clock::time_point due() const;
  PendingResponse::Progress Look();
  // Once.
  ApiResult<HttpResponse> Finish();

 private:
  // Errors: TooManyRequestsException. Nothing has happened where it has to wait.
  std::optional<ApiError> TryBegin();

  const ApiContext& context_;
  const ApiCall call_;
  const AskedInvocation asked_;
  std::optional<RunningInvocation> running_;
  std::unique_ptr<BegunInvocation> begun_;  // null: it has to wait
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_BEGUN_INVOKE_H_
