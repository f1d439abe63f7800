// The settings of a function: what a client says about it, checked.
#ifndef TANDEM_HOST_API_SETTINGS_H_
#define TANDEM_HOST_API_SETTINGS_H_

#include <json/value.h>

#include <functional>
#include <string>

#include "host/api/error.h"

namespace tandem::host {

// A setting that no client sees: the region that the function was created in.
inline constexpr char kRegionSetting[] = "_Region";

// Whether there is such a runtime identifier at all.
using KnowsRuntime = std::function<bool(const std::string& identifier)>;

// The settings of a new function: the members of the request that are settings, with the defaults for the others
// . Unknown members are passed over. Errors: ValidationException for shapes and ranges,
// InvalidParameterValueException for runtimes, environments; SerializationException for members of
// another JSON type.
ApiResult<Json::Value> NewSettings(const Json::Value& request, const KnowsRuntime& knows);

// The same with what the request changes.
ApiResult<Json::Value> ChangedSettings(const Json::Value& settings, const Json::Value& request,
                                       const KnowsRuntime& knows);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_SETTINGS_H_
