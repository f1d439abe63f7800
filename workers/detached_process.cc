#include "workers/detached_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "workers/protocol.h"
#include "workers/signals_blocked.h"

#ifdef __SANITIZE_THREAD__
// The C library's own: ThreadSanitizer's takes every new process for a fork with memory of its own.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);
#endif

namespace tandem::workers {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr auto* kClone = __clone;
#else
constexpr auto* kClone = clone;
#endif

constexpr std::size_t kStackSize = std::size_t{256} << 10;

// Stacks for the two processes that borrow this one's memory.
// Owns: the memory.
class Stacks {
 public:
  Stacks()
      : memory_(mmap(nullptr, 2 * kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
  }
  ~Stacks() {
    if (*this) munmap(memory_, 2 * kStackSize);
  }
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  explicit operator bool() const { return memory_ != MAP_FAILED; }
  // Stacks grow downwards.
  void* first() const { return static_cast<char*>(memory_) + kStackSize; }
  void* second() const { return static_cast<char*>(memory_) + 2 * kStackSize; }

 private:
  void* memory_;
};

// Of this process's variables: what the program's linker and a sanitizer in it read, and Tandem's own. A function may
// find whatever it has.
std::vector<char*> VariablesForProgram() {
  std::vector<char*> kept;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    const std::string_view text = *one;
    const std::string_view name = text.substr(0, text.find('='));
    if (name == "LD_LIBRARY_PATH" || name.starts_with("TANDEM_") || name.ends_with("SAN_OPTIONS")) kept.push_back(*one);
  }
  kept.push_back(nullptr);
  return kept;
}

struct ProgramLaunch {
  std::vector<char*> arguments;
  std::vector<char*> variables = VariablesForProgram();
  int channel = -1;
  void* stack = nullptr;
  pid_t pid = -1;
  int error = 0;
};

// The program's process until it is executed. It has this process's memory, so that nothing is done but system calls,
// and nothing that ThreadSanitizer would take for the thread's that waits.
[[gnu::no_sanitize("thread")]] int Execute(void* argument) {
  auto* const launch = static_cast<ProgramLaunch*>(argument);
  const bool arranged = launch->channel == kSupervisorChannel
                            ? syscall(SYS_fcntl, launch->channel, F_SETFD, 0) == 0
                            : syscall(SYS_dup2, launch->channel, kSupervisorChannel) >= 0;
  if (arranged) execve(launch->arguments[0], launch->arguments.data(), launch->variables.data());
  launch->error = errno;
  return 127;
}

// The process between, whose end makes the program's an orphan.
[[gnu::no_sanitize("thread")]] int Detach(void* argument) {
  auto* const launch = static_cast<ProgramLaunch*>(argument);
  launch->pid = kClone(Execute, launch->stack, CLONE_VM | CLONE_VFORK | SIGCHLD, launch);
  if (launch->pid < 0) launch->error = errno;
  return 0;
}

}  // namespace

Result<pid_t> StartDetached(const std::vector<std::string>& arguments, int channel) {
  ProgramLaunch launch;
  for (const std::string& text : arguments) launch.arguments.push_back(const_cast<char*>(text.c_str()));
  launch.arguments.push_back(nullptr);
  launch.channel = channel;
  const Stacks stacks;
  if (!stacks) return {Code::kInternal, "no memory to start " + arguments[0] + " with"};
  launch.stack = stacks.second();
  {
    const SignalsBlocked blocked;  // as a handler would run in the borrowed memory
    // No signal at its end (the flags have none): only who asks for such children by __WALL can take it away.
    const pid_t between = kClone(Detach, stacks.first(), CLONE_VM | CLONE_VFORK, &launch);
    if (between < 0) launch.error = errno;
    while (between > 0 && waitpid(between, nullptr, __WCLONE) < 0 && errno == EINTR) {
    }
  }
  if (launch.error != 0)
    return {Code::kUnavailable, "cannot execute " + arguments[0] + ": " + std::strerror(launch.error)};
  return launch.pid;
}

}  // namespace tandem::workers
