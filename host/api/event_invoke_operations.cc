#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/event_invocation.h"
#include "host/api/json.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"

namespace tandem::host {
namespace {

constexpr std::size_t kLongestDestination = 350;
constexpr int kShortestAge = 60;  // seconds (I-18)

// By the name that configurations have in the store.
std::string KeyOf(const FunctionReference& reference) {
  return reference.qualifier.empty() ? "$LATEST" : reference.qualifier;
}

//
ApiError NoConfig(const ApiCall& call, const FunctionReference& reference) {
  return NotFound("The function " + FunctionArn(call.account, reference.name, KeyOf(reference)) +
                  " doesn't have an EventInvokeConfig");
}

Json::Value NoDestinations() {
  Json::Value destinations(Json::objectValue);
  for (const char* condition : {"OnSuccess", "OnFailure"}) {
    destinations[condition] = Json::Value(Json::objectValue);
  }
  return destinations;
}

//
Json::Value ConfigView(const ApiCall& call, const std::string& name, const std::string& qualifier,
                       const EventInvokeConfig& config) {
  Json::Value view(Json::objectValue);
  view["FunctionArn"] = FunctionArn(call.account, name, qualifier);
  view["LastModified"] = static_cast<double>(config.last_modified_ms) / 1000;
  if (config.most_retries) view["MaximumRetryAttempts"] = *config.most_retries;
  if (config.most_age_seconds) view["MaximumEventAgeInSeconds"] = *config.most_age_seconds;
  view["DestinationConfig"] = config.destinations;
  return view;
}

ApiResult<bool> TakeNumber(Constraints& constraints, const Json::Value& request, const char* name, const char* place,
                           std::pair<int, int> range, std::optional<int>& number) {
  const Json::Value& given = request[name];
  if (given.isNull()) return true;
  if (!given.isInt()) return WrongJsonType(name);
  number = given.asInt();
  constraints.CheckRange(place, *number, range.first, range.second);
  return true;
}

// Whether it is an ARN, or empty, which is none.
bool IsDestination(const std::string& text) {
  return text.empty() || (text.starts_with("arn:aws") && text.find_first_of(" \t\n") == std::string::npos);
}

//
bool IsItself(const ApiCall& call, const std::string& name, const std::string& destination) {
  const std::string arn = FunctionArn(call.account, name);
  return destination == arn || destination.starts_with(arn + ":");
}

ApiResult<bool> TakeDestinations(Constraints& constraints, const ApiCall& call, const std::string& name,
                                 const Json::Value& given, Json::Value& destinations) {
  if (given.isNull()) return true;
  if (!given.isObject()) return WrongJsonType("DestinationConfig");
  for (const auto& [condition, place] : {std::pair("OnSuccess", "destinationConfig.onSuccess.destination"),
                                         std::pair("OnFailure", "destinationConfig.onFailure.destination")}) {
    const Json::Value& member = given[condition];
    if (member.isNull()) continue;
    if (!member.isObject()) return WrongJsonType(condition);
    const Json::Value& destination = member["Destination"];
    if (!destination.isNull() && !destination.isString()) return WrongJsonType("Destination");
    const std::string text = destination.isNull() ? "" : destination.asString();
    constraints.CheckLength(place, text, kLongestDestination);
    if (!IsDestination(text)) {
      constraints.Violated(place, text, "Member must satisfy regular expression pattern: ^$|arn:(aws[a-zA-Z0-9-]*):.*");
    }
    if (IsItself(call, name, text)) {
      return InvalidParameter("You can't specify the function as a destination for itself.");
    }
    destinations[condition] = Json::Value(Json::objectValue);
    if (!text.empty()) destinations[condition]["Destination"] = text;
  }
  return true;
}

bool HasDestination(const EventInvokeConfig& config) {
  return !config.destinations["OnSuccess"].empty() || !config.destinations["OnFailure"].empty();
}

// What the request says of it; what it does not say stays.
ApiResult<bool> TakeConfig(const ApiCall& call, const std::string& name, const Json::Value& request,
                           EventInvokeConfig& config) {
  const bool says_any = !request["MaximumRetryAttempts"].isNull() || !request["MaximumEventAgeInSeconds"].isNull() ||
                        !request["DestinationConfig"].isNull();
  if (!says_any) return InvalidParameter("You must specify at least one of error handling or destination setting.");
  Constraints constraints;
  const auto retries = TakeNumber(constraints, request, "MaximumRetryAttempts", "maximumRetryAttempts",
                                  {0, kMostEventRetries}, config.most_retries);
  if (!retries) return retries.error();
  const auto age = TakeNumber(constraints, request, "MaximumEventAgeInSeconds", "maximumEventAgeInSeconds",
                              {kShortestAge, kLongestEventAge}, config.most_age_seconds);
  if (!age) return age.error();
  const auto destinations =
      TakeDestinations(constraints, call, name, request["DestinationConfig"], config.destinations);
  if (!destinations) return destinations.error();
  if (!constraints.ok()) return constraints.error();
  config.last_modified_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  return true;
}

enum class ConfigBefore : bool { kReplaced, kMerged };

ApiResult<HttpResponse> SetConfig(const ApiContext& context, const ApiCall& call, ConfigBefore before) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  EventInvokeConfig config;
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    if (const auto version = FindVersion(call, function, *reference); !version) return version.error();
    config.destinations = NoDestinations();
    if (before == ConfigBefore::kMerged) {
      const auto found = function.event_invoke_configs.find(KeyOf(*reference));
      if (found == function.event_invoke_configs.end()) return NoConfig(call, *reference);
      config = found->second;
    }
    if (const auto taken = TakeConfig(call, function.name, *request, config); !taken) return taken;
    function.event_invoke_configs[KeyOf(*reference)] = config;
    return true;
  });
  if (!changed) return changed.error();
  if (HasDestination(config)) {
    context.warn(reference->name, "the destinations of its events are kept, and nothing is sent to them");
  }
  return JsonResponse(200, ConfigView(call, reference->name, KeyOf(*reference), config));
}

}  // namespace

ApiResult<HttpResponse> PutFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call) {
  return SetConfig(context, call, ConfigBefore::kReplaced);
}

ApiResult<HttpResponse> UpdateFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call) {
  return SetConfig(context, call, ConfigBefore::kMerged);
}

ApiResult<HttpResponse> GetFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const auto& configs = (*function)->event_invoke_configs;
  const auto found = configs.find(KeyOf(*reference));
  if (found == configs.end()) return NoConfig(call, *reference);
  return JsonResponse(200, ConfigView(call, reference->name, found->first, found->second));
}

ApiResult<HttpResponse> DeleteFunctionEventInvokeConfig(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    if (function.event_invoke_configs.erase(KeyOf(*reference)) == 0) return NoConfig(call, *reference);
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

ApiResult<HttpResponse> ListFunctionEventInvokeConfigs(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  const auto& configs = (*function)->event_invoke_configs;
  const auto page = PageOf(call, configs.size());
  if (!page) return page.error();
  Json::Value answer(Json::objectValue);
  Json::Value& list = answer["FunctionEventInvokeConfigs"] = Json::Value(Json::arrayValue);
  auto at = std::next(configs.begin(), static_cast<std::ptrdiff_t>(page->begin));
  for (std::size_t i = 0; i < page->count; ++i, ++at) {
    list.append(ConfigView(call, reference->name, at->first, at->second));
  }
  SetNextMarker(answer, *page, configs.size());
  return JsonResponse(200, answer);
}

}  // namespace tandem::host
