// The operations of the Lambda API that this server has, by their names in the API's model.
#ifndef TANDEM_HOST_API_OPERATIONS_H_
#define TANDEM_HOST_API_OPERATIONS_H_

#include "host/api/call.h"
#include "host/api/context.h"
#include "host/api/error.h"
#include "host/http/message.h"

namespace tandem::host {

using Operation = ApiResult<HttpResponse> (*)(const ApiContext& context, const ApiCall& call);

// function_operations.cc
ApiResult<HttpResponse> CreateFunction(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunction(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunctionConfiguration(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListFunctions(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateFunctionCode(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateFunctionConfiguration(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteFunction(const ApiContext& context, const ApiCall& call);

// version_operations.cc
ApiResult<HttpResponse> PublishVersion(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListVersionsByFunction(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> CreateAlias(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetAlias(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListAliases(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateAlias(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteAlias(const ApiContext& context, const ApiCall& call);

// setting_operations.cc
ApiResult<HttpResponse> PutFunctionConcurrency(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunctionConcurrency(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteFunctionConcurrency(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> TagResource(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UntagResource(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListTags(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetAccountSettings(const ApiContext& context, const ApiCall& call);

// event_invoke_operations.cc
ApiResult<HttpResponse> PutFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> UpdateFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListFunctionEventInvokeConfigs(const ApiContext& context, const ApiCall& call);

// policy_operations.cc
ApiResult<HttpResponse> AddPermission(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetPolicy(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> RemovePermission(const ApiContext& context, const ApiCall& call);

ApiResult<HttpResponse> AddLayerVersionPermission(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetLayerVersionPolicy(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> RemoveLayerVersionPermission(const ApiContext& context, const ApiCall& call);

// layer_operations.cc
ApiResult<HttpResponse> PublishLayerVersion(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetLayerVersion(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> GetLayerVersionByArn(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListLayers(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> ListLayerVersions(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> DeleteLayerVersion(const ApiContext& context, const ApiCall& call);

// invoke_operation.cc
ApiResult<HttpResponse> Invoke(const ApiContext& context, const ApiCall& call);
ApiResult<HttpResponse> InvokeWithResponseStream(const ApiContext& context, const ApiCall& call);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_OPERATIONS_H_
