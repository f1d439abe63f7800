// EnvironmentFolders: which folders of its own an execution environment has, and how its function finds them.
#ifndef TANDEM_WORKERS_ENVIRONMENT_FOLDERS_H_
#define TANDEM_WORKERS_ENVIRONMENT_FOLDERS_H_

#include <string>
#include <vector>

#include "tandem/runtime.h"
#include "workers/supervisor.h"

namespace tandem::workers {

// What decides.
struct FolderNeeds {
  FolderUse use = FolderUse::kOwn;
  bool mounts = false;              // whether environments can have file systems of their own
  std::string temporary_dir;        // a folder of this user's for temporary files elsewhere than in /tmp; empty: none
  std::vector<std::string> layers;  // in their order
  std::vector<std::string> needed;  // paths that the environment has to see; empty ones do not count
};

struct EnvironmentFolders {
  ProcessFolders process;           // of each process, but for `made`
  std::vector<std::string> layers;  // as the function finds them
  std::string temporary;            // what TMPDIR names; empty: nothing, as temporary files are in /tmp
  bool each_its_own = false;        // each process has a folder of its own in `temporary`
  std::string note;                 // what it does not have, and why, in one line; empty: nothing
};

EnvironmentFolders ChooseFolders(const FolderNeeds& needs);

// The same for one more process.
EnvironmentFolders ForOneProcess(const EnvironmentFolders& folders);

// With TMPDIR, unless the function has its own.
std::vector<std::string> WithTemporary(std::vector<std::string> variables, const EnvironmentFolders& folders);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_ENVIRONMENT_FOLDERS_H_
