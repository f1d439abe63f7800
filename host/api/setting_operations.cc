#include <algorithm>
#include <string>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"

namespace tandem::host {
namespace {

constexpr std::int64_t kCodeSizeUnzipped = 262'144'000;
constexpr std::int64_t kCodeSizeZipped = 52'428'800;
constexpr std::int64_t kTotalCodeSize = 80'530'636'800;

// The function that a tagged ARN means.
ApiResult<FunctionReference> TaggedFunction(const ApiCall& call) {
  const auto reference = ParseFunctionReference(call.parameters.front(), {}, call.account);
  if (!reference) return reference.error();
  if (!reference->qualifier.empty()) {
    return InvalidParameter("Tags on function aliases and versions are not supported. Please specify a function ARN.");
  }
  return *reference;
}

}  // namespace

ApiResult<HttpResponse> PutFunctionConcurrency(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const Json::Value& asked = (*request)["ReservedConcurrentExecutions"];
  Constraints constraints;
  if (!asked.isInt()) {
    constraints.Missing("reservedConcurrentExecutions");
  } else if (asked.asInt() < 0) {
    constraints.Violated("reservedConcurrentExecutions", asked.asString(),
                         "Member must have value greater than or equal to 0");
  }
  if (!constraints.ok()) return constraints.error();
  const int reserved = asked.asInt();
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    function.reserved_concurrency = reserved;
    return true;
  });
  if (!changed) return changed.error();
  Json::Value answer(Json::objectValue);
  answer["ReservedConcurrentExecutions"] = reserved;
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> GetFunctionConcurrency(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  Json::Value answer(Json::objectValue);
  if ((*function)->reserved_concurrency) answer["ReservedConcurrentExecutions"] = *(*function)->reserved_concurrency;
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> DeleteFunctionConcurrency(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    function.reserved_concurrency.reset();
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

ApiResult<HttpResponse> TagResource(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = TaggedFunction(call);
  if (!reference) return reference.error();
  const Json::Value& tags = (*request)["Tags"];
  if (!tags.isObject()) {
    Constraints constraints;
    constraints.Missing("tags");
    return constraints.error();
  }
  for (const std::string& key : tags.getMemberNames()) {
    if (!tags[key].isString()) return WrongJsonType("Tags");
  }
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    for (const std::string& key : tags.getMemberNames()) function.tags[key] = tags[key].asString();
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

ApiResult<HttpResponse> UntagResource(const ApiContext& context, const ApiCall& call) {
  const auto reference = TaggedFunction(call);
  if (!reference) return reference.error();
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    for (const auto& [name, key] : call.target.query) {
      if (name == "tagKeys") function.tags.erase(key);
    }
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

ApiResult<HttpResponse> ListTags(const ApiContext& context, const ApiCall& call) {
  const auto reference = TaggedFunction(call);
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  Json::Value answer(Json::objectValue);
  Json::Value& tags = answer["Tags"] = Json::Value(Json::objectValue);
  for (const auto& [key, value] : (*function)->tags) tags[key] = value;
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> GetAccountSettings(const ApiContext& context, const ApiCall&) {
  Json::Value answer(Json::objectValue);
  Json::Value& limit = answer["AccountLimit"];
  limit["TotalCodeSize"] = static_cast<Json::Int64>(kTotalCodeSize);
  limit["CodeSizeUnzipped"] = static_cast<Json::Int64>(kCodeSizeUnzipped);
  limit["CodeSizeZipped"] = static_cast<Json::Int64>(kCodeSizeZipped);
  const auto most = static_cast<std::int64_t>(context.concurrency.most());
  std::int64_t reserved = 0;
  std::int64_t size = 0;
  std::int64_t count = 0;
  for (const auto& function : context.store.List({}, SIZE_MAX)) {
    ++count;
    reserved += function->reserved_concurrency.value_or(0);
    size += function->latest->code_size;
    for (const auto& [number, version] : function->versions) size += version->code_size;
  }
  for (const auto& layer : context.store.ListLayers({}, SIZE_MAX)) {
    for (const auto& [number, version] : layer->versions) size += version->content.code_size;
  }
  limit["ConcurrentExecutions"] = static_cast<Json::Int64>(most);
  limit["UnreservedConcurrentExecutions"] = static_cast<Json::Int64>(std::max<std::int64_t>(most - reserved, 0));
  answer["AccountUsage"]["TotalCodeSize"] = static_cast<Json::Int64>(size);
  answer["AccountUsage"]["FunctionCount"] = static_cast<Json::Int64>(count);
  return JsonResponse(200, answer);
}

}  // namespace tandem::host
