// Values as JSON has them.
#ifndef TANDEM_TEMPLATES_JSON_TEXT_H_
#define TANDEM_TEMPLATES_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "document.h"

namespace tandem::templates {

// In quotes.
std::string JsonText(std::string_view text);

// A number, a boolean or null where the tools read the scalar as one, else a text.
std::string JsonScalar(const TreeNode& node);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_JSON_TEXT_H_
