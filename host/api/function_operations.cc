#include <algorithm>
#include <string>
#include <utility>

#include "host/api/json.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "host/api/settings.h"
#include "host/api/view.h"
#include "tandem/package.h"

namespace tandem::host {
namespace {

// A member that says yes or no.
bool Is(const Json::Value& request, const char* name) {
  return request[name].isBool() && request[name].asBool();
}

// The package of a request, kept. `code`: the object that has ZipFile.
ApiResult<FunctionStore::KeptPackage> TakeCode(const ApiContext& context, const Json::Value& code) {
  if (code.isMember("ImageUri"))
    return InvalidParameter("Container images are not supported by this server; Zip packages are.");
  if (code.isMember("S3Bucket") || code.isMember("S3Key")) {
    return InvalidParameter("Packages in S3 are not supported by this server; ZipFile is.");
  }
  const Json::Value& zip = code["ZipFile"];
  if (!zip.isString()) return InvalidParameter("Please provide a source for function code.");
  const auto bytes = DecodeBase64(zip.asString());
  const ApiError no_zip =
      InvalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.");
  if (!bytes || bytes->empty()) return no_zip;
  auto kept = context.store.KeepPackage(*bytes);
  if (!kept) return StoreFailed(kept.status());
  if (const Status status = CheckPackage(context.store.PackagePath(kept->code_sha256)); !status.ok()) return no_zip;
  return *std::move(kept);
}

FunctionVersion NewVersion(Json::Value settings, const FunctionStore::KeptPackage& package) {
  FunctionVersion version;
  version.version = "$LATEST";
  version.settings = std::move(settings);
  version.code_sha256 = package.code_sha256;
  version.code_size = package.code_size;
  version.last_modified = LastModifiedNow();
  version.revision_id = NewRevisionId();
  return version;
}

std::string UsedBy(std::string_view version, std::string_view alias) {
  return std::string("Version ")
      .append(version)
      .append(" of the function is used by the alias ")
      .append(alias)
      .append(".");
}

ApiError Exists(const std::string& name) {
  return Conflict("Function already exist: " + name);
}

}  // namespace

ApiResult<HttpResponse> CreateFunction(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = ParseFunctionReference((*request)["FunctionName"].asString(), {}, call.account);
  if (!reference) return reference.error();
  auto settings = NewSettings(*request, context.knows_runtime);
  if (!settings) return settings.error();
  if (context.store.Find(reference->name) != nullptr) return Exists(reference->name);
  const auto package = TakeCode(context, (*request)["Code"]);
  if (!package) return package.error();

  (*settings)[kRegionSetting] = call.account.region;
  StoredFunction function;
  function.name = reference->name;
  function.latest = std::make_shared<const FunctionVersion>(NewVersion(std::move(*settings), *package));
  for (const std::string& key : (*request)["Tags"].getMemberNames()) {
    function.tags[key] = (*request)["Tags"][key].asString();
  }
  auto shown = function.latest;
  if (Is(*request, "Publish")) shown = Publish(function, nullptr);
  const Json::Value answer = ConfigurationView(call.account, function.name, *shown, {});
  if (const Status status = context.store.Insert(std::move(function)); !status.ok()) {
    return status.code() == Code::kInvalidArgument ? Exists(reference->name) : StoreFailed(status);
  }
  return JsonResponse(201, answer);
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
  const auto functions = context.store.List(call.Query("Marker"), most + 1);
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
  if (const auto function = FindFunction(context, call, *reference); !function) return function.error();
  const auto package = TakeCode(context, *request);
  if (!package) return package.error();
  ApiError refused;
  std::shared_ptr<const FunctionVersion> shown;
  const Status status = context.store.Change(reference->name, [&](StoredFunction& function) -> Status {
    if (const auto revision = CheckRevision(*request, function.latest->revision_id); !revision) {
      refused = revision.error();
      return {Code::kInvalidArgument, refused.message};
    }
    shown = std::make_shared<const FunctionVersion>(NewVersion(function.latest->settings, *package));
    if (Is(*request, "DryRun")) return {Code::kInvalidArgument, "only tried"};
    function.latest = shown;
    if (Is(*request, "Publish")) shown = Publish(function, nullptr);
    return {};
  });
  if (!refused.type.empty()) return refused;
  if (status.code() == Code::kNotFound)
    return NotFound("Function not found: " + FunctionArn(call.account, reference->name));
  if (!status.ok() && !Is(*request, "DryRun")) return StoreFailed(status);
  if (status.ok()) context.deployments.Drop(reference->name, "$LATEST");
  return JsonResponse(200, ConfigurationView(call.account, reference->name, *shown, {}));
}

ApiResult<HttpResponse> UpdateFunctionConfiguration(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  std::shared_ptr<const FunctionVersion> shown;
  const auto done = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    const auto revision = CheckRevision(*request, function.latest->revision_id);
    if (!revision) return revision.error();
    auto settings = ChangedSettings(function.latest->settings, *request, context.knows_runtime);
    if (!settings) return settings.error();
    FunctionVersion changed = *function.latest;
    changed.settings = std::move(*settings);
    changed.last_modified = LastModifiedNow();
    changed.revision_id = NewRevisionId();
    shown = function.latest = std::make_shared<const FunctionVersion>(std::move(changed));
    return true;
  });
  if (!done) return done.error();
  context.deployments.Drop(reference->name, "$LATEST");
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
      return true;
    });
    if (!done) return done.error();
  }
  context.deployments.Drop(reference->name, version);
  return NoContent();
}

}  // namespace tandem::host
