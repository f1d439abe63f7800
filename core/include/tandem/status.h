// Status and Result: how core says that something of its own failed. A handler's failure is an Outcome, never a Status.
#ifndef TANDEM_STATUS_H_
#define TANDEM_STATUS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "tandem/export.h"

namespace tandem {

// Public codes; the numbers are stable.
enum class Code : std::int32_t {
  kOk = 0,
  kInvalidArgument = 1,  // what the caller gave is wrong: an option, a path, a name
  kNotFound = 2,         // a named thing does not exist
  kUnavailable = 3,      // no runtime on this machine, or in this process, can serve the function
  kInternal = 4,         // a defect of the runtime or an exhausted resource
};

// The code's name, e.g. "invalid argument".
TANDEM_EXPORT std::string_view CodeName(Code code);

// Success, or a code and one line that says what failed and what to do about it.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function returns a value or a Status as it is.
  Result(T value) : state_(std::move(value)) {}         // NOLINT(google-explicit-constructor): see above
  Result(Status status) : state_(std::move(status)) {}  // NOLINT(google-explicit-constructor): see above
  Result(Code code, std::string message) : state_(Status(code, std::move(message))) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }
  const Status& status() const {
    static const Status kOkStatus;
    return ok() ? kOkStatus : std::get<Status>(state_);
  }
  T& operator*() { return std::get<T>(state_); }
  const T& operator*() const { return std::get<T>(state_); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace tandem

#endif  // TANDEM_STATUS_H_
