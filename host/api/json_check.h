// Whether bytes are JSON.
#ifndef TANDEM_HOST_API_JSON_CHECK_H_
#define TANDEM_HOST_API_JSON_CHECK_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::host {

// Where a text stops being JSON (RFC 8259), and the token that is there.
struct JsonFault {
  std::size_t at = 0;  // offset in bytes
  std::string token;   // empty: the text ends too early, or is no UTF-8 there
};

// Null where `text` is one JSON value, in UTF-8, of any depth; lone surrogate escapes are none of its business, they
// are the languages'. Builds nothing: it takes one bit of memory for each level of nesting.
std::optional<JsonFault> FindJsonFault(std::string_view text);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_JSON_CHECK_H_
