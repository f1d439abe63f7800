#include "json_text.h"

#include <cstdint>

#include "scalar.h"

namespace tandem::templates {

std::string JsonText(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      json.append(1, '\\').append(1, c);
    } else if (c == '\n') {
      json += "\\n";
    } else if (byte < 0x20) {
      json.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0x0FU]);
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string JsonScalar(const TreeNode& node) {
  const Scalar scalar = ReadScalar(node);
  switch (scalar.kind) {
    case Scalar::Kind::kNull:
      return "null";
    case Scalar::Kind::kBoolean:
    case Scalar::Kind::kInteger:
    case Scalar::Kind::kFloat:
      return scalar.text;
    case Scalar::Kind::kText:
      break;
  }
  return JsonText(scalar.text);
}

}  // namespace tandem::templates
