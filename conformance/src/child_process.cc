#include "child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tandem::conformance {
namespace {

constexpr std::size_t kOutputPart = 65536;
constexpr std::array<std::string_view, 9> kPlainVariables = {
    "HOME=", "LANG=", "LC_ALL=", "PATH=", "TMPDIR=", "TZ=", "JAVA_HOME=", "VIRTUAL_ENV=", "TANDEM_"};

Status CannotStart(const std::string& program, int error) {
  return {Code::kUnavailable, "cannot start " + program + ": " + std::generic_category().message(error)};
}

std::vector<char*> PointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// How posix_spawn is told what the child has; a group of its own, so that all of it can be ended.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none{};
    sigset_t usual{};
    sigemptyset(&none);
    sigfillset(&usual);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::string HowEnded(int status) {
  if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  return "exited with status " + std::to_string(WEXITSTATUS(status));
}

// A variable that no other process has.
std::string NewTag() {
  std::random_device device;
  return "TANDEM_CONFORM_CHILD=" + std::to_string(device()) + "-" + std::to_string(device());
}

// The processes with the tag in the environment that they were started with; none of those that have ended.
std::vector<pid_t> ProcessesWith(const std::string& tag) {
  namespace fs = std::filesystem;
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator each("/proc", error), end; !error && each != end; each.increment(error)) {
    const auto pid = static_cast<pid_t>(std::strtol(each->path().filename().c_str(), nullptr, 10));
    if (pid <= 0) continue;
    std::ifstream environment(each->path() / "environ");
    for (std::string variable; std::getline(environment, variable, '\0');) {
      if (variable == tag) found.push_back(pid);
    }
  }
  return found;
}

// Also what they start meanwhile; a process in the kernel's hands is not waited for without end.
void KillAllWith(const std::string& tag) {
  constexpr int kMostLooks = 1000;
  for (int look = 0; look < kMostLooks; ++look) {
    const std::vector<pid_t> found = ProcessesWith(tag);
    if (found.empty()) return;
    for (const pid_t pid : found) kill(pid, SIGKILL);
    poll(nullptr, 0, 1);
  }
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(const ChildSpec& spec) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return CannotStart(spec.arguments.front(), errno);
  workers::FileDescriptor output(ends[0]);
  const workers::FileDescriptor input_of_output(ends[1]);
  fcntl(output.get(), F_SETFL, O_NONBLOCK);

  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, input_of_output.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&plan.actions, input_of_output.get(), STDERR_FILENO);
  if (spec.passed >= 0) posix_spawn_file_actions_adddup2(&plan.actions, spec.passed, kPassedDescriptor);
  std::vector<std::string> environment = spec.environment;
  std::string tag = environment.emplace_back(NewTag());
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, spec.arguments.front().c_str(), &plan.actions, &plan.attributes,
                                 PointersTo(spec.arguments).data(), PointersTo(environment).data());
  if (error != 0) return CannotStart(spec.arguments.front(), error);
  return ChildProcess(pid, std::move(tag), std::move(output));
}

ChildProcess::ChildProcess(pid_t pid, std::string tag, workers::FileDescriptor output)
    : pid_(pid),
      tag_(std::move(tag)),
      output_(std::move(output)),
      ending_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      tag_(std::move(other.tag_)),
      output_(std::move(other.output_)),
      ending_(std::move(other.ending_)) {}

ChildProcess::~ChildProcess() {
  End();
}

std::string ChildProcess::TakeOutput() {
  std::array<char, kOutputPart> part{};
  const ssize_t count = read(output_.get(), part.data(), part.size());
  if (count == 0) output_.Close();
  return {part.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

std::string ChildProcess::End() {
  return WaitEnd(std::chrono::milliseconds(0));
}

std::string ChildProcess::WaitEnd(std::chrono::milliseconds most) {
  if (pid_ == 0) return "";
  constexpr std::chrono::milliseconds kLook{5};
  siginfo_t ended{};
  for (auto left = most; left.count() > 0; left -= kLook) {
    // It stays a zombie, so that its group cannot become another's before it is killed.
    if (waitid(P_PID, pid_, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0) break;
    poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
  kill(-pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  KillAllWith(tag_);
  return HowEnded(status);
}

std::vector<std::string> PlainEnvironment() {
  std::vector<std::string> kept;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable = *each;
    for (const std::string_view beginning : kPlainVariables) {
      if (variable.starts_with(beginning)) kept.emplace_back(variable);
    }
  }
  return kept;
}

}  // namespace tandem::conformance
