// From the C API's structs to those of the C++ API.
#ifndef TANDEM_CORE_C_API_ARGUMENTS_H_
#define TANDEM_CORE_C_API_ARGUMENTS_H_

#include <string>
#include <string_view>

#include "tandem/event.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/runtime.h"
#include "tandem/status.h"
#include "tandem/tandem.h"

namespace tandem::c_api {

// What the errors of a call begin with, in all of these: kInvalidArgument, with the argument in the message.
Status Wrong(std::string_view call, std::string_view argument, std::string_view what);

// Without its log_sink.
Result<RuntimeOptions> RuntimeOptionsOf(const tandem_runtime_options* given);
// What is left at its default, or NULL, is as `base` has it.
Result<FunctionConfig> FunctionConfigOf(std::string_view call, const tandem_load_options* given,
                                        FunctionConfig base = {});

struct Call {
  Event event;
  InvokeOptions options;
};
Result<Call> CallOf(tandem_bytes payload, const tandem_invoke_options* given);

Result<std::string> RequestIdOf(std::string_view call, tandem_bytes given);

}  // namespace tandem::c_api

#endif  // TANDEM_CORE_C_API_ARGUMENTS_H_
