#include "host/api/view.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "host/api/settings.h"
#include "tandem/invocation.h"

namespace tandem::host {
namespace {

Json::Value LayersOf(const FunctionVersion& version) {
  Json::Value layers(Json::arrayValue);
  for (const Json::Value& arn : version.settings["Layers"]) {
    const std::size_t index = layers.size();
    Json::Value& layer = layers.append(Json::Value(Json::objectValue));
    layer["Arn"] = arn;
    if (index < version.layers.size()) layer["CodeSize"] = static_cast<Json::Int64>(version.layers[index].code_size);
  }
  return layers;
}

}  // namespace

Json::Value ConfigurationView(const Account& account, const std::string& name, const FunctionVersion& version,
                              std::string_view qualifier, StateMembers state) {
  Json::Value view = version.settings;
  view.removeMember(kRegionSetting);
  view["FunctionName"] = name;
  view["FunctionArn"] = FunctionArn(account, name, qualifier);
  view["CodeSize"] = static_cast<Json::Int64>(version.code_size);
  view["CodeSha256"] = version.code_sha256;
  view["LastModified"] = version.last_modified;
  view["RevisionId"] = version.revision_id;
  view["Version"] = version.version;
  view["RuntimeVersionConfig"]["RuntimeVersionArn"] =
      "arn:aws:lambda:" + account.region + "::runtime:" + version.settings["Runtime"].asString();
  Json::Value& logging = view["LoggingConfig"];
  if (!logging.isMember("LogFormat")) logging["LogFormat"] = "Text";
  if (!logging.isMember("LogGroup")) logging["LogGroup"] = "/aws/lambda/" + name;
  if (view.isMember("Layers")) view["Layers"] = LayersOf(version);
  Json::Value& snap = view["SnapStart"];
  if (!snap.isMember("ApplyOn")) snap["ApplyOn"] = "None";
  snap["OptimizationStatus"] = "Off";
  if (state == StateMembers::kShown) {
    view["State"] = "Active";
    view["LastUpdateStatus"] = "Successful";
  }
  return view;
}

Json::Value AliasView(const Account& account, const std::string& name, const Alias& alias) {
  Json::Value view(Json::objectValue);
  view["AliasArn"] = FunctionArn(account, name, alias.name);
  view["Name"] = alias.name;
  view["FunctionVersion"] = alias.function_version;
  view["Description"] = alias.description;
  view["RevisionId"] = alias.revision_id;
  for (const auto& [version, weight] : alias.weights) {
    view["RoutingConfig"]["AdditionalVersionWeights"][version] = weight;
  }
  return view;
}

std::string LastModifiedNow() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s.%03d+0000", date.data(), static_cast<int>(milliseconds));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string NewRevisionId() {
  return std::string(RequestId::Random().view());
}

}  // namespace tandem::host
