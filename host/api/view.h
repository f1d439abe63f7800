// The API's answers about functions.
#ifndef TANDEM_HOST_API_VIEW_H_
#define TANDEM_HOST_API_VIEW_H_

#include <json/value.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "host/api/function_reference.h"
#include "host/function_store.h"

namespace tandem::host {

// Whether the State and LastUpdateStatus members are there, which those of lists lack.
enum class StateMembers : std::uint8_t { kShown, kLeftOut };

// FunctionConfiguration. `qualifier` is shown in the ARN; empty: none.
Json::Value ConfigurationView(const Account& account, const std::string& name, const FunctionVersion& version,
                              std::string_view qualifier, StateMembers state = StateMembers::kShown);
// AliasConfiguration.
Json::Value AliasView(const Account& account, const std::string& name, const Alias& alias);

// now.
std::string LastModifiedNow();
//
std::string NewRevisionId();

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_VIEW_H_
