// Outcome: how one invocation ended.
#ifndef TANDEM_OUTCOME_H_
#define TANDEM_OUTCOME_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/export.h"
#include "tandem/payload.h"
#include "tandem/status.h"

namespace tandem {

// What the environment does after an outcome; the loader ABI's TANDEM_KEEP and its fellows.
enum class Disposition : std::uint8_t { kKeep, kRecycle, kExited, kSticky };

// A handler's failure in parts; the bytes for the invoker are Outcome::payload().
struct FunctionError {
  std::string type;  // "KeyError", "java.lang.RuntimeException", "Runtime.ImportModuleError"
  std::string message;
  std::string reported_type;  // for Lambda-Runtime-Function-Error-Type; may be empty
  std::vector<std::string> stack_trace;
  Disposition disposition = Disposition::kKeep;
  int exit_status = 0;  // with Disposition::kExited: 0 to 255, or minus the signal number
};

// Success with a payload; a function error; or a fault of the runtime itself.
class TANDEM_EXPORT Outcome {
 public:
  enum class Kind : std::uint8_t { kSuccess, kFunctionError, kFault };

  // A success without bytes.
  Outcome() = default;
  // An empty content type means application/json.
  static Outcome Success(Payload payload, std::string content_type = {}, Disposition disposition = Disposition::kKeep);
  // An empty body is composed from the error's parts: {"errorMessage","errorType","stackTrace"}.
  static Outcome Error(FunctionError error, Payload body = {});
  static Outcome Fault(Status status);
  // A fault of kInternal that needs no memory to be made: "out of memory".
  static Outcome OutOfMemory() noexcept;

  Kind kind() const { return kind_; }
  bool ok() const { return kind_ == Kind::kSuccess; }
  // What the invoker gets: the response, or the error's JSON; empty with a fault.
  const Payload& payload() const { return payload_; }
  std::string_view content_type() const {
    return content_type_.empty() ? std::string_view("application/json") : std::string_view(content_type_);
  }
  // Precondition: kind() is kFunctionError.
  const FunctionError& error() const { return *error_; }
  // Precondition: kind() is kFault.
  const Status& fault() const { return *fault_; }
  Disposition disposition() const { return error_ ? error_->disposition : disposition_; }

 private:
  friend struct ::tandem_sink;  // writes a success in place

  Kind kind_ = Kind::kSuccess;
  Disposition disposition_ = Disposition::kKeep;
  Payload payload_;
  std::string content_type_;
  std::shared_ptr<const FunctionError> error_;
  std::shared_ptr<const Status> fault_;
};

}  // namespace tandem

#endif  // TANDEM_OUTCOME_H_
