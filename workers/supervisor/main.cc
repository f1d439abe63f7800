// tandem-supervisor [KEEPING]: the parent of a host's worker processes; see workers/README.md.
//
// Executed by the host, with its channel as descriptor 3. KEEPING is one of "namespace", "user namespace" and
// "subreaper"; without it the supervisor takes the best that can be had.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>

#include "workers/protocol.h"
#include "workers/supervisor/containment.h"
#include "workers/supervisor/service.h"

namespace tandem::workers {
namespace {

// Default actions, nothing pending, and all blocked: only the host's end ends a supervisor, and it reads of its
// children.
void ResetSignals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int number = 1; number < NSIG; ++number) {
    signal(number, SIG_IGN);  // which discards what is pending
    signal(number, SIG_DFL);
  }
}

// Leaves the channel, standard error and nothing else of the host's.
bool ResetFiles() {
  closefrom(kSupervisorChannel + 1);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0) return false;
  if (fcntl(STDERR_FILENO, F_GETFD) < 0 && dup2(null, STDERR_FILENO) < 0) return false;
  if (null > STDERR_FILENO) close(null);
  return fcntl(kSupervisorChannel, F_SETFD, FD_CLOEXEC) == 0;
}

// Each process takes one descriptor here. The processes get the host's limit back.
rlimit RaiseFilesLimit() {
  rlimit of_host{};
  getrlimit(RLIMIT_NOFILE, &of_host);
  rlimit most = of_host;
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  return of_host;
}

int Main(int argc, char** argv) {
  const std::optional<Containment> asked =
      argc > 1 ? ContainmentNamed(argv[1]) : std::optional<Containment>(Containment::kSubreaper);
  if (argc > 2 || !asked || fcntl(kSupervisorChannel, F_GETFD) < 0) {
    std::fputs("tandem-supervisor is started by Tandem, with its channel as descriptor 3\n", stderr);
    return 2;
  }
  setsid();
  ResetSignals();
  if (!ResetFiles() || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return 3;
  const Containment containment = argc > 1 ? *asked : BestContainment();
  const KeeperSetting setting{
      .containment = containment, .mounts = CanMount(containment), .files_limit = RaiseFilesLimit()};
  Service(Channel(FileDescriptor(kSupervisorChannel)), setting).Run();
  return 0;
}

}  // namespace
}  // namespace tandem::workers

int main(int argc, char** argv) {
  return tandem::workers::Main(argc, argv);
}
