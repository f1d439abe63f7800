// without_namespaces PROGRAM [ARGUMENT...]: executes it as on a machine that allows its users no namespaces, for it and
// all that it starts: mount, unshare, setns and pivot_root fail with EPERM, and so does clone with a new namespace.
// Exit status: the program's, or 2 where it cannot be executed so.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>

namespace {

constexpr unsigned kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// clone3, whose flags a filter cannot read, fails with ENOSYS: the C library then uses clone.
bool ForbidNamespaces() {
  std::array<sock_filter, 12> filter = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 8, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pivot_root, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kNewNamespaces, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  }};
  const sock_fprog program = {filter.size(), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool HasNone() {
  const auto clone = [](unsigned long flags) {
    const long child = syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) _exit(0);
    return child;
  };
  return clone(CLONE_NEWUSER | CLONE_NEWPID) == -1 && errno == EPERM &&  //
         unshare(CLONE_NEWUSER) == -1 && errno == EPERM &&               //
         mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) == -1 && errno == EPERM;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("without_namespaces: no program is given\n", stderr);
    return 2;
  }
  if (!ForbidNamespaces()) {
    std::perror("without_namespaces: namespaces cannot be forbidden");
    return 2;
  }
  if (!HasNone()) {
    std::fputs("without_namespaces: namespaces are still there\n", stderr);
    return 2;
  }
  execvp(argv[1], argv + 1);
  std::perror("without_namespaces: the program cannot be executed");
  return 2;
}
