// What Runtime::Add asks of a FunctionConfig before it looks at the package.
#ifndef TANDEM_CORE_CONFIG_CHECK_H_
#define TANDEM_CORE_CONFIG_CHECK_H_

#include "tandem/function.h"
#include "tandem/status.h"

namespace tandem {

// Errors: kInvalidArgument, naming the function and the member that is wrong.
Status CheckConfig(const FunctionConfig& config);

}  // namespace tandem

#endif  // TANDEM_CORE_CONFIG_CHECK_H_
