// The text of a suite, JSON with comments, as it stands in its file.
#ifndef TANDEM_CONFORMANCE_SUITE_TEXT_H_
#define TANDEM_CONFORMANCE_SUITE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/status.h"

namespace tandem::conformance {

// A piece that JSON's text is made of.
struct JsonPiece {
  enum class Kind : std::uint8_t {
    kSpace,   // white space, or a comment
    kString,  // with its quotes
    kSign,    // one of { } [ ] : and ,
    kWord,    // a number, true, false, null
  };
  Kind kind = Kind::kSpace;
  std::string_view text;
};

// The piece that `json` begins with; empty only where `json` is.
JsonPiece FirstPiece(std::string_view json);

// Without comments, and without white space outside strings.
std::string CompactJson(std::string_view json);

// What no JSON has, though the parser may take it: bytes that are no UTF-8, control characters in a string, numbers
// such as 01.
struct TextDefect {
  std::size_t at = 0;
  std::string problem;
};
std::optional<TextDefect> FindTextDefect(std::string_view json);

struct Parameter {
  std::string name;
  std::string value;  // compact JSON

  // Within a string's quotes.
  std::string shown() const;
};

// Puts the values in: for the string "${x}", unless it is a member's name, x's value; for ${x} in any other string x's
// text. Errors: kInvalidArgument: there is no such parameter.
Result<std::string> PutParametersIn(std::string_view json, const std::vector<Parameter>& parameters);

// "did you mean 'payload'?", or "allowed are payload and json".
std::string AdviceOn(std::string_view word, const std::vector<std::string_view>& allowed);

// "a, b and c".
std::string ListOf(const std::vector<std::string_view>& words, std::string_view last = "and");

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_TEXT_H_
