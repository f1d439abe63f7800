// The process as the function's environment.
#ifndef TANDEM_CLI_FUNCTION_ENVIRONMENT_H_
#define TANDEM_CLI_FUNCTION_ENVIRONMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/runtime.h"
#include "tandem/status.h"

namespace tandem::cli {

using EnvironmentVariables = std::vector<std::pair<std::string, std::string>>;

// Who gives a function a variable.
enum class Setter : std::uint8_t {
  kUser,  // in its configuration
  kHost,  // the caller's shell, whose credentials it may have, too
};

// Why a variable cannot have this name, as one that only the platform sets or no name at all; empty: it can.
std::string ReasonAgainstVariable(const std::string& name, Setter setter = Setter::kUser);

// Splits K=V at the first '='. Errors: kInvalidArgument for what is not K=V, and for a name that only the
// platform sets.
Result<std::pair<std::string, std::string>> ParseVariable(const std::string& text);

// The user's region, from AWS_REGION or AWS_DEFAULT_REGION, else us-east-1.
std::string Region();

// Options of a JVM in this process, for "jvm.defaults". One that crashes writes about it, and about what it was
// compiling, into its working directory, the package, unless it has another place: the folder of temporary files.
std::string JvmDefaults();

// Sets what the platform tells a function, then the user's own variables, and makes the code's folder the
// current one. Threads: while the process has one. Errors: kInternal.
Status EnterFunction(const Function& function, const EnvironmentVariables& variables);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_FUNCTION_ENVIRONMENT_H_
