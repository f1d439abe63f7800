// The deployment package that a request brings or names.
#ifndef TANDEM_HOST_API_PACKAGE_SOURCE_H_
#define TANDEM_HOST_API_PACKAGE_SOURCE_H_

#include <json/value.h>

#include "host/api/context.h"
#include "host/api/error.h"
#include "host/function_store.h"

namespace tandem::host {

// Keeps the package of a request: that in ZipFile, or the file that S3Bucket and S3Key name below the server's folder.
// `code`: the object that has them, of a function or a layer. Errors: InvalidParameterValueException, for what is no
// package A-18, for one that is too large A-19, for what is not in the folder that of S3.
ApiResult<FunctionStore::KeptPackage> TakePackage(const ApiContext& context, const Json::Value& code);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_PACKAGE_SOURCE_H_
