#include "workers/supervisor/containment.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "workers/file_descriptor.h"

namespace tandem::workers {
namespace {

constexpr std::array kAll = {Containment::kNamespace, Containment::kUserNamespace, Containment::kSubreaper};

bool WriteFile(const char* path, std::string_view text) {
  const FileDescriptor file(open(path, O_WRONLY | O_CLOEXEC));
  return file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string SameId(unsigned id) {
  return std::to_string(id) + " " + std::to_string(id) + " 1";
}

bool NothingMore() {
  return true;
}

bool MountsOne() {
  return mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=4096") == 0;
}

bool Works(Containment containment, bool (*more)() = NothingMore) {
  const uid_t user = getuid();
  const gid_t group = getgid();
  const pid_t child = ForkKeeper(containment);
  if (child == 0) _exit(EnterContainment(containment, user, group) == nullptr && more() ? 0 : 1);
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::string_view NameOf(Containment containment) {
  switch (containment) {
    case Containment::kNamespace:
      return "namespace";
    case Containment::kUserNamespace:
      return "user namespace";
    case Containment::kSubreaper:
      return "subreaper";
  }
  return "";
}

std::optional<Containment> ContainmentNamed(std::string_view name) {
  for (const Containment one : kAll) {
    if (NameOf(one) == name) return one;
  }
  return std::nullopt;
}

Containment BestContainment() {
  for (const Containment one : kAll) {
    if (Works(one)) return one;
  }
  return Containment::kSubreaper;
}

bool CanMount(Containment containment) {
  return containment != Containment::kSubreaper && Works(containment, MountsOne);
}

pid_t ForkKeeper(Containment containment, ChildOf child_of) {
  unsigned long flags = SIGCHLD;
  if (child_of == ChildOf::kItsParent) flags |= CLONE_PARENT;
  if (containment != Containment::kSubreaper) flags |= CLONE_NEWPID | CLONE_NEWNS;
  if (containment == Containment::kUserNamespace) flags |= CLONE_NEWUSER;
  return static_cast<pid_t>(syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
}

const char* EnterContainment(Containment containment, uid_t user, gid_t group) {
  if (containment == Containment::kSubreaper) return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? nullptr : "subreaper";
  if (containment == Containment::kUserNamespace &&
      (!WriteFile("/proc/self/setgroups", "deny") || !WriteFile("/proc/self/uid_map", SameId(user)) ||
       !WriteFile("/proc/self/gid_map", SameId(group)))) {
    return "user namespace";
  }
  // Ends it with the supervisor, whatever it is doing. The namespace ends with it.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return "death signal";
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return "mount namespace";
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return "/proc";
  return nullptr;
}

}  // namespace tandem::workers
