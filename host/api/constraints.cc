#include "host/api/constraints.h"

namespace tandem::host {

void Constraints::Violated(std::string_view place, std::string_view value, std::string_view constraint) {
  violations_.push_back("Value '" + std::string(value) + "' at '" + std::string(place) +
                        "' failed to satisfy constraint: " + std::string(constraint));
}

void Constraints::Missing(std::string_view place) {
  violations_.push_back("Value null at '" + std::string(place) +
                        "' failed to satisfy constraint: Member must not be null");
}

ApiError Constraints::error() const {
  std::string message = std::to_string(violations_.size()) +
                        (violations_.size() == 1 ? " validation error detected: " : " validation errors detected: ");
  for (std::size_t i = 0; i < violations_.size(); ++i) {
    if (i != 0) message += "; ";
    message += violations_[i];
  }
  return ConstraintViolated(std::move(message));
}

}  // namespace tandem::host
