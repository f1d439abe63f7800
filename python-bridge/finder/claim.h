// Whether a package with its layers and a handler name look like Python's.
#ifndef TANDEM_PYTHON_FINDER_CLAIM_H_
#define TANDEM_PYTHON_FINDER_CLAIM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "files.h"

namespace tandem::python {

inline constexpr size_t kMostVisited = 200000;

// A TANDEM_CLAIM_* for an unpacked package and layers. What a layer holds counts where the handler is in it, and not
// otherwise: it may be a tool for another language. Of the package, `most_visited` files and folders are looked at in
// search of sources: a package has fewer, and what is none may be a whole disk.
int32_t Claim(std::string_view handler, const fs::path& code_root, const std::vector<fs::path>& layers,
              size_t most_visited = kMostVisited);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_FINDER_CLAIM_H_
