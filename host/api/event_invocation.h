// Events: invocations that are accepted now and run later.
#ifndef TANDEM_HOST_API_EVENT_INVOCATION_H_
#define TANDEM_HOST_API_EVENT_INVOCATION_H_

#include "host/api/invocation.h"

namespace tandem::host {

// Where no EventInvokeConfig says otherwise, and the most that one may say (I-18).
inline constexpr int kMostEventRetries = 2;
inline constexpr int kLongestEventAge = 21'600;  // seconds

// Accepts an invocation of the type Event (I-02). It is run when there is a thread for it, by the version that its
// qualifier means then (I-26). One that fails is run again, twice where nobody says otherwise, with the same request id
// (I-17); one that finds no place, or no environment, is tried again at growing intervals until it is too old (I-19).
// Events that are given up are said in the server's log. Errors: J-52; TooManyRequestsException where as many wait as
// may.
ApiResult<bool> AcceptEvent(const ApiContext& context, AskedInvocation asked);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_EVENT_INVOCATION_H_
