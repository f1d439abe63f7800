#include "workers/supervisor/new_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

namespace tandem::workers {
namespace {

// Null-terminated, for execve.
std::vector<char*> Pointers(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(static_cast<std::size_t>(texts.size()) + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Makes `files` 0, 1, 2 and so on, and closes everything else but the pipe for failures, which is put behind them.
StartFailures ArrangeFiles(const std::vector<FileDescriptor>& files, StartFailures failures) {
  const int count = static_cast<int>(files.size());
  failures.Require(fcntl(failures.fd(), F_DUPFD_CLOEXEC, count) >= 0, "descriptors");
  const int moved = fcntl(failures.fd(), F_DUPFD_CLOEXEC, count + 1);
  failures.Require(moved >= 0, "descriptors");
  failures = StartFailures(moved);
  std::vector<int> above;
  for (const FileDescriptor& file : files) {
    above.push_back(fcntl(file.get(), F_DUPFD_CLOEXEC, count + 1));
    failures.Require(above.back() >= 0, "descriptors");
  }
  for (int i = 0; i < count; ++i) failures.Require(dup2(above[static_cast<std::size_t>(i)], i) >= 0, "descriptors");
  failures.Require(dup3(failures.fd(), count, O_CLOEXEC) >= 0, "descriptors");
  closefrom(count + 1);
  return StartFailures(count);
}

// Makes the process the first that the kernel ends where the machine's memory is exhausted, and not its host.
void OfferToTheKernel() {
  const FileDescriptor file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  static_cast<void>(!write(file.get(), "1000", 4));
}

// A core file would land in the working directory, which is the package. The process may raise its limit again, as far
// as the host could.
bool LeaveNoCore() {
  rlimit core{};
  if (getrlimit(RLIMIT_CORE, &core) != 0) return false;
  core.rlim_cur = 0;
  return setrlimit(RLIMIT_CORE, &core) == 0;
}

}  // namespace

Attempted AttemptedText(std::string_view text) {
  Attempted attempted{};
  text.copy(attempted.data(), attempted.size() - 1);
  return attempted;
}

void StartFailures::Report(std::string_view attempted) const {
  const StartFailure failure{errno, AttemptedText(attempted)};
  const ssize_t written = write(fd_, &failure, sizeof failure);
  _exit(written == sizeof failure ? 127 : 126);
}

void StartFailures::Close() const {
  close(fd_);
}

void ExecutedProcess::Become(const v1::StartProcess& start, const StartFailures& failures) {
  const std::vector<char*> arguments = Pointers(start.arguments());
  const std::vector<char*> environment = Pointers(start.environment());
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(start.program().c_str(), arguments.data(), environment.data());
  failures.Report("execve");
}

void BecomeProcess(NewProcess& process, const v1::StartProcess& start, const std::vector<FileDescriptor>& files,
                   int failures_fd, pid_t parent, const rlimit& files_limit) {
  StartFailures failures(failures_fd);
  failures.Require(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "death signal");
  if (getppid() != parent) _exit(127);
  failures.Require(setsid() >= 0, "session");
  failures = ArrangeFiles(files, failures);
  failures.Require(setrlimit(RLIMIT_NOFILE, &files_limit) == 0, "limit of open files");
  failures.Require(LeaveNoCore(), "limit of core files");
  OfferToTheKernel();
  failures.Require(chdir(start.working_directory().c_str()) == 0, "chdir");
  process.Become(start, failures);
  std::abort();  // it does not return, which not every compiler knows of a virtual function
}

void CloseAllBut(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  int first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    if (fd > first) close_range(static_cast<unsigned>(first), static_cast<unsigned>(fd - 1), 0);
    first = std::max(first, fd + 1);
  }
  closefrom(first);
}

}  // namespace tandem::workers
