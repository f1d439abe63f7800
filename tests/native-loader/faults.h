// What handlers do to the process that they run in.
#ifndef TANDEM_TESTS_NATIVE_LOADER_FAULTS_H_
#define TANDEM_TESTS_NATIVE_LOADER_FAULTS_H_

#include <string_view>

#include "handlers.h"

namespace tandem::native {

// Null when there is no such handler. Only for worker processes.
HandlerFunction FindFault(std::string_view name);

// This process is a fork that goes on as a worker, which the handler `start` tells.
void SetForked();

}  // namespace tandem::native

#endif  // TANDEM_TESTS_NATIVE_LOADER_FAULTS_H_
