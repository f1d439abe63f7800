#include <string>
#include <utility>
#include <vector>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "host/api/settings.h"
#include "host/api/view.h"

namespace tandem::host {
namespace {

std::string IncludedAlready(std::string_view version) {
  return std::string("Invalid function version ")
      .append(version)
      .append(". Function version ")
      .append(version)
      .append(" is already included in routing configuration.");
}

// A-47, and whether the versions are there.
ApiResult<bool> CheckRouting(const ApiCall& call, const StoredFunction& function, const Alias& alias) {
  const auto missing = [&](const std::string& version) {
    return NotFound("Function not found: " + FunctionArn(call.account, function.name, version));
  };
  if (VersionNamed(&function, alias.function_version) == nullptr) return missing(alias.function_version);
  if (alias.weights.size() > 1) {
    return InvalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  }
  for (const auto& [version, weight] : alias.weights) {
    if (alias.function_version == "$LATEST" || version == "$LATEST") {
      return InvalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
    }
    if (version == alias.function_version) {
      return InvalidParameter(IncludedAlready(version));
    }
    if (weight < 0 || weight > 1) return InvalidParameter("Weights have to be between 0.0 and 1.0.");
    if (VersionNamed(&function, version) == nullptr) return missing(version);
  }
  return true;
}

//
ApiResult<bool> CheckTexts(const Alias& alias) {
  Constraints constraints;
  const std::string& version = alias.function_version;
  if (version != "$LATEST" && !IsVersionNumber(version)) {
    constraints.Violated("functionVersion", version,
                         "Member must satisfy regular expression pattern: (\\$LATEST|[0-9]+)");
  }
  constraints.CheckLength("description", alias.description, kLongestDescription);
  if (!constraints.ok()) return constraints.error();
  return true;
}

// What the request says of an alias; what it does not say stays.
ApiResult<bool> TakeAlias(const Json::Value& request, Alias& alias) {
  for (const auto& [name, member] :
       {std::pair("FunctionVersion", &Alias::function_version), std::pair("Description", &Alias::description)}) {
    const Json::Value& given = request[name];
    if (given.isNull()) continue;
    if (!given.isString()) return WrongJsonType(name);
    alias.*member = given.asString();
  }
  if (const auto checked = CheckTexts(alias); !checked) return checked;
  const Json::Value& routing = request["RoutingConfig"];
  if (routing.isNull()) return true;
  if (!routing.isObject()) return WrongJsonType("RoutingConfig");
  const Json::Value& weights = routing["AdditionalVersionWeights"];
  if (!weights.isNull() && !weights.isObject()) return WrongJsonType("AdditionalVersionWeights");
  alias.weights.clear();
  for (const std::string& version : weights.getMemberNames()) {
    if (!weights[version].isNumeric()) return WrongJsonType("AdditionalVersionWeights");
    alias.weights[version] = weights[version].asDouble();
  }
  return true;
}

ApiError NoAlias(const ApiCall& call, const std::string& name, const std::string& alias) {
  return NotFound("Cannot find alias arn: " + FunctionArn(call.account, name, alias));
}

}  // namespace

ApiResult<HttpResponse> PublishVersion(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  std::shared_ptr<const FunctionVersion> published;
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    if (const auto revision = CheckRevision(*request, function.latest->revision_id); !revision) return revision.error();
    const std::string sha256 = (*request)["CodeSha256"].asString();
    if (!sha256.empty() && sha256 != function.latest->code_sha256) {
      return InvalidParameter("CodeSHA256 (" + sha256 + ") is different from current CodeSHA256 in $LATEST (" +
                              function.latest->code_sha256 + "). Please try again with the CodeSHA256 in $LATEST.");
    }
    const std::string description = (*request)["Description"].asString();
    published = Publish(function, (*request)["Description"].isString() ? &description : nullptr);
    return true;
  });
  if (!changed) return changed.error();
  return JsonResponse(201, ConfigurationView(call.account, reference->name, *published, published->version));
}

ApiResult<HttpResponse> ListVersionsByFunction(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  std::vector<std::shared_ptr<const FunctionVersion>> versions = {(*function)->latest};
  for (const auto& [number, version] : (*function)->versions) versions.push_back(version);
  const auto page = PageOf(call, versions.size());
  if (!page) return page.error();
  Json::Value answer(Json::objectValue);
  Json::Value& list = answer["Versions"] = Json::Value(Json::arrayValue);
  for (std::size_t i = page->begin; i < page->begin + page->count; ++i) {
    list.append(
        ConfigurationView(call.account, reference->name, *versions[i], versions[i]->version, StateMembers::kLeftOut));
  }
  SetNextMarker(answer, *page, versions.size());
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> CreateAlias(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  Alias alias;
  alias.name = (*request)["Name"].asString();
  Constraints constraints;
  if (!IsAliasName(alias.name)) {
    constraints.Violated("name", alias.name,
                         "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)");
  }
  if (!(*request)["FunctionVersion"].isString()) constraints.Missing("functionVersion");
  if (!constraints.ok()) return constraints.error();
  if (const auto taken = TakeAlias(*request, alias); !taken) return taken.error();
  alias.revision_id = NewRevisionId();
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    if (function.aliases.contains(alias.name)) {
      return Conflict("Alias already exists: " + FunctionArn(call.account, function.name, alias.name));
    }
    if (const auto checked = CheckRouting(call, function, alias); !checked) return checked.error();
    function.aliases[alias.name] = alias;
    return true;
  });
  if (!changed) return changed.error();
  return JsonResponse(201, AliasView(call.account, reference->name, alias));
}

ApiResult<HttpResponse> GetAlias(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const auto alias = (*function)->aliases.find(call.parameters[1]);
  if (alias == (*function)->aliases.end()) return NoAlias(call, reference->name, call.parameters[1]);
  return JsonResponse(200, AliasView(call.account, reference->name, alias->second));
}

ApiResult<HttpResponse> ListAliases(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const std::string version = call.Query("FunctionVersion");
  std::vector<const Alias*> aliases;
  for (const auto& [name, alias] : (*function)->aliases) {
    if (version.empty() || alias.function_version == version) aliases.push_back(&alias);
  }
  const auto page = PageOf(call, aliases.size());
  if (!page) return page.error();
  Json::Value answer(Json::objectValue);
  Json::Value& list = answer["Aliases"] = Json::Value(Json::arrayValue);
  for (std::size_t i = page->begin; i < page->begin + page->count; ++i) {
    list.append(AliasView(call.account, reference->name, *aliases[i]));
  }
  SetNextMarker(answer, *page, aliases.size());
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> UpdateAlias(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  Alias updated;
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    const auto found = function.aliases.find(call.parameters[1]);
    if (found == function.aliases.end()) return NoAlias(call, function.name, call.parameters[1]);
    updated = found->second;
    if (const auto revision = CheckRevision(*request, updated.revision_id); !revision) return revision.error();
    if (const auto taken = TakeAlias(*request, updated); !taken) return taken.error();
    if (const auto checked = CheckRouting(call, function, updated); !checked) return checked.error();
    updated.revision_id = NewRevisionId();
    found->second = updated;
    return true;
  });
  if (!changed) return changed.error();
  return JsonResponse(200, AliasView(call.account, reference->name, updated));
}

ApiResult<HttpResponse> DeleteAlias(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    function.aliases.erase(call.parameters[1]);  // one that is missing, too
    function.event_invoke_configs.erase(call.parameters[1]);
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

}  // namespace tandem::host
