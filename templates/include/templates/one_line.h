// A text of the user's as part of one line.
#ifndef TANDEM_TEMPLATES_ONE_LINE_H_
#define TANDEM_TEMPLATES_ONE_LINE_H_

#include <string>
#include <string_view>

namespace tandem::templates {

// UTF-8 with its control characters and line breaks, U+2028 and U+2029 too, as escapes: \n, \x1b, \u2028.
std::string OneLine(std::string_view text);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_ONE_LINE_H_
