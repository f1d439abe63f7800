// What a parameter's declaration asks of its value.
#ifndef TANDEM_TEMPLATES_PARAMETER_RULES_H_
#define TANDEM_TEMPLATES_PARAMETER_RULES_H_

#include <cstddef>
#include <string>

#include "document.h"

namespace tandem::templates {

// Why a value is none of a parameter's; empty: it is one. `declared` is the parameter's declaration. A pattern that is
// too long, or says what only Java's expressions can, is not looked at, nor is one for a value that is long or has
// characters outside ASCII.
std::string ReasonAgainst(const std::string& value, const TreeNode& declared);

// How long that may take, as the bytes of a text that is made in that time.
std::size_t CostOfRules(const std::string& value, const TreeNode& declared);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_PARAMETER_RULES_H_
