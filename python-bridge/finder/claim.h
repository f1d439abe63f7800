// Whether a package and a handler name look like Python's.
#ifndef TANDEM_PYTHON_FINDER_CLAIM_H_
#define TANDEM_PYTHON_FINDER_CLAIM_H_

#include <cstdint>
#include <string_view>

#include "files.h"

namespace tandem::python {

// A TANDEM_CLAIM_* for an unpacked package.
int32_t Claim(std::string_view handler, const fs::path& code_root);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_FINDER_CLAIM_H_
