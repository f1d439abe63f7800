// A keeper: the process between the supervisor and one process of the host's, which it starts, reaps and cleans up
// after.
#ifndef TANDEM_WORKERS_SUPERVISOR_KEEPER_H_
#define TANDEM_WORKERS_SUPERVISOR_KEEPER_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "tandem/v1/supervisor.pb.h"
#include "workers/file_descriptor.h"
#include "workers/supervisor/containment.h"
#include "workers/supervisor/new_process.h"

namespace tandem::workers {

// What a keeper tells its supervisor; the supervisor tells it only to kill, by a byte or by closing its end.
struct KeeperReport {
  enum class Kind : std::uint32_t {
    kKept,     // the first of a keeper, for its pid
    kBorn,     // by the process itself, so that the message's credentials have its pid as the supervisor sees it
    kStarted,  // the program has been executed, or the fork goes on without one
    kFailed,   // it could not be: error, attempted
    kEnded,    // the process has, and nothing that it started is left: wait_status, usage
  };
  Kind kind = Kind::kKept;
  int error = 0;
  Attempted attempted{};
  int wait_status = 0;
  rusage usage{};
};

// What a keeper is made with.
struct KeeperSetting {
  Containment containment = Containment::kSubreaper;
  bool mounts = false;  // whether CanMount
  // Of the host: the processes get it back.
  rlimit files_limit{};
};

// The two ends of what a supervisor and a keeper have between them. Messages come to the supervisor's with their
// sender's pid.
struct Control {
  FileDescriptor of_supervisor;
  FileDescriptor of_keeper;
};
// Without ends: errno.
Control MakeControl();

// Forks a keeper for `start`, whose descriptors are `files`, and which goes on as `process` does. Returns the keeper's
// pid, or -1: errno.
pid_t StartKeeper(const KeeperSetting& setting, ChildOf child_of, const FileDescriptor& control, NewProcess& process,
                  const v1::StartProcess& start, std::vector<FileDescriptor>& files);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_KEEPER_H_
