// The settings of a function: what a client says about it, checked.
#ifndef TANDEM_HOST_API_SETTINGS_H_
#define TANDEM_HOST_API_SETTINGS_H_

#include <json/value.h>

#include <cstddef>
#include <functional>
#include <string>

#include "host/api/error.h"

namespace tandem::host {

// A setting that no client sees: the region that the function was created in.
inline constexpr char kRegionSetting[] = "_Region";

inline constexpr std::size_t kLongestDescription = 256;

// Whether a function may have the runtime identifier; what its user should be told of it, or "". Errors: A-20 for one
// that does not exist; InvalidParameterValueException for one that this server does not serve.
using CheckRuntime = std::function<ApiResult<std::string>(const std::string& identifier)>;

// Whether it is a list of one of the API's architectures. Errors: ValidationException, SerializationException.
ApiResult<bool> CheckArchitectures(const Json::Value& architectures);

// The settings of a new function: the members of the request that are settings, with the defaults for the others
// . Unknown members are passed over. Errors: ValidationException for shapes and ranges,
// InvalidParameterValueException for runtimes, environments; SerializationException for members of
// another JSON type.
ApiResult<Json::Value> NewSettings(const Json::Value& request, const CheckRuntime& check);

// The same with what the request changes.
ApiResult<Json::Value> ChangedSettings(const Json::Value& settings, const Json::Value& request,
                                       const CheckRuntime& check);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_SETTINGS_H_
