// Opening shared objects that speak one of our ABIs, and refusing the others in one line.
#ifndef TANDEM_CORE_LOADER_MODULE_H_
#define TANDEM_CORE_LOADER_MODULE_H_

#include <string>

#include "tandem/finder_abi.h"
#include "tandem/loader_abi.h"
#include "tandem/status.h"

namespace tandem {

// Opens `library` with its symbols visible to what is opened later. It stays open until the process ends.
Status OpenGlobally(const std::string& library);

// Whether anyone in this process has opened `library`.
bool IsOpen(const std::string& library);

// Opens a loader and checks version, size and required slots before anything of it is called but its entry. It stays
// open until the process ends. Errors: kInternal, naming the file and what is wrong with it.
Result<const tandem_loader_table*> OpenLoaderModule(const std::string& file);

// The same for a finder.
Result<const tandem_finder_table*> OpenFinderModule(const std::string& file);

// Whether OpenLoaderModule would take a file, as far as that shows without the VM whose symbols it may lack.
Status CheckLoaderModule(const std::string& file);

}  // namespace tandem

#endif  // TANDEM_CORE_LOADER_MODULE_H_
