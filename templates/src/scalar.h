// What YAML 1.1, which the deployment tools read, makes of a value that is neither quoted nor tagged.
#ifndef TANDEM_TEMPLATES_SCALAR_H_
#define TANDEM_TEMPLATES_SCALAR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "document.h"

namespace tandem::templates {

struct Scalar {
  enum class Kind : std::uint8_t { kNull, kBoolean, kInteger, kFloat, kText };

  Kind kind = Kind::kText;
  std::string text;  // as the tools pass it on: "true" for on, "493" for 0755, "90" for 1:30, "1.1" for 1.10
};

// `node` is a scalar.
Scalar ReadScalar(const TreeNode& node);

// A scalar's text as the tools pass it on; "" for null.
std::string TextOf(const TreeNode& node);

// A whole number, or a text that is one: 10, "10", 1_0. Nullopt: it is none, or none that fits.
std::optional<std::int64_t> IntegerOf(const TreeNode& node);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_SCALAR_H_
