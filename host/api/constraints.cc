#include "host/api/constraints.h"

#include <algorithm>

namespace tandem::host {

void Constraints::Violated(std::string_view place, std::string_view value, std::string_view constraint) {
  violations_.push_back("Value '" + std::string(value) + "' at '" + std::string(place) +
                        "' failed to satisfy constraint: " + std::string(constraint));
}

void Constraints::Missing(std::string_view place) {
  violations_.push_back("Value null at '" + std::string(place) +
                        "' failed to satisfy constraint: Member must not be null");
}

void Constraints::CheckLength(std::string_view place, std::string_view text, std::size_t most) {
  // Bytes of UTF-8 that begin a character.
  const auto count =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
  if (static_cast<std::size_t>(count) > most) {
    Violated(place, text, "Member must have length less than or equal to " + std::to_string(most));
  }
}

void Constraints::CheckRange(std::string_view place, std::int64_t number, std::int64_t least, std::int64_t most) {
  if (number < least) {
    Violated(place, std::to_string(number), "Member must have value greater than or equal to " + std::to_string(least));
  } else if (number > most) {
    Violated(place, std::to_string(number), "Member must have value less than or equal to " + std::to_string(most));
  }
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
