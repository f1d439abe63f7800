#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/layer_reference.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "host/api/package_source.h"
#include "host/api/runtime_check.h"
#include "host/api/view.h"

namespace tandem::host {
namespace {

// A setting of a layer's version: its place in messages, and the most characters or members that it has.
struct LayerSetting {
  const char* name;
  const char* place;
  Json::ValueType type;
  std::size_t most;
};

constexpr std::array<LayerSetting, 4> kLayerSettings = {{
    {"Description", "description", Json::stringValue, 256},
    {"LicenseInfo", "licenseInfo", Json::stringValue, 512},
    {"CompatibleRuntimes", "compatibleRuntimes", Json::arrayValue, 15},
    {"CompatibleArchitectures", "compatibleArchitectures", Json::arrayValue, 2},
}};

bool IsArchitecture(std::string_view text) {
  return text == "x86_64" || text == "arm64";
}

std::string Listed(const Json::Value& values) {
  std::string text = "[";
  for (const Json::Value& value : values) text += (text.size() == 1 ? "" : ", ") + value.asString();
  return text + "]";
}

// Whether each of a list is one of the API's values.
void CheckMembers(Constraints& constraints, const LayerSetting& setting, const Json::Value& given) {
  const bool of_runtimes = std::string_view(setting.name) == "CompatibleRuntimes";
  const auto fits = [&](const Json::Value& value) {
    return of_runtimes ? IsRuntimeOfTheService(value.asString()) : IsArchitecture(value.asString());
  };
  if (std::all_of(given.begin(), given.end(), fits)) return;
  constraints.Violated(setting.place, Listed(given),
                       of_runtimes ? "Member must satisfy constraint: [Member must be a runtime identifier of the "
                                     "service, such as python3.12, java21 or provided.al2023]"
                                   : "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, "
                                     "arm64]]");
}

ApiResult<bool> CheckSetting(Constraints& constraints, const LayerSetting& setting, const Json::Value& given) {
  const auto is_text = [](const Json::Value& value) { return value.isString(); };
  if (given.type() != setting.type || (given.isArray() && !std::all_of(given.begin(), given.end(), is_text))) {
    return WrongJsonType(setting.name);
  }
  if (given.isString()) constraints.CheckLength(setting.place, given.asString(), setting.most);
  if (given.isArray() && given.size() > setting.most) {
    constraints.Violated(setting.place, Listed(given),
                         "Member must have length less than or equal to " + std::to_string(setting.most));
  }
  if (given.isArray()) CheckMembers(constraints, setting, given);
  return true;
}

// What a request says of a new version.
ApiResult<Json::Value> SettingsOf(const Json::Value& request) {
  Json::Value settings(Json::objectValue);
  settings["Description"] = "";
  Constraints constraints;
  for (const LayerSetting& setting : kLayerSettings) {
    const Json::Value& given = request[setting.name];
    if (given.isNull()) continue;
    if (const auto checked = CheckSetting(constraints, setting, given); !checked) return checked.error();
    settings[setting.name] = given;
  }
  if (request["Content"].isNull()) constraints.Missing("content");
  if (!constraints.ok()) return constraints.error();
  return settings;
}

// LayerVersionsListItem.
Json::Value ItemView(const Account& account, const std::string& name, const LayerVersion& version) {
  Json::Value view = version.settings;
  view["LayerVersionArn"] = LayerArn(account, name, version.number);
  view["Version"] = static_cast<Json::UInt64>(version.number);
  view["CreatedDate"] = version.created_date;
  return view;
}

// The answer of the operations about one version.
Json::Value VersionView(const ApiContext& context, const ApiCall& call, const std::string& name,
                        const LayerVersion& version) {
  Json::Value view = ItemView(call.account, name, version);
  view["LayerArn"] = LayerArn(call.account, name);
  Json::Value& content = view["Content"];
  content["Location"] = "file://" + context.store.PackagePath(version.content.code_sha256);
  content["CodeSha256"] = version.content.code_sha256;
  content["CodeSize"] = static_cast<Json::Int64>(version.content.code_size);
  return view;
}

ApiResult<HttpResponse> ShowVersion(const ApiContext& context, const ApiCall& call,
                                    const LayerVersionReference& reference) {
  const auto version = FindLayerVersion(context.store, reference);
  if (version == nullptr) return NotFound("The resource you requested does not exist.");
  return JsonResponse(200, VersionView(context, call, reference.name, *version));
}

bool HasWanted(const Json::Value& values, const std::string& wanted) {
  return wanted.empty() || std::find(values.begin(), values.end(), Json::Value(wanted)) != values.end();
}

// Whether a list that is asked for has the version, which says itself what it fits.
bool IsListed(const ApiCall& call, const LayerVersion& version) {
  return HasWanted(version.settings["CompatibleRuntimes"], call.Query("CompatibleRuntime")) &&
         HasWanted(version.settings["CompatibleArchitectures"], call.Query("CompatibleArchitecture"));
}

// The newest one that is listed; null where none is.
std::shared_ptr<const LayerVersion> NewestListed(const ApiCall& call, const StoredLayer& layer) {
  for (const auto& [number, version] : std::views::reverse(layer.versions)) {
    if (IsListed(call, *version)) return version;
  }
  return nullptr;
}

}  // namespace

ApiResult<HttpResponse> PublishLayerVersion(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto name = ParseLayerName(call.parameters.front(), call.account);
  if (!name) return name.error();
  LayerVersion version;
  auto settings = SettingsOf(*request);
  if (!settings) return settings.error();
  version.settings = std::move(*settings);
  const auto package = TakePackage(context, (*request)["Content"]);
  if (!package) return package.error();
  version.content = {package->code_sha256, package->code_size};
  const auto published = ChangeLayer(context, *name, [&](StoredLayer& layer) -> ApiResult<bool> {
    version.number = ++layer.last_number;
    version.created_date = LastModifiedNow();
    layer.versions[version.number] = std::make_shared<const LayerVersion>(version);
    return true;
  });
  if (!published) return published.error();
  return JsonResponse(201, VersionView(context, call, *name, version));
}

ApiResult<HttpResponse> GetLayerVersion(const ApiContext& context, const ApiCall& call) {
  const auto reference = LayerVersionOf(call);
  if (!reference) return reference.error();
  return ShowVersion(context, call, *reference);
}

ApiResult<HttpResponse> GetLayerVersionByArn(const ApiContext& context, const ApiCall& call) {
  const auto reference = ParseLayerVersionArn(call.Query("Arn"), call.account);
  if (!reference) return reference.error();
  return ShowVersion(context, call, *reference);
}

// The markers of both lists are the last item of the page before, so that a page is right whatever comes and goes
// meanwhile.

ApiResult<HttpResponse> ListLayers(const ApiContext& context, const ApiCall& call) {
  const auto most = PageSizeOf(call);
  if (!most) return most.error();
  const std::string marker = call.Query("Marker");
  if (!marker.empty() && !ParseLayerName(marker, call.account)) return UnknownMarker();
  Json::Value answer(Json::objectValue);
  Json::Value& list = answer["Layers"] = Json::Value(Json::arrayValue);
  std::string last;
  for (const auto& layer : context.store.ListLayers(marker, SIZE_MAX)) {
    const auto newest = NewestListed(call, *layer);
    if (newest == nullptr) continue;
    if (list.size() == *most) {
      answer["NextMarker"] = last;
      break;
    }
    Json::Value& item = list.append(Json::Value(Json::objectValue));
    item["LayerName"] = last = layer->name;
    item["LayerArn"] = LayerArn(call.account, layer->name);
    item["LatestMatchingVersion"] = ItemView(call.account, layer->name, *newest);
  }
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> ListLayerVersions(const ApiContext& context, const ApiCall& call) {
  const auto name = ParseLayerName(call.parameters.front(), call.account);
  if (!name) return name.error();
  const auto most = PageSizeOf(call);
  if (!most) return most.error();
  std::uint64_t below = UINT64_MAX;
  if (const std::string marker = call.Query("Marker"); !marker.empty()) {
    const auto number = ParseLayerNumber(marker);
    if (!number) return UnknownMarker();
    below = *number;
  }
  Json::Value answer(Json::objectValue);
  Json::Value& list = answer["LayerVersions"] = Json::Value(Json::arrayValue);
  const auto layer = context.store.FindLayer(*name);
  if (layer == nullptr) return JsonResponse(200, answer);
  for (const auto& [number, version] : std::views::reverse(layer->versions)) {
    if (number >= below || !IsListed(call, *version)) continue;
    if (list.size() == *most) {
      answer["NextMarker"] = list[list.size() - 1]["Version"].asString();
      break;
    }
    list.append(ItemView(call.account, *name, *version));
  }
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> DeleteLayerVersion(const ApiContext& context, const ApiCall& call) {
  const auto reference = LayerVersionOf(call);
  if (!reference) return reference.error();
  if (FindLayerVersion(context.store, *reference) == nullptr) return NoContent();  // as the service
  const auto deleted = ChangeLayer(context, reference->name, [&](StoredLayer& layer) -> ApiResult<bool> {
    layer.versions.erase(reference->number);
    return true;
  });
  if (!deleted) return deleted.error();
  return NoContent();
}

}  // namespace tandem::host
