// The files that a command writes for its user.
#ifndef TANDEM_CLI_REPORT_FILE_H_
#define TANDEM_CLI_REPORT_FILE_H_

#include <string>
#include <string_view>

#include "tandem/status.h"

namespace tandem::cli {

// A file gets `text` as a whole or stays as it was; one that was there keeps its mode and the links to it. What is no
// file, as a pipe or a device, is written into. Errors: kInternal, "cannot write PATH: " and the reason.
Status WriteReportFile(const std::string& path, std::string_view text);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_REPORT_FILE_H_
