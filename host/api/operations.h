// The operations of the Lambda API that this server has, by their names in the API's model.
#ifndef TANDEM_HOST_API_OPERATIONS_H_
#define TANDEM_HOST_API_OPERATIONS_H_

#include "host/api/call.h"
#include "host/api/context.h"
#include "host/api/error.h"
#include "host/http/message.h"

namespace tandem::host {

using Operation = ApiResult<HttpResponse> (*)(ApiContext& context, const ApiCall& call);

// function_operations.cc
ApiResult<HttpResponse> CreateFunction(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunction(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunctionConfiguration(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListFunctions(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateFunctionCode(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateFunctionConfiguration(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteFunction(ApiContext& context, const ApiCall& call);

// version_operations.cc
ApiResult<HttpResponse> PublishVersion(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListVersionsByFunction(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> CreateAlias(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetAlias(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListAliases(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateAlias(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteAlias(ApiContext& context, const ApiCall& call);

// setting_operations.cc
ApiResult<HttpResponse> PutFunctionConcurrency(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunctionConcurrency(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteFunctionConcurrency(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> TagResource(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UntagResource(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListTags(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetAccountSettings(ApiContext& context, const ApiCall& call);

// invoke_operation.cc
ApiResult<HttpResponse> Invoke(ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> InvokeWithResponseStream(ApiContext& context, const ApiCall& call);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_OPERATIONS_H_
