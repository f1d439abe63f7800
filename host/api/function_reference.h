// FunctionReference: how a request names a function.
#ifndef TANDEM_HOST_API_FUNCTION_REFERENCE_H_
#define TANDEM_HOST_API_FUNCTION_REFERENCE_H_

#include <string>
#include <string_view>

#include "host/api/error.h"

namespace tandem::host {

// Whose ARNs these are.
struct Account {
  std::string region;
  std::string id;
};

// A function, and the version or alias that is meant.
struct FunctionReference {
  std::string name;
  std::string qualifier;  // "$LATEST", a number or an alias; empty: none was given
};

// "arn:aws:lambda:<region>:<account>:function:<name>", with ":<qualifier>" where there is one.
std::string FunctionArn(const Account& account, std::string_view name, std::string_view qualifier = {});

// Reads the forms of I-09: name, name:qualifier, account:function:name, ARNs with and without qualifier. `qualifier` is
// the query's; empty: none. Errors: ValidationException for what is no name, I-10, and I-11 for another
// region's ARN.
ApiResult<FunctionReference> ParseFunctionReference(std::string_view text, std::string_view qualifier,
                                                    const Account& account);

//
bool IsVersionNumber(std::string_view text);
bool IsAliasName(std::string_view text);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_FUNCTION_REFERENCE_H_
