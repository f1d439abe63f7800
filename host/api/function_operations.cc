#include <algorithm>
#include <string>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/isolation_check.h"
#include "host/api/json.h"
#include "host/api/layer_reference.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "host/api/package_source.h"
#include "host/api/settings.h"
#include "host/api/view.h"
#include "tandem/function.h"

namespace tandem::host {
namespace {

// A member that says yes or no.
bool Is(const Json::Value& request, const char* name) {
  return request[name].isBool() && request[name].asBool();
}

//
ApiResult<bool> CheckRequired(const Json::Value& request) {
  Constraints constraints;
  for (const auto& [name, place] : {std::pair("FunctionName", "functionName"), std::pair("Role", "role")}) {
    const Json::Value& given = request[name];
    if (given.isNull()) constraints.Missing(place);
    if (!given.isNull() && !given.isString()) return WrongJsonType(name);
  }
  if (request["Code"].isNull()) constraints.Missing("code");
  if (!request["Code"].isNull() && !request["Code"].isObject()) return WrongJsonType("Code");
  if (!constraints.ok()) return constraints.error();
  return true;
}

// $LATEST with this package, and what else it has from `before`.
FunctionVersion WithPackage(FunctionVersion before, const FunctionStore::KeptPackage& package) {
  FunctionVersion version = std::move(before);
  version.version = "$LATEST";
  version.code_sha256 = package.code_sha256;
  version.code_size = package.code_size;
  version.last_modified = LastModifiedNow();
  version.revision_id = NewRevisionId();
  return version;
}

// The version with what a request for new code says. Errors: A-08; CheckRuntime's and CheckIsolation's, as a server
// that is strict now may have functions of before; CheckArchitectures'.
ApiResult<FunctionVersion> WithCode(const ApiContext& context, const FunctionVersion& before,
                                    const Json::Value& request, const FunctionStore::KeptPackage& package) {
  if (const auto revision = CheckRevision(request, before.revision_id); !revision) return revision.error();
  const auto runtime = context.check_runtime(before.settings["Runtime"].asString());
  if (!runtime) return runtime.error();
  const auto isolation = CheckIsolation(before.settings, context.inline_use);
  if (!isolation) return isolation.error();
  FunctionVersion changed = WithPackage(before, package);
  if (const Json::Value& architectures = request["Architectures"]; !architectures.isNull()) {
    if (const auto checked = CheckArchitectures(architectures); !checked) return checked.error();
    changed.settings["Architectures"] = architectures;
  }
  return changed;
}

std::string UsedBy(std::string_view version, std::string_view alias) {
  return std::string("Version ")
      .append(version)
      .append(" of the function is used by the alias ")
      .append(alias)
      .append(".");
}

// What a user would not expect of the function, in the server's log; at its init it is said in the function's own.
void SayWarnings(const ApiContext& context, const std::string& name, const Json::Value& settings) {
  const auto of_runtime = context.check_runtime(settings["Runtime"].asString());
  for (const std::string& warning :
       {of_runtime ? *of_runtime : std::string(), WarningOfArchitecture(settings), WarningOfIsolation(settings)}) {
    if (!warning.empty()) context.warn(name, warning);
  }
}

ApiError Exists(const std::string& name) {
  return Conflict("Function already exist: " + name);
}

}  // namespace

ApiResult<HttpResponse> CreateFunction(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  if (const auto given = CheckRequired(*request); !given) return given.error();
  const auto reference = ParseFunctionReference((*request)["FunctionName"].asString(), {}, call.account);
  if (!reference) return reference.error();
  if (!reference->qualifier.empty()) {
    return InvalidParameter("A function is created without a version or an alias, and the name has '" +
                            reference->qualifier + "'.");
  }
  auto settings = NewSettings(*request, context.check_runtime);
  if (!settings) return settings.error();
  if (const auto isolation = CheckIsolation(*settings, context.inline_use); !isolation) return isolation.error();
  const auto layers = ResolveLayers(context.store, (*request)["Layers"], call.account);
  if (!layers) return layers.error();
  if (context.store.Find(reference->name) != nullptr) return Exists(reference->name);
  const auto package = TakePackage(context, (*request)["Code"]);
  if (!package) return package.error();

  (*settings)[kRegionSetting] = call.account.region;
  StoredFunction function;
  function.name = reference->name;
  FunctionVersion latest;
  latest.settings = std::move(*settings);
  latest.layers = layers->packages;
  function.latest = std::make_shared<const FunctionVersion>(WithPackage(std::move(latest), *package));
  for (const std::string& key : (*request)["Tags"].getMemberNames()) {
    function.tags[key] = (*request)["Tags"][key].asString();
  }
  auto shown = function.latest;
  if (Is(*request, "Publish")) shown = Publish(function, nullptr);
  if (const Status status = context.store.Insert(std::move(function)); !status.ok()) {
    return status.code() == Code::kInvalidArgument ? Exists(reference->name) : StoreFailed(status);
  }
  SayWarnings(context, reference->name, shown->settings);
  return JsonResponse(201, ConfigurationView(call.account, reference->name, *shown, {}));
}

ApiResult<HttpResponse> GetFunction(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const auto version = FindVersion(call, **function, *reference);
  if (!version) return version.error();
  Json::Value answer(Json::objectValue);
  answer["Configuration"] = ConfigurationView(call.account, reference->name, **version, reference->qualifier);
  answer["Code"]["RepositoryType"] = "S3";
  answer["Code"]["Location"] = "file://" + context.store.PackagePath((*version)->code_sha256);
  for (const auto& [key, value] : (*function)->tags) answer["Tags"][key] = value;
  if ((*function)->reserved_concurrency) {
    answer["Concurrency"]["ReservedConcurrentExecutions"] = *(*function)->reserved_concurrency;
  }
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> GetFunctionConfiguration(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const auto version = FindVersion(call, **function, *reference);
  if (!version) return version.error();
  return JsonResponse(200, ConfigurationView(call.account, reference->name, **version, reference->qualifier));
}

ApiResult<HttpResponse> ListFunctions(const ApiContext& context, const ApiCall& call) {
  const bool all_versions = call.Query("FunctionVersion") == "ALL";
  // The marker is the last name of the page before, so that a page is right whatever comes and goes meanwhile.
  const auto size = PageSizeOf(call);
  if (!size) return size.error();
  const std::size_t most = *size;
  const std::string marker = call.Query("Marker");
  if (!marker.empty() && !IsFunctionName(marker)) return UnknownMarker();
  const auto functions = context.store.List(marker, most + 1);
  Json::Value answer(Json::objectValue);
  Json::Value& list = answer["Functions"] = Json::Value(Json::arrayValue);
  for (std::size_t i = 0; i < std::min(most, functions.size()); ++i) {
    const StoredFunction& function = *functions[i];
    const auto show = [&](const FunctionVersion& version, std::string_view qualifier) {
      list.append(ConfigurationView(call.account, function.name, version, qualifier, StateMembers::kLeftOut));
    };
    show(*function.latest, all_versions ? "$LATEST" : "");
    if (!all_versions) continue;
    for (const auto& [number, version] : function.versions) show(*version, version->version);
  }
  if (functions.size() > most) answer["NextMarker"] = functions[most - 1]->name;
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> UpdateFunctionCode(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const auto package = TakePackage(context, *request);
  if (!package) return package.error();
  if (Is(*request, "DryRun")) {
    const auto tried = WithCode(context, *(*function)->latest, *request, *package);
    if (!tried) return tried.error();
    return JsonResponse(200, ConfigurationView(call.account, reference->name, *tried, {}));
  }
  std::shared_ptr<const FunctionVersion> shown;
  const auto done = ChangeFunction(context, call, *reference, [&](StoredFunction& changed) -> ApiResult<bool> {
    auto latest = WithCode(context, *changed.latest, *request, *package);
    if (!latest) return latest.error();
    shown = changed.latest = std::make_shared<const FunctionVersion>(std::move(*latest));
    if (Is(*request, "Publish")) shown = Publish(changed, nullptr);
    return true;
  });
  if (!done) return done.error();
  context.deployments.Drop(reference->name, "$LATEST");
  SayWarnings(context, reference->name, shown->settings);
  return JsonResponse(200, ConfigurationView(call.account, reference->name, *shown, {}));
}

ApiResult<HttpResponse> UpdateFunctionConfiguration(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto layers = ResolveLayers(context.store, (*request)["Layers"], call.account);
  if (!layers) return layers.error();
  std::shared_ptr<const FunctionVersion> shown;
  const auto done = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    const auto revision = CheckRevision(*request, function.latest->revision_id);
    if (!revision) return revision.error();
    auto settings = ChangedSettings(function.latest->settings, *request, context.check_runtime);
    if (!settings) return settings.error();
    if (const auto isolation = CheckIsolation(*settings, context.inline_use); !isolation) return isolation.error();
    FunctionVersion changed = *function.latest;
    changed.settings = std::move(*settings);
    if (!(*request)["Layers"].isNull()) changed.layers = layers->packages;
    changed.last_modified = LastModifiedNow();
    changed.revision_id = NewRevisionId();
    shown = function.latest = std::make_shared<const FunctionVersion>(std::move(changed));
    return true;
  });
  if (!done) return done.error();
  context.deployments.Drop(reference->name, "$LATEST");
  SayWarnings(context, reference->name, shown->settings);
  return JsonResponse(200, ConfigurationView(call.account, reference->name, *shown, {}));
}

ApiResult<HttpResponse> DeleteFunction(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const std::string& version = reference->qualifier;
  if (version == "$LATEST") {
    return InvalidParameter("$LATEST version cannot be deleted without deleting the function.");
  }
  if (!version.empty() && IsAliasName(version)) {
    return InvalidParameter("Deletion of aliases is not currently supported.");
  }
  if (version.empty()) {
    const Status status = context.store.Erase(reference->name);
    if (!status.ok() && status.code() != Code::kNotFound) return StoreFailed(status);
  } else {
    const auto done = ChangeFunction(context, call, *reference, [&](StoredFunction& changed) -> ApiResult<bool> {
      if (const auto found = FindVersion(call, changed, *reference); !found) return found.error();
      for (const auto& [name, alias] : changed.aliases) {
        if (alias.function_version == version || alias.weights.contains(version))
          return Conflict(UsedBy(version, name));
      }
      changed.versions.erase(std::stoull(version));
      changed.event_invoke_configs.erase(version);
      return true;
    });
    if (!done) return done.error();
  }
  context.deployments.Drop(reference->name, version);
  return NoContent();
}

}  // namespace tandem::host
