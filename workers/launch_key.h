// Launch: what a worker can only be given when its program is executed, by which a zygote or a standby fits it.
#ifndef TANDEM_WORKERS_LAUNCH_KEY_H_
#define TANDEM_WORKERS_LAUNCH_KEY_H_

#include <string>
#include <string_view>
#include <vector>

#include "workers/worker_process.h"

namespace tandem::workers {

struct Launch {
  std::string key;  // workers with equal ones can be forks of one zygote; empty: this one has to be executed
  bool complete_environment = false;     // the key has all variables of the worker but for its log stream
  bool may_be_complete = true;           // else there is none where it would have to
  std::vector<std::string> environment;  // the zygote's
  std::string working_directory;         // the zygote's
};

// What a worker could be started from.
struct Launches {
  Launch zygote;
  Launch standby;
};

// Whether the variables name a wrapper, by which a worker is executed (E-49).
bool HasWrapper(const std::vector<std::string>& variables);

// Whether the linker, the C library or a language's runtime reads the variable when it starts and not again.
bool IsReadAtStart(std::string_view variable);

// The launch of a worker. Its key has the program, the loader with its options, and the variables that are read at the
// start; of LD_LIBRARY_PATH the folders that have libraries; the working directory where one of those variables names a
// path from there. A library that is loaded before all others may read any variable, so that the key then has all.
Launch LaunchOf(const WorkerSpec& spec);

// The launch of a standby, whose function gets it whole. Its key also has the variables that a JVM reads, all of
// LD_LIBRARY_PATH, which a JVM keeps as text, the working directory, the layers and the memory size.
Launch StandbyLaunchOf(const WorkerSpec& spec);

// The same as the first with all variables in it.
Launch CompleteLaunchOf(const WorkerSpec& spec);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_LAUNCH_KEY_H_
