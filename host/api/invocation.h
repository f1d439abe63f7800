// Invocations, as requests ask for them and as they run.
#ifndef TANDEM_HOST_API_INVOCATION_H_
#define TANDEM_HOST_API_INVOCATION_H_

#include <memory>
#include <optional>

#include "host/api/call.h"
#include "host/api/context.h"
#include "host/inline_place.h"
#include "tandem/runtime.h"

namespace tandem::host {

struct AskedInvocation {
  std::shared_ptr<const StoredFunction> function;
  std::shared_ptr<const FunctionVersion> version;
  Event event;
  InvokeOptions options;
};

// Errors: the API's for a function that is not there, and for what is no invocation.
ApiResult<AskedInvocation> ReadInvocation(const ApiContext& context, const ApiCall& call);

// What an invocation holds while it runs. It lets go of its slot first: who has the turn next needs one.
struct RunningInvocation {
  std::shared_ptr<Deployment> deployment;
  InlinePlace::Turn turn;
  Concurrency::Slot slot;
};

// Waits for the turn of an inline function; until then it has no slot, so that those that wait keep nobody from
// running. Errors: TooManyRequestsException where a limit is reached (I-13), also one that is reached while it waits,
// or where an inline invocation does not end; InvalidZipFileException, InvalidRuntimeException or ServiceException
// where the version cannot be deployed.
ApiResult<RunningInvocation> BeginInvocation(const ApiContext& context, const StoredFunction& function,
                                             const std::shared_ptr<const FunctionVersion>& version);

// The same for a version that is deployed and has processes of its own, which waits for nothing; nothing, and nothing
// has happened: for any other.
ApiResult<std::optional<RunningInvocation>> BeginDeployedInvocation(
    const ApiContext& context, const StoredFunction& function, const std::shared_ptr<const FunctionVersion>& version);

// The turn of an inline function that somebody else has.
struct TakenTurn {
  std::shared_ptr<Deployment> of;          // null: nobody else has it
  InlinePlace::Clock::time_point overdue;  // from when on it is of no use to wait for it
};

// As BeginInvocation, for threads that others need, too: it does not wait. Where it would have to, it fails, and says
// in `taken` for what.
ApiResult<RunningInvocation> TryToBeginInvocation(const ApiContext& context, const StoredFunction& function,
                                                  const std::shared_ptr<const FunctionVersion>& version,
                                                  TakenTurn& taken);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_INVOCATION_H_
