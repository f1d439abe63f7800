#include "host/api/function_reference.h"

#include <algorithm>
#include <regex>

#include "host/api/constraints.h"
#include "tandem/function.h"

namespace tandem::host {
namespace {

// A-05, as the API's own message has it.
constexpr char kNamePattern[] =
    R"((arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?)";
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestReference = 256;

// Its parts. The partition, region and account are those of ARNs and may be left out from the front.
const std::regex& Form() {
  static const std::regex form(
      R"((?:arn:aws[a-zA-Z-]*:lambda:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9_-]+)(?::(\$LATEST|[a-zA-Z0-9_-]+))?)");
  return form;
}

}  // namespace

std::string FunctionArn(const Account& account, std::string_view name, std::string_view qualifier) {
  std::string arn = "arn:aws:lambda:" + account.region + ":" + account.id + ":function:" + std::string(name);
  if (!qualifier.empty()) arn.append(":").append(qualifier);
  return arn;
}

bool IsVersionNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsAliasName(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), fits) && !IsVersionNumber(text);
}

ApiResult<FunctionReference> ParseFunctionReference(std::string_view text, std::string_view qualifier,
                                                    const Account& account) {
  if (qualifier.empty() && IsFunctionName(text)) return FunctionReference{std::string(text), {}};
  Constraints constraints;
  std::cmatch parts;
  const bool fits =
      text.size() <= kLongestReference && std::regex_match(text.data(), text.data() + text.size(), parts, Form());
  if (!fits) {
    constraints.Violated("functionName", text,
                         std::string("Member must satisfy regular expression pattern: ") + kNamePattern);
    return constraints.error();
  }
  FunctionReference reference{parts[3].str(), parts[4].str()};
  if (reference.name.size() > kLongestName) {
    constraints.Violated("functionName", text, "Member must have length less than or equal to 64");
    return constraints.error();
  }
  if (const std::string region = parts[1].str(); !region.empty() && region != account.region) {
    return NotFound("Functions from '" + region + "' are not reachable in this region ('" + account.region + "')");
  }
  if (const std::string id = parts[2].str(); !id.empty() && id != account.id) {
    return ApiError{403,
                    "AccessDeniedException",
                    "Functions of the account '" + id + "' are not those of this server ('" + account.id + "')",
                    {}};
  }
  if (!qualifier.empty() && qualifier != "$LATEST" && !IsVersionNumber(qualifier) && !IsAliasName(qualifier)) {
    constraints.Violated("qualifier", qualifier,
                         "Member must satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
    return constraints.error();
  }
  if (!qualifier.empty() && !reference.qualifier.empty() && qualifier != reference.qualifier) {
    return InvalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
  }
  if (!qualifier.empty()) reference.qualifier = qualifier;
  return reference;
}

}  // namespace tandem::host
