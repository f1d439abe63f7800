// InvokeRequest: what `tandem invoke` was asked to do.
#ifndef TANDEM_CLI_INVOKE_REQUEST_H_
#define TANDEM_CLI_INVOKE_REQUEST_H_

#include <string>
#include <vector>

#include "function_environment.h"
#include "log_printer.h"
#include "options.h"
#include "runtime_choice.h"
#include "tandem/event.h"
#include "tandem/function.h"
#include "tandem/invocation.h"
#include "tandem/status.h"

namespace tandem::cli {

// Checked, with defaults filled in and paths made absolute.
struct InvokeRequest {
  FunctionConfig config;                 // its layers may be archives yet
  std::string code_named_by = "--code";  // or the place in a template
  std::string layers_named_by;           // the place in a template
  std::vector<std::string> warnings;     // of a template
  Event event;
  std::string payload_advice;  // for a function that does not take it; empty: none
  std::string request_id;
  std::string client_context;
  std::string endpoint;   // of a server that has the function; empty: it runs here
  std::string qualifier;  // a version or an alias of it there
  InvocationType type = InvocationType::kRequestResponse;
  LogType log_type = LogType::kNone;
  Verbosity verbosity = Verbosity::kNormal;
  RuntimeWishes wishes;
  EnvironmentVariables variables;
};

const OptionTable& InvokeOptionTable();
// With the argument kFunctionArgument. Errors: as ParseOptions.
Result<ParsedOptions> ParseInvokeOptions(const std::vector<std::string>& arguments);

// Reads the payload, too. Errors: kInvalidArgument and kNotFound, in a line that names the option.
Result<InvokeRequest> MakeInvokeRequest(const ParsedOptions& options);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_INVOKE_REQUEST_H_
