// The command's exit statuses, one meaning each.
#ifndef TANDEM_CLI_EXIT_STATUS_H_
#define TANDEM_CLI_EXIT_STATUS_H_

#include "tandem/status.h"

namespace tandem::cli {

inline constexpr int kExitSuccess = 0;
inline constexpr int kExitFunctionError = 1;  // the handler failed, or could not be resolved or initialised
inline constexpr int kExitBadUse = 2;         // an option, a missing file, not a package, an unknown runtime
inline constexpr int kExitUnavailable = 3;    // the runtime itself: no JVM, no such CPython, a defect of ours
inline constexpr int kExitNoOutput = 4;       // standard output does not take what is to be said

// The status for a failure of core's.
inline int ExitStatusOf(Code code) {
  switch (code) {
    case Code::kOk:
      return kExitSuccess;
    case Code::kInvalidArgument:
    case Code::kNotFound:
      return kExitBadUse;
    case Code::kUnavailable:
    case Code::kInternal:
      break;
  }
  return kExitUnavailable;
}

}  // namespace tandem::cli

#endif  // TANDEM_CLI_EXIT_STATUS_H_
