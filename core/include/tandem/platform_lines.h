// The lines and bodies that the platform itself says about an invocation.
#ifndef TANDEM_PLATFORM_LINES_H_
#define TANDEM_PLATFORM_LINES_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tandem/export.h"
#include "tandem/invocation.h"
#include "tandem/outcome.h"

namespace tandem {

// L-41.
TANDEM_EXPORT std::string StartLine(std::string_view request_id, std::string_view version);
// L-42.
TANDEM_EXPORT std::string EndLine(std::string_view request_id);
// L-43; durations in ms with two decimals, billed ones rounded up to whole ms, memory in MB.
TANDEM_EXPORT std::string ReportLine(std::string_view request_id, const Report& report, std::int32_t memory_size_mb);
// The peak of this process's resident memory, as a Report has it inline.
TANDEM_EXPORT std::int64_t ProcessPeakMemoryBytes();
// L-48: `<ISO time> <id> Task timed out after 3.00 seconds` and a blank line.
TANDEM_EXPORT std::string TimeoutLines(std::string_view request_id, std::chrono::milliseconds timeout);
// L-49.
TANDEM_EXPORT std::string ExitLines(const FunctionError& error);
// E-40 to E-42: the error of a process that ended before it answered. `status`: 0 to 255, or minus the signal number.
TANDEM_EXPORT Outcome ExitOutcome(std::string_view request_id, int status);
// E-46: the error of a process that was killed because it had more than its memory size.
TANDEM_EXPORT Outcome OutOfMemoryOutcome(std::string_view request_id);
// E-51: the error of a function whose own program cannot be started. `exit_status`: what a shell would give, 126 or
// 127.
TANDEM_EXPORT Outcome EntrypointOutcome(std::string_view request_id, std::string_view reason, int exit_status);
// E-38.
TANDEM_EXPORT Outcome TimeoutOutcome(std::string_view request_id, std::chrono::milliseconds timeout);

}  // namespace tandem

#endif  // TANDEM_PLATFORM_LINES_H_
