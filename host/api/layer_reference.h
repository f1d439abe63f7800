// How requests name layers, and what a function's layers are.
#ifndef TANDEM_HOST_API_LAYER_REFERENCE_H_
#define TANDEM_HOST_API_LAYER_REFERENCE_H_

#include <json/value.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/api/call.h"
#include "host/api/error.h"
#include "host/api/function_reference.h"
#include "host/function_store.h"

namespace tandem::host {

// "arn:aws:lambda:<region>:<account>:layer:<name>", with ":<number>" where a version is meant.
std::string LayerArn(const Account& account, std::string_view name);
std::string LayerArn(const Account& account, std::string_view name, std::uint64_t number);

// The name of the layer that a name or an ARN means. Errors: ValidationException; ResourceNotFoundException for
// another region's or account's ARN.
ApiResult<std::string> ParseLayerName(std::string_view text, const Account& account);

struct LayerVersionReference {
  std::string name;
  std::uint64_t number = 0;
};
// A version's number, as paths have it. Errors: ValidationException; InvalidParameterValueException for one below 1.
ApiResult<std::uint64_t> ParseLayerNumber(std::string_view text);
// The ARN of a version. Errors: as ParseLayerName.
ApiResult<LayerVersionReference> ParseLayerVersionArn(std::string_view text, const Account& account);

// The version that a call's first two parameters name. Errors: as ParseLayerName and ParseLayerNumber.
ApiResult<LayerVersionReference> LayerVersionOf(const ApiCall& call);

// The version of a layer; null where there is none. As long as somebody has it, its package stays.
std::shared_ptr<const LayerVersion> FindLayerVersion(const FunctionStore& store, const LayerVersionReference& version);

// The packages of a function's layers, which stay as long as `uses` live.
struct FunctionLayers {
  std::vector<PackageReference> packages;
  std::vector<std::shared_ptr<const LayerVersion>> uses;
};
// `arns`: what a request says of a function's Layers; null: nothing. Errors: A-53.
ApiResult<FunctionLayers> ResolveLayers(const FunctionStore& store, const Json::Value& arns, const Account& account);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_LAYER_REFERENCE_H_
