// The way from a keeper's fork to the program of its process.
#ifndef TANDEM_WORKERS_SUPERVISOR_NEW_PROCESS_H_
#define TANDEM_WORKERS_SUPERVISOR_NEW_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <string_view>
#include <vector>

#include "tandem/v1/supervisor.pb.h"
#include "workers/file_descriptor.h"

namespace tandem::workers {

// A word or two for what failed, ended by a NUL.
using Attempted = std::array<char, 32>;
Attempted AttemptedText(std::string_view text);

// What failed on that way, as it is written to a pipe that the program closes.
struct StartFailure {
  int error = 0;
  Attempted attempted{};
};

// The fork's whole life: becomes the program, or writes a StartFailure to `failures` and exits.
[[noreturn]] void BecomeProcess(const v1::StartProcess& start, const std::vector<FileDescriptor>& files, int failures,
                                pid_t keeper, const rlimit& files_limit);

// Closes all files of this process but those, and those below 3.
void CloseAllBut(std::vector<int> kept);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_NEW_PROCESS_H_
