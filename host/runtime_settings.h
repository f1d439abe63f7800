// The runtimes as an operator sets them, in a file of the data folder.
#ifndef TANDEM_HOST_RUNTIME_SETTINGS_H_
#define TANDEM_HOST_RUNTIME_SETTINGS_H_

#include <map>
#include <string>

#include "tandem/registry.h"
#include "tandem/status.h"

namespace tandem::host {

// What `runtimes.json` says, by language; nothing where there is no such file (docs/server.md). Errors:
// kInvalidArgument, with the file's name and the member that is wrong.
Result<std::map<std::string, LanguageOptions>> ReadRuntimeSettings(const std::string& data_folder);

// Whether each JDK and CPython that the file names can serve, by a registry with its settings. Errors:
// kInvalidArgument, with the file's name, the member, the path and why.
Status CheckRuntimeSettings(const std::string& data_folder, const RuntimeRegistry& registry);

}  // namespace tandem::host

#endif  // TANDEM_HOST_RUNTIME_SETTINGS_H_
