#include "workers/supervisor/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "workers/process_tree.h"
#include "workers/protocol.h"
#include "workers/supervisor/made_folder.h"
#include "workers/supervisor/mounted_folders.h"

namespace tandem::workers {
namespace {

using Kind = KeeperReport::Kind;

void Send(int control, const KeeperReport& report) {
  while (send(control, &report, sizeof report, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

// Keeps from the process, which may read it in /proc, what the supervisor was executed with.
void ForgetVariables() {
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) explicit_bzero(*one, std::strlen(*one));
  environ = nullptr;
}

// And from writing to what the supervisor has as its standard error.
void ForgetStandardFiles() {
  const FileDescriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (nothing) {
      dup2(nothing.get(), standard);
    } else {
      close(standard);
    }
  }
}

// One keeper, in a process of its own.
// Threads: none but the one. Owns: its process and all that is left of it. Errors: reported to the supervisor.
class Keeper {
 public:
  Keeper(const KeeperSetting& setting, int control, NewProcess& process)
      : setting_(setting), control_(control), becomes_(process) {}

  // Until the process has ended and nothing of it is left.
  void Run(const v1::StartProcess& start, std::vector<FileDescriptor> files) {
    if (!Start(start, std::move(files))) return;
    while (!ended_) {
      pollfd waiting[] = {{control_polled_, POLLIN, 0}, {children_.get(), POLLIN, 0}, {failures_.get(), POLLIN, 0}};
      if (poll(waiting, std::size(waiting), -1) < 0) continue;
      if (waiting[2].revents != 0) TakeFailure();
      if (waiting[0].revents != 0) TakeOrder();
      if (waiting[1].revents != 0) Reap();
    }
    if (failures_) TakeFailure();
    EndTheRest();
    made_.reset();
    if (!failed_) Send(control_, *ended_);
  }

 private:
  void Fail(int error, const Attempted& attempted) {
    made_.reset();
    Send(control_, {.kind = Kind::kFailed, .error = error, .attempted = attempted});
    failed_ = true;
  }

  // `files` are closed at its end.
  bool Start(const v1::StartProcess& start,
             std::vector<FileDescriptor> files) {  // NOLINT(performance-unnecessary-value-param): see above
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    children_ = FileDescriptor(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    int ends[2] = {-1, -1};
    if (!children_ || pipe2(ends, O_CLOEXEC) != 0) {
      Fail(errno, AttemptedText("descriptors"));
      return false;
    }
    failures_ = FileDescriptor(ends[0]);
    const FileDescriptor writing(ends[1]);
    if (const char* failed = MakeFolders(start.folders()); failed != nullptr) {
      Fail(errno, AttemptedText(failed));
      return false;
    }
    const pid_t self = getpid();
    becomes_.BeforeFork();
    process_ = fork();
    if (process_ == 0) {
      Send(control_, {.kind = Kind::kBorn});
      BecomeProcess(becomes_, start, files, writing.get(), self, setting_.files_limit);
    }
    if (process_ < 0) Fail(errno, AttemptedText("fork"));
    return process_ > 0;
  }

  // Returns what failed, with errno, or null.
  const char* MakeFolders(const v1::ProcessFolders& folders) {
    if (const char* failed = MountFolders(folders); failed != nullptr) return failed;
    if (folders.made().empty()) return nullptr;
    made_.emplace(folders.made());
    return made_->is_there() ? nullptr : "temporary folder";
  }

  // The pipe's end without a failure: it is running, or it was killed before.
  void TakeFailure() {
    StartFailure failure{};
    const ssize_t count = read(failures_.get(), &failure, sizeof failure);
    if (count < 0 && errno == EINTR) return;
    failures_.Close();
    if (count == sizeof failure) {
      Fail(failure.error, failure.attempted);
    } else {
      Send(control_, {.kind = Kind::kStarted});
    }
  }

  // Kill, or the supervisor's end, which is the same.
  void TakeOrder() {
    char byte = 0;
    const ssize_t count = recv(control_, &byte, sizeof byte, MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    kill(process_, SIGKILL);
    if (count <= 0) control_polled_ = -1;
  }

  // False: there are no children any more.
  bool Reap() {
    signalfd_siginfo ignored{};
    while (read(children_.get(), &ignored, sizeof ignored) > 0) {
    }
    for (;;) {
      KeeperReport report{.kind = Kind::kEnded};
      const pid_t pid = wait4(-1, &report.wait_status, WNOHANG, &report.usage);
      if (pid < 0 && errno != EINTR) return false;
      if (pid == 0) return true;
      if (pid == process_) ended_ = report;
    }
  }

  // Kills and reaps until there is nobody left. Whoever is stuck in the kernel is waited for.
  void EndTheRest() {
    constexpr int kPatienceMs = 10;  // for a child that /proc did not show when it was looked through
    while (Reap() && KillTheRest()) {
      pollfd waiting{children_.get(), POLLIN, 0};
      poll(&waiting, 1, kPatienceMs);
    }
  }

  // False: all that are left belong to somebody else, who is not ours to kill.
  bool KillTheRest() const {
    if (setting_.containment != Containment::kSubreaper) return kill(-1, SIGKILL) == 0 || errno != EPERM;
    bool some = false;
    bool refused = false;
    for (const TreeProcess& process : Descendants(getpid())) {
      if (process.zombie) continue;
      const bool killed = kill(process.pid, SIGKILL) == 0;
      some = some || killed;
      refused = refused || (!killed && errno == EPERM);
    }
    return some || !refused;
  }

  const KeeperSetting setting_;
  const int control_;
  int control_polled_ = control_;
  NewProcess& becomes_;
  FileDescriptor children_;  // readable when a child has ended
  FileDescriptor failures_;
  std::optional<MadeFolder> made_;
  pid_t process_ = -1;
  bool failed_ = false;
  std::optional<KeeperReport> ended_;
};

}  // namespace

Control MakeControl() {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
  Control control{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  const int on = 1;
  if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) return {};
  return control;
}

pid_t StartKeeper(const KeeperSetting& setting, ChildOf child_of, const FileDescriptor& control, NewProcess& process,
                  const v1::StartProcess& start, std::vector<FileDescriptor>& files) {
  const uid_t user = getuid();
  const gid_t group = getgid();
  const pid_t keeper = ForkKeeper(setting.containment, child_of);
  if (keeper != 0) return keeper;

  Send(control.get(), {.kind = Kind::kKept});
  prctl(PR_SET_NAME, kKeeperName);
  // A zygote's variables are no host's, and are its fork's to show.
  if (child_of == ChildOf::kThisProcess) ForgetVariables();
  ForgetStandardFiles();
  std::vector<int> kept = {control.get()};
  for (const FileDescriptor& file : files) kept.push_back(file.get());
  CloseAllBut(kept);
  if (const char* failed = EnterContainment(setting.containment, user, group); failed != nullptr) {
    Send(control.get(), {.kind = Kind::kFailed, .error = errno, .attempted = AttemptedText(failed)});
    _exit(1);
  }
  Keeper(setting, control.get(), process).Run(start, std::move(files));
  _exit(0);
}

}  // namespace tandem::workers
