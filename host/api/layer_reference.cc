#include "host/api/layer_reference.h"

#include <charconv>
#include <map>
#include <optional>
#include <regex>
#include <system_error>

#include "host/api/constraints.h"

namespace tandem::host {
namespace {

constexpr Json::ArrayIndex kMostLayers = 5;  // K-14

// A-05, as the API's own messages have it.
constexpr char kNamePattern[] =
    R"((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140}))";
constexpr char kVersionPattern[] =
    R"((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))";
constexpr std::size_t kLongestArn = 2048;

std::string MustMatch(const char* pattern) {
  return std::string("Member must satisfy regular expression pattern: ") + pattern;
}

// What an ARN has; the number is 0 where it has none.
struct Parts {
  std::string region;
  std::string account;
  LayerVersionReference version;
};

// 0 for what is no number that a version can have.
std::uint64_t NumberOf(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [at, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failed == std::errc() && at == digits.data() + digits.size() ? number : 0;
}

// Nothing where the text has not the form, which is that of a version if it `has_version`.
std::optional<Parts> PartsOf(std::string_view text, bool has_version) {
  static const std::regex form(
      R"(arn:aws[a-zA-Z-]*:lambda:([a-z]{2,4}(?:-[a-z]+)+-\d):(\d{12}):layer:([a-zA-Z0-9_-]{1,140})(?::(\d+))?)");
  std::cmatch parts;
  if (text.size() > kLongestArn || !std::regex_match(text.data(), text.data() + text.size(), parts, form)) return {};
  if (parts[4].matched != has_version) return {};
  return Parts{parts[1].str(), parts[2].str(), {parts[3].str(), NumberOf(parts[4].str())}};
}

bool IsLayerName(std::string_view text) {
  return !text.empty() && text.size() <= 140 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
             std::string_view::npos;
}

// I-11, for layers.
ApiResult<LayerVersionReference> ReachableIn(const Account& account, const Parts& parts) {
  if (parts.region != account.region) {
    return NotFound("Layers from '" + parts.region + "' are not reachable in this region ('" + account.region + "')");
  }
  if (parts.account != account.id) {
    return NotFound("Layers of the account '" + parts.account + "' are not those of this server ('" + account.id +
                    "')");
  }
  return parts.version;
}

ApiError NoSuchVersion(const std::string& arn) {
  return InvalidParameter("Layer version " + arn + " does not exist.");
}

// A version that a function's layers name. Errors: A-53.
ApiResult<std::shared_ptr<const LayerVersion>> LayerNamed(const FunctionStore& store, const std::string& arn,
                                                          const Account& account,
                                                          std::map<std::string, std::string>& seen) {
  const auto parts = PartsOf(arn, true);
  if (!parts) {
    Constraints constraints;
    constraints.Violated("layers", "[" + arn + "]",
                         "Member must satisfy constraint: [Member must have length less than or equal to 2048, Member "
                         "must have length greater than or equal to 1, " +
                             MustMatch(kVersionPattern) + ", Member must not be null]");
    return constraints.error();
  }
  if (parts->region != account.region) {
    return InvalidParameter("Layers are not in the same region as the function. Layers are expected to be in region " +
                            account.region + ".");
  }
  auto version = parts->account == account.id ? FindLayerVersion(store, parts->version) : nullptr;
  if (version == nullptr) return NoSuchVersion(arn);
  const auto [other, is_first] = seen.emplace(parts->version.name, arn);
  if (!is_first) {
    return InvalidParameter(
        "Two different versions of the same layer are not allowed to be referenced in the same function. " +
        other->second + " and " + arn + " are versions of the same layer.");
  }
  return version;
}

}  // namespace

std::string LayerArn(const Account& account, std::string_view name) {
  return "arn:aws:lambda:" + account.region + ":" + account.id + ":layer:" + std::string(name);
}

std::string LayerArn(const Account& account, std::string_view name, std::uint64_t number) {
  return LayerArn(account, name) + ":" + std::to_string(number);
}

ApiResult<std::string> ParseLayerName(std::string_view text, const Account& account) {
  if (IsLayerName(text)) return std::string(text);
  const auto parts = PartsOf(text, false);
  if (!parts) {
    Constraints constraints;
    constraints.Violated("layerName", text, MustMatch(kNamePattern));
    return constraints.error();
  }
  const auto reachable = ReachableIn(account, *parts);
  if (!reachable) return reachable.error();
  return reachable->name;
}

ApiResult<std::uint64_t> ParseLayerNumber(std::string_view text) {
  const std::uint64_t number = NumberOf(text);
  if (number > 0) return number;
  const bool is_number = text.find_first_not_of("0123456789", text.starts_with('-') ? 1 : 0) == std::string_view::npos;
  if (is_number) return InvalidParameter("Layer Version Cannot be less than 1");
  Constraints constraints;
  constraints.Violated("versionNumber", text, "Member must be a number");
  return constraints.error();
}

ApiResult<LayerVersionReference> ParseLayerVersionArn(std::string_view text, const Account& account) {
  if (const auto parts = PartsOf(text, true)) return ReachableIn(account, *parts);
  Constraints constraints;
  constraints.Violated("arn", text, MustMatch(kVersionPattern));
  return constraints.error();
}

ApiResult<LayerVersionReference> LayerVersionOf(const ApiCall& call) {
  auto name = ParseLayerName(call.parameters[0], call.account);
  if (!name) return name.error();
  const auto number = ParseLayerNumber(call.parameters[1]);
  if (!number) return number.error();
  return LayerVersionReference{std::move(*name), *number};
}

std::shared_ptr<const LayerVersion> FindLayerVersion(const FunctionStore& store, const LayerVersionReference& version) {
  const auto layer = store.FindLayer(version.name);
  if (layer == nullptr) return nullptr;
  const auto found = layer->versions.find(version.number);
  if (found == layer->versions.end()) return nullptr;
  return {layer, found->second.get()};
}

ApiResult<FunctionLayers> ResolveLayers(const FunctionStore& store, const Json::Value& arns, const Account& account) {
  FunctionLayers layers;
  if (!arns.isNull() && !arns.isArray()) return WrongJsonType("Layers");
  if (arns.size() > kMostLayers) return InvalidParameter("Cannot reference more than 5 layers.");
  std::map<std::string, std::string> seen;  // ARNs by layers' names
  for (const Json::Value& arn : arns) {
    if (!arn.isString()) return WrongJsonType("Layers");
    auto version = LayerNamed(store, arn.asString(), account, seen);
    if (!version) return version.error();
    layers.packages.push_back((*version)->content);
    layers.uses.push_back(std::move(*version));
  }
  return layers;
}

}  // namespace tandem::host
