// Bytes that are to be text: a document's before they are parsed, and what the command takes as JSON.
#ifndef TANDEM_TEMPLATES_UTF8_H_
#define TANDEM_TEMPLATES_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::templates {

bool IsUtf8(std::string_view bytes);

// The position of the first byte that no UTF-8 text has, or of a control character that YAML does not allow;
// npos: there is none.
std::size_t FindNonText(std::string_view bytes);

// JSON writes characters beyond U+FFFF as two escapes, which the YAML parser refuses: puts the characters themselves
// into a document that begins as JSON does.
std::string JoinSurrogates(std::string_view bytes);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_UTF8_H_
