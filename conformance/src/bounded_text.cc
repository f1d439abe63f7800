#include "bounded_text.h"

#include <algorithm>
#include <utility>

namespace tandem::conformance {

void BoundedText::Append(std::string_view part) {
  const std::size_t room = std::min(kKept - first_.size(), part.size());
  first_ += part.substr(0, room);
  last_ += part.substr(room);
  if (last_.size() > 2 * kKept) Shorten();
}

std::string BoundedText::Take() {
  Shorten();
  if (left_out_ > 0) first_ += "\n… " + std::to_string(left_out_) + " bytes left out …\n";
  left_out_ = 0;
  return std::exchange(first_, {}) + std::exchange(last_, {});
}

void BoundedText::Shorten() {
  const std::size_t excess = last_.size() - std::min(last_.size(), kKept);
  last_.erase(0, excess);
  left_out_ += excess;
}

}  // namespace tandem::conformance
