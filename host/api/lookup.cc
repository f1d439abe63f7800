#include "host/api/lookup.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <system_error>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/view.h"

namespace tandem::host {
namespace {

constexpr std::size_t kLargestPage = 50;
constexpr std::size_t kMostItemsAsked = 10'000;

bool ParseNumber(const std::string& text, std::size_t& number) {
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, number);
  return failed == std::errc() && at == end;
}

std::string ChosenVersion(const Alias& alias) {
  if (alias.weights.empty()) return alias.function_version;
  thread_local std::minstd_rand random(std::random_device{}());
  double at = std::uniform_real_distribution<double>(0, 1)(random);
  for (const auto& [version, weight] : alias.weights) {
    if (at < weight) return version;
    at -= weight;
  }
  return alias.function_version;
}

}  // namespace

ApiResult<std::shared_ptr<const StoredFunction>> FindFunction(const ApiContext& context, const ApiCall& call,
                                                              const FunctionReference& reference) {
  auto function = context.store.Find(reference.name);
  if (function == nullptr) {
    return NotFound("Function not found: " + FunctionArn(call.account, reference.name, reference.qualifier));
  }
  return function;
}

ApiResult<std::shared_ptr<const FunctionVersion>> FindVersion(const ApiCall& call, const StoredFunction& function,
                                                              const FunctionReference& reference) {
  if (auto found = VersionMeant(function, reference.qualifier)) return found;
  const std::string arn = FunctionArn(call.account, function.name, reference.qualifier);
  const bool no_alias = IsAliasName(reference.qualifier) && !function.aliases.contains(reference.qualifier);
  return NotFound((no_alias ? "Cannot find alias arn: " : "Function not found: ") + arn);
}

std::shared_ptr<const FunctionVersion> VersionMeant(const StoredFunction& function, const std::string& qualifier) {
  if (qualifier.empty()) return function.latest;
  if (!IsAliasName(qualifier)) return VersionNamed(&function, qualifier);
  const auto alias = function.aliases.find(qualifier);
  return alias == function.aliases.end() ? nullptr : VersionNamed(&function, ChosenVersion(alias->second));
}

ApiResult<bool> CheckRevision(const Json::Value& request, const std::string& revision_id) {
  const Json::Value& given = request["RevisionId"];
  if (given.isNull() || (given.isString() && given.asString() == revision_id)) return true;
  return PreconditionFailed(
      "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
      "the latest Revision Id");
}

std::shared_ptr<const FunctionVersion> Publish(StoredFunction& function, const std::string* description) {
  FunctionVersion published = *function.latest;
  if (description != nullptr) published.settings["Description"] = *description;
  if (!function.versions.empty()) {
    const auto& last = function.versions.rbegin()->second;
    const bool has_its_layers = last->layers.size() == published.layers.size();  // whose names are settings
    if (last->code_sha256 == published.code_sha256 && has_its_layers && last->settings == published.settings) {
      return last;
    }
  }
  published.version = std::to_string(++function.last_number);
  published.revision_id = NewRevisionId();
  published.last_modified = LastModifiedNow();
  auto added = std::make_shared<const FunctionVersion>(std::move(published));
  function.versions[function.last_number] = added;
  return added;
}

ApiResult<bool> ChangeFunction(const ApiContext& context, const ApiCall& call, const FunctionReference& reference,
                               const std::function<ApiResult<bool>(StoredFunction&)>& change) {
  ApiError refused;
  const Status status = context.store.Change(reference.name, [&](StoredFunction& function) -> Status {
    const ApiResult<bool> changed = change(function);
    if (changed) return {};
    refused = changed.error();
    return {Code::kInvalidArgument, refused.message};
  });
  if (!refused.type.empty()) return refused;
  if (status.code() == Code::kNotFound) {
    return NotFound("Function not found: " + FunctionArn(call.account, reference.name, reference.qualifier));
  }
  if (!status.ok()) return StoreFailed(status);
  return true;
}

ApiResult<bool> ChangeLayer(const ApiContext& context, const std::string& name,
                            const std::function<ApiResult<bool>(StoredLayer&)>& change) {
  ApiError refused;
  const Status status = context.store.ChangeLayer(name, [&](StoredLayer& layer) -> Status {
    const ApiResult<bool> changed = change(layer);
    if (changed) return {};
    refused = changed.error();
    return {Code::kInvalidArgument, refused.message};
  });
  if (!refused.type.empty()) return refused;
  if (!status.ok()) return StoreFailed(status);
  return true;
}

HttpResponse NoContent() {
  HttpResponse response;
  response.status = 204;
  return response;
}

ApiError StoreFailed(const Status& status) {
  return ServiceFailure(status.message());
}

ApiResult<std::size_t> PageSizeOf(const ApiCall& call) {
  const std::string most = call.Query("MaxItems");
  if (most.empty()) return kLargestPage;
  std::size_t asked = 0;
  if (ParseNumber(most, asked) && asked >= 1 && asked <= kMostItemsAsked) return std::min(asked, kLargestPage);
  Constraints constraints;
  constraints.Violated("maxItems", most, "Member must have value between 1 and 10000");
  return constraints.error();
}

ApiResult<Page> PageOf(const ApiCall& call, std::size_t all) {
  const auto size = PageSizeOf(call);
  if (!size) return size.error();
  Page page;
  const std::string marker = call.Query("Marker");
  if (!marker.empty() && (!ParseNumber(marker, page.begin) || page.begin > all)) {
    return UnknownMarker();
  }
  page.count = std::min(*size, all - page.begin);
  return page;
}

ApiError UnknownMarker() {
  return InvalidParameter("The provided Marker is not one of this list's.");
}

void SetNextMarker(Json::Value& answer, const Page& page, std::size_t all) {
  if (page.begin + page.count < all) answer["NextMarker"] = std::to_string(page.begin + page.count);
}

}  // namespace tandem::host
