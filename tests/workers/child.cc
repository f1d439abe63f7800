// What the tests start as a process: workers_child WHAT TAG [ARGUMENT].
//
// The tag is there for /proc to show. Whatever is forked here keeps it, and writes a byte to standard output when it is
// as it should be.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/workers/raw_frame.h"

namespace {

[[noreturn]] void Stay() {
  for (;;) pause();
}

void Ready() {
  if (write(STDOUT_FILENO, "r", 1) != 1) _exit(1);
}

// A byte on standard input, or its end.
void AwaitWord() {
  char byte = 0;
  if (read(STDIN_FILENO, &byte, 1) < 0) _exit(1);
}

// A child of this process that is ready and stays, after `prepare`.
template <typename Prepare>
void Fork(const Prepare& prepare) {
  if (fork() != 0) return;
  prepare();
  Ready();
  Stay();
}

void IgnoreAndBlockSignals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_IGN);
}

// The process between a process and its grandchild, which it leaves alone.
template <typename Prepare>
void ForkTwice(const Prepare& prepare) {
  const pid_t between = fork();
  if (between == 0) {
    Fork(prepare);
    _exit(0);
  }
  waitpid(between, nullptr, 0);
}

// Six processes beside this one, of the kinds that are hard to end, which write a byte each.
void Family(char** argv) {
  Fork([] {});
  Fork([] {
    setsid();
    IgnoreAndBlockSignals();
  });
  ForkTwice([] {
    setsid();
    IgnoreAndBlockSignals();
    prctl(PR_SET_PDEATHSIG, 0);
  });
  Fork([] {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    ForkTwice([] { setsid(); });
  });
  // Without a variable, and a program of its own.
  ForkTwice([&] {
    char stay[] = "stay";
    char* const arguments[] = {argv[0], stay, argv[2], nullptr};
    char* const environment[] = {nullptr};
    execve("/proc/self/exe", arguments, environment);
    _exit(1);
  });
}

// Processes that are gone before anybody can look for them, having forked the next one.
void Chain() {
  for (;;) {
    if (fork() == 0) continue;
    _exit(0);
  }
}

// Returns what there was: "soft hard".
std::string NoCore() {
  rlimit before{};
  getrlimit(RLIMIT_CORE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_CORE, &none);
  return std::to_string(before.rlim_cur) + " " + std::to_string(before.rlim_max);
}

void TouchMemory(std::size_t megabytes) {
  std::vector<char> bytes(megabytes << 20, 'x');
  const volatile char sink = bytes[bytes.size() / 2];
  (void)sink;
}

void UseProcessor(long milliseconds) {
  rusage usage{};
  do {
    getrusage(RUSAGE_SELF, &usage);
  } while (usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 + usage.ru_stime.tv_sec * 1000 +
               usage.ru_stime.tv_usec / 1000 <
           milliseconds);
}

std::string ReadLink(const char* path) {
  char text[512];
  const ssize_t size = readlink(path, text, sizeof text);
  return {text, size < 0 ? 0 : static_cast<std::size_t>(size)};
}

std::string ReadLine(const char* path) {
  char text[64];
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t size = read(file, text, sizeof text);
  close(file);
  return {text, size < 1 ? 0 : static_cast<std::size_t>(size - 1)};
}

std::string OpenFiles() {
  std::string list;
  DIR* const folder = opendir("/proc/self/fd");
  for (int fd = 0; fd < 1024; ++fd) {
    if (fd != dirfd(folder) && fcntl(fd, F_GETFD) >= 0) list += std::to_string(fd) + " ";
  }
  closedir(folder);
  return list;
}

std::string Signals() {
  std::string list;
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_DFL) list += std::to_string(number) + "! ";
    if (sigismember(&blocked, number) == 1) list += std::to_string(number) + "# ";
  }
  return list;
}

// A line for each property.
void Report(char** environment, const std::string& core) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  std::string text;
  text += "leads " + std::to_string(getsid(0) == getpid() && getpgid(0) == getpid()) + "\n";
  text += "proc " + std::to_string(ReadLink("/proc/self") == std::to_string(getpid())) + "\n";
  text += "ids " + std::to_string(getuid()) + " " + std::to_string(geteuid()) + " " + std::to_string(getgid()) + "\n";
  text += "files " + OpenFiles() + "\n";
  text += "limit " + std::to_string(files.rlim_cur) + "\n";
  text += "core " + core + "\n";
  text += "signals " + Signals() + "\n";
  text += "oom " + ReadLine("/proc/self/oom_score_adj") + "\n";
  text += "cwd " + ReadLink("/proc/self/cwd") + "\n";
  for (char** variable = environment; *variable != nullptr; ++variable) text += "env " + std::string(*variable) + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(1);
}

// A supervisor of another version, as Supervisor::Start executes it.
int AnotherVersion() {
  const char hello[] = {0x1A, 0x02, 0x08, 0x63};
  const tandem::test::RawPrefix prefix{.header_size = sizeof hello};
  return tandem::test::SendRaw(3, tandem::test::Bytes(prefix, {hello, sizeof hello})) ? 0 : 1;
}

// A worker of another version, as the host starts it: protocol 99 and version 9.9.
int WorkerOfAnotherVersion() {
  const char hello[] = {0x0A, 0x07, 0x08, 0x63, 0x12, 0x03, '9', '.', '9'};
  const tandem::test::RawPrefix prefix{.header_size = sizeof hello};
  if (!tandem::test::SendRaw(3, tandem::test::Bytes(prefix, {hello, sizeof hello}))) return 1;
  Stay();
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const long number = argc > 3 ? std::strtol(argv[3], nullptr, 10) : 0;
  const std::string core = NoCore();
  if (std::string_view(argv[0]) == "tandem-worker") return WorkerOfAnotherVersion();
  if (what == "namespace") return AnotherVersion();
  if (what == "exit") return static_cast<int>(number);
  if (what == "signal") raise(static_cast<int>(number));
  if (what == "memory") TouchMemory(static_cast<std::size_t>(number));
  if (what == "processor") UseProcessor(number);
  if (what == "report") Report(environment, core);
  if (what == "family") {
    Family(argv);
    if (number == 0) Stay();
    AwaitWord();
    return static_cast<int>(number);
  }
  if (what == "chains") {
    for (int i = 0; i < 8; ++i) {
      if (fork() == 0) Chain();
    }
    Ready();
    Stay();
  }
  if (what == "stop-parent") {
    AwaitWord();
    kill(getppid(), SIGSTOP);
    Ready();
    Stay();
  }
  if (what == "stay") {
    Ready();
    Stay();
  }
  return 0;
}
