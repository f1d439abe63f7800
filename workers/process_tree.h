// Which processes are below another one.
#ifndef TANDEM_WORKERS_PROCESS_TREE_H_
#define TANDEM_WORKERS_PROCESS_TREE_H_

#include <sys/types.h>

#include <set>
#include <vector>

namespace tandem::workers {

struct TreeProcess {
  pid_t pid;
  pid_t parent;
  bool zombie;
};

// The descendants of `root` as /proc has them, parents before their children, without those of `except` and what is
// below them. A process that is forked meanwhile may be absent.
std::vector<TreeProcess> Descendants(pid_t root, const std::set<pid_t>& except = {});

// Adds the children of `parent` as /proc lists them, which is cheap.
void AddChildren(pid_t parent, std::vector<pid_t>& children);

// Of a process of this machine; 0: it is not there.
pid_t ParentOf(pid_t process);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_PROCESS_TREE_H_
