// ApiError: what the Lambda API says where it refuses.
#ifndef TANDEM_HOST_API_ERROR_H_
#define TANDEM_HOST_API_ERROR_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "host/http/message.h"

namespace tandem::host {

// An error of the API's model: its status, type and message.
struct ApiError {
  int status = 400;
  std::string type;     // "ResourceNotFoundException"
  std::string message;  // one line
  std::string reason;   // of TooManyRequestsException; empty: none
};

// By the names of the model, with its status.
ApiError InvalidParameter(std::string message);       // InvalidParameterValueException
ApiError InvalidRequestContent(std::string message);  // InvalidRequestContentException
ApiError ConstraintViolated(std::string message);     // ValidationException
ApiError WrongJsonType(std::string_view member);      // SerializationException
ApiError NotFound(std::string message);               // ResourceNotFoundException
ApiError Conflict(std::string message);               // ResourceConflictException
ApiError PreconditionFailed(std::string message);     // PreconditionFailedException
ApiError RequestTooLarge(std::string message);        // RequestEntityTooLargeException
ApiError TooManyRequests(std::string reason);         // TooManyRequestsException (I-13)
ApiError ServiceFailure(std::string message);         // ServiceException
ApiError NotSupported(const std::string& operation);  // of this server: 501

// The answer that says so.
HttpResponse ResponseTo(const ApiError& error);

// A value, or the API's error.
template <typename T>
class [[nodiscard]] ApiResult {
 public:
  ApiResult(T value) : state_(std::move(value)) {}         // NOLINT(google-explicit-constructor): returned as it is
  ApiResult(ApiError error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor): returned as it is

  explicit operator bool() const { return std::holds_alternative<T>(state_); }
  const ApiError& error() const { return std::get<ApiError>(state_); }
  T& operator*() { return std::get<T>(state_); }
  const T& operator*() const { return std::get<T>(state_); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }

 private:
  std::variant<T, ApiError> state_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_ERROR_H_
