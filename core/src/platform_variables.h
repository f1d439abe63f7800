// What the platform tells a function by environment variables.
#ifndef TANDEM_CORE_PLATFORM_VARIABLES_H_
#define TANDEM_CORE_PLATFORM_VARIABLES_H_

#include <string>
#include <string_view>

#include "tandem/runtime.h"

namespace tandem {

// Function::platform_variables of one that is not added yet.
PlatformVariables PlatformVariablesOf(const FunctionConfig& function, std::string_view runtime_identifier,
                                      const std::string& code_root, const std::string& log_stream_name);

}  // namespace tandem

#endif  // TANDEM_CORE_PLATFORM_VARIABLES_H_
