// Which runtime identifiers functions may have.
#ifndef TANDEM_HOST_API_RUNTIME_CHECK_H_
#define TANDEM_HOST_API_RUNTIME_CHECK_H_

#include <string>
#include <string_view>

#include "host/api/error.h"
#include "tandem/registry.h"

namespace tandem::host {

// Whether the service has, or once had, such a runtime, of whatever language: what layers may name.
bool IsRuntimeOfTheService(std::string_view identifier);

// What a user should be told of the runtime that serves the identifier; "": it is the very one, or none is there now.
// Errors: A-20 for an identifier of a language that this server has not, or which exists neither on the service nor on
// this machine (A-21: one that is out of support exists); where `match` is strict, InvalidParameterValueException, with
// those that are there, for one that this machine lacks.
ApiResult<std::string> CheckRuntimeOf(const RuntimeRegistry& registry, RuntimeMatch match,
                                      const std::string& identifier);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_RUNTIME_CHECK_H_
