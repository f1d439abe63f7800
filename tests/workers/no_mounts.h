// ForbidMounts: a process that may mount nothing, as on a machine that allows its users no namespaces.
#ifndef TANDEM_TESTS_WORKERS_NO_MOUNTS_H_
#define TANDEM_TESTS_WORKERS_NO_MOUNTS_H_

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace tandem::test {

// For this process and all that it starts, for ever: mount(2) fails with EPERM. False: it cannot be forbidden.
inline bool ForbidMounts() {
  std::array<sock_filter, 4> filter = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program = {filter.size(), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_NO_MOUNTS_H_
