#include "host/api/call.h"

#include <algorithm>
#include <utility>

#include "host/api/json.h"

namespace tandem::host {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// RFC 3986; what is no escape stays.
std::string Unescaped(std::string_view text, bool is_query) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      plain += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      plain += is_query && text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

// Calls `take` with each part between separators that is not empty.
template <typename Take>
void Split(std::string_view text, char separator, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end != 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::string PercentEncoded(std::string_view text, bool keeps_slashes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                          c == '_' || c == '.' || c == '~' || (c == '/' && keeps_slashes);
    if (is_plain) {
      escaped += c;
    } else {
      escaped += '%';
      escaped += kDigits[static_cast<unsigned char>(c) >> 4U];
      escaped += kDigits[static_cast<unsigned char>(c) & 0x0FU];
    }
  }
  return escaped;
}

ApiTarget ParseTarget(std::string_view target) {
  ApiTarget parsed;
  const std::size_t question = std::min(target.find('?'), target.size());
  Split(target.substr(0, question), '/',
        [&](std::string_view part) { parsed.segments.push_back(Unescaped(part, false)); });
  if (question == target.size()) return parsed;
  Split(target.substr(question + 1), '&', [&](std::string_view part) {
    const std::size_t equals = std::min(part.find('='), part.size());
    parsed.query.emplace_back(Unescaped(part.substr(0, equals), true),
                              equals == part.size() ? std::string() : Unescaped(part.substr(equals + 1), true));
  });
  return parsed;
}

std::string ApiCall::Query(std::string_view name) const {
  for (const auto& [key, value] : target.query) {
    if (key == name) return value;
  }
  return {};
}

ApiResult<FunctionReference> ApiCall::Function() const {
  return ParseFunctionReference(parameters.front(), Query("Qualifier"), account);
}

ApiResult<Json::Value> ApiCall::Body() const {
  if (request.body.empty()) return Json::Value(Json::objectValue);
  auto value = ParseJson(request.body.view());
  if (value && value->isObject()) return *std::move(value);
  return ApiError{400,
                  "SerializationException",
                  value ? "The request body is no JSON object." : "Could not parse request body into json.",
                  {}};
}

std::string SignedRegion(const HttpRequest& request, const std::string& fallback) {
  // Credential=<key>/<date>/<region>/lambda/aws4_request
  const std::string_view authorization = HeaderOf(request.headers, "Authorization");
  const std::size_t credential = authorization.find("Credential=");
  if (credential == std::string_view::npos) return fallback;
  std::vector<std::string_view> parts;
  const std::string_view rest = authorization.substr(credential);
  Split(rest.substr(0, rest.find(',')), '/', [&](std::string_view part) { parts.push_back(part); });
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (parts.size() < 4 || parts[2].size() > 32 || !std::all_of(parts[2].begin(), parts[2].end(), fits)) return fallback;
  return std::string(parts[2]);
}

}  // namespace tandem::host
