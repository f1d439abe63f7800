#include "host/api/error.h"

#include <json/value.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "host/api/json.h"

namespace tandem::host {
namespace {

// those whose message has a capital letter.
constexpr std::array<std::string_view, 4> kCapital = {"ResourceNotFoundException", "ServiceException",
                                                      "InvalidZipFileException", "InvalidRuntimeException"};

bool IsCapital(std::string_view type) {
  return std::ranges::find(kCapital, type) != kCapital.end();
}

}  // namespace

ApiError InvalidParameter(std::string message) {
  return {400, "InvalidParameterValueException", std::move(message), {}};
}
ApiError InvalidRequestContent(std::string message) {
  return {400, "InvalidRequestContentException", std::move(message), {}};
}
ApiError ConstraintViolated(std::string message) {
  return {400, "ValidationException", std::move(message), {}};
}
ApiError WrongJsonType(std::string_view member) {
  return {400,
          "SerializationException",
          std::string("The value of ").append(member).append(" has the wrong JSON type."),
          {}};
}
ApiError NotFound(std::string message) {
  return {404, "ResourceNotFoundException", std::move(message), {}};
}
ApiError Conflict(std::string message) {
  return {409, "ResourceConflictException", std::move(message), {}};
}
ApiError PreconditionFailed(std::string message) {
  return {412, "PreconditionFailedException", std::move(message), {}};
}
ApiError RequestTooLarge(std::string message) {
  return {413, "RequestEntityTooLargeException", std::move(message), {}};
}
ApiError TooManyRequests(std::string reason) {
  return {429, "TooManyRequestsException", "Rate Exceeded.", std::move(reason)};
}
ApiError ServiceFailure(std::string message) {
  return {500, "ServiceException", std::move(message), {}};
}
ApiError NotSupported(const std::string& operation) {
  return {501, "NotImplementedException", operation + " is not supported by this server.", {}};
}

HttpResponse ResponseTo(const ApiError& error) {
  Json::Value body(Json::objectValue);
  if (!error.reason.empty()) body["Reason"] = error.reason;
  if (error.type != "ValidationException") body["Type"] = error.status >= 500 ? "Service" : "User";
  body[IsCapital(error.type) ? "Message" : "message"] = error.message;
  HttpResponse response = JsonResponse(error.status, body);
  response.headers.emplace_back("x-amzn-ErrorType", error.type);
  if (error.status == 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace tandem::host
