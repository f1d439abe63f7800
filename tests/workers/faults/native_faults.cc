// A C library as an extension module has it, for both languages: by ctypes, and as a native method.
#include "native_faults.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

namespace tandem::test {
namespace {

[[noreturn]] void Stay() {
  for (;;) pause();
}

void MaskSignals() {
  sigset_t all{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE}) std::signal(number, SIG_IGN);
}

void ForkTwice() {
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    MaskSignals();
    Stay();
  }
  waitpid(child, nullptr, 0);
}

void ChangeDirectory() {
  char name[] = "/tmp/tandem-fault-XXXXXX";
  if (mkdtemp(name) == nullptr || chdir(name) != 0 || rmdir(name) != 0) std::abort();
}

void Hoard() {
  constexpr std::size_t kSize = std::size_t{400} << 20;
  static void* volatile kept = std::malloc(kSize);
  std::memset(kept, 1, kSize);
}

void Touch() {
  constexpr std::size_t kSize = std::size_t{100} << 20;
  void* const bytes = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memset(bytes, 1, kSize);
  munmap(bytes, kSize);
}

void Flood() {
  const std::string line = std::string(63, 'x') + "\n";
  for (int i = 0; i < (1 << 20) / 64; ++i) {
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
  }
}

void UseUpFiles() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_cur, 1024);
  setrlimit(RLIMIT_NOFILE, &files);
  while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
  }
}

int Do(NativeFault fault) {
  switch (fault) {
    case NativeFault::kAbort:
      std::abort();
    case NativeFault::kSegfault:
      *static_cast<volatile int*>(nullptr) = 1;  // NOLINT(clang-analyzer-core.NullDereference): as asked for
      break;
    case NativeFault::kKill:
      kill(getpid(), SIGKILL);
      Stay();
    case NativeFault::kCloseAll:
      close_range(0, ~0U, 0);
      break;
    case NativeFault::kCloseAndStay:
      close_range(3, ~0U, 0);
      Stay();
    case NativeFault::kBecomeAnother:
      execl("/bin/sh", "sh", "-c", "exit 6", nullptr);
      std::abort();
    case NativeFault::kFork:
      if (fork() == 0) Stay();
      break;
    case NativeFault::kForkTwice:
      ForkTwice();
      break;
    case NativeFault::kChangeDirectory:
      ChangeDirectory();
      break;
    case NativeFault::kClearEnvironment:
      clearenv();
      break;
    case NativeFault::kMaskSignals:
      MaskSignals();
      break;
    case NativeFault::kMaskSignalsAndStay:
      MaskSignals();
      Stay();
    case NativeFault::kHoard:
      Hoard();
      break;
    case NativeFault::kFlood:
      Flood();
      break;
    case NativeFault::kTouch:
      Touch();
      break;
    case NativeFault::kForkAndReturn:
      return fork() == 0 ? 1 : 0;
    case NativeFault::kForkByCallAndReturn:
      return syscall(SYS_fork) == 0 ? 1 : 0;
    case NativeFault::kUseUpFiles:
      UseUpFiles();
      break;
  }
  return 0;
}

}  // namespace
}  // namespace tandem::test

// NOLINTNEXTLINE(readability-identifier-naming): C's
extern "C" __attribute__((visibility("default"))) int fault(int number) {
  return tandem::test::Do(static_cast<tandem::test::NativeFault>(number));
}

// faults.Faults.fault(int), with neither of what a native method is given first.
// NOLINTNEXTLINE(readability-identifier-naming): JNI's
extern "C" __attribute__((visibility("default"))) int Java_faults_Faults_fault(void* /*env*/, void* /*type*/,
                                                                               int number) {
  return fault(number);
}
