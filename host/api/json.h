// JSON as the API's requests and answers have it.
#ifndef TANDEM_HOST_API_JSON_H_
#define TANDEM_HOST_API_JSON_H_

#include <json/value.h>

#include <optional>
#include <string>
#include <string_view>

#include "host/http/message.h"

namespace tandem::host {

// One line, UTF-8 as it is.
std::string JsonText(const Json::Value& value);
HttpResponse JsonResponse(int status, const Json::Value& body);

// Null where `text` is no JSON. Deeper than 200 is none here.
std::optional<Json::Value> ParseJson(std::string_view text);

// RFC 4648, with padding. Decode: null where it is none.
std::string Base64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_JSON_H_
