// Which folder a server's functions and logs are in.
#ifndef TANDEM_CLI_DATA_FOLDER_CHOICE_H_
#define TANDEM_CLI_DATA_FOLDER_CHOICE_H_

#include <string>

#include "options.h"
#include "tandem/status.h"

namespace tandem::cli {

// The option --data of a verb.
const OptionSpec& DataOption();

// What --data names, else `tandem` in XDG_STATE_HOME, else ~/.local/state/tandem; absolute. Errors: kInvalidArgument.
Result<std::string> DataFolder(const ParsedOptions& parsed);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_DATA_FOLDER_CHOICE_H_
