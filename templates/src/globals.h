// Globals.Function of a SAM template.
#ifndef TANDEM_TEMPLATES_GLOBALS_H_
#define TANDEM_TEMPLATES_GLOBALS_H_

#include "document.h"

namespace tandem::templates {

// A function's properties over the global ones, as SAM merges them: maps merge, lists add up with the global items
// first, anything else overrides, and so do functions such as Ref. Entries that come from the globals say so.
NodePtr MergeGlobals(const NodePtr& globals, const NodePtr& own);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_GLOBALS_H_
