// The folder of what lets language runtimes start sooner.
#ifndef TANDEM_CORE_START_CACHE_H_
#define TANDEM_CORE_START_CACHE_H_

#include <string>

#include "tandem/package.h"
#include "tandem/runtime.h"

namespace tandem {

// The folder, in the cache that the packages have, which only this user can write to; made where it is to be filled.
// Empty: there is none.
std::string StartCacheFolder(const PackageOptions& options, StartCache use);

}  // namespace tandem

#endif  // TANDEM_CORE_START_CACHE_H_
