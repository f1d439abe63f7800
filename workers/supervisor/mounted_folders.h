// File systems of a process's own, in the place of the machine's folders.
#ifndef TANDEM_WORKERS_SUPERVISOR_MOUNTED_FOLDERS_H_
#define TANDEM_WORKERS_SUPERVISOR_MOUNTED_FOLDERS_H_

#include "tandem/v1/supervisor.pb.h"

namespace tandem::workers {

// Mounts those of them that are to be mounted, in the mount namespace of the calling keeper, with which they go. What
// is in /opt cannot be written to. Returns what failed, with errno, or null.
const char* MountFolders(const v1::ProcessFolders& folders);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_MOUNTED_FOLDERS_H_
