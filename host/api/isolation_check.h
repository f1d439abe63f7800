// Where a function's handlers run, as the function asks for it.
#ifndef TANDEM_HOST_API_ISOLATION_CHECK_H_
#define TANDEM_HOST_API_ISOLATION_CHECK_H_

#include <json/value.h>

#include <cstdint>

#include "host/api/error.h"
#include "tandem/function.h"

namespace tandem::host {

// The variable of a function's environment by which it asks: "process", or "inline". The API has no member for it, and
// every client can send a variable.
inline constexpr char kIsolationVariable[] = "TANDEM_ISOLATION";

// Whether functions may run in the server's process.
enum class InlineUse : std::uint8_t { kRefused, kAllowed };

// What settings that have been checked ask for; process where they say nothing.
Isolation IsolationOf(const Json::Value& settings);

// Whether the server has what they ask for. Errors: InvalidParameterValueException.
ApiResult<bool> CheckIsolation(const Json::Value& settings, InlineUse use);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_ISOLATION_CHECK_H_
