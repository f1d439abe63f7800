// Where an event's bytes come from.
#ifndef TANDEM_CLI_INPUT_H_
#define TANDEM_CLI_INPUT_H_

#include <string>

#include "tandem/event.h"
#include "tandem/status.h"

namespace tandem::cli {

// The bytes of a file, or of standard input when the path is "-". Errors: kNotFound or kInvalidArgument, naming
// `option`; the latter also where there is no memory for them.
Result<Event> ReadFile(const std::string& path, const std::string& option);

// What --payload's value stands for: the text itself, @FILE, or - for standard input. Errors: as ReadFile.
Result<Event> ReadPayload(const std::string& value);

// Advice for a function that does not take the payload; empty: there is none. A text that is no JSON and names a file
// was meant for @FILE.
std::string AdviceOnPayload(const std::string& value);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_INPUT_H_
