// Regular expressions, in RE2's syntax: none takes longer than the text is long.
#ifndef TANDEM_CONFORMANCE_TEXT_MATCH_H_
#define TANDEM_CONFORMANCE_TEXT_MATCH_H_

#include <string>
#include <string_view>

namespace tandem::conformance {

// Whether the expression is found somewhere in the text, whose bytes need not be UTF-8. ^ and $ are the text's ends;
// (?m) makes them those of its lines.
bool IsFoundIn(const std::string& pattern, std::string_view text);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_TEXT_MATCH_H_
