#include "workers/supervisor/service.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "workers/process_tree.h"
#include "workers/protocol.h"

namespace tandem::workers {
namespace {

using Kind = KeeperReport::Kind;

// Whoever made the socket pair. Beside the socket's end, as a fork of the host may hold that open.
FileDescriptor HostOf(int socket) {
  ucred host{};
  socklen_t size = sizeof host;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &host, &size) != 0 || host.pid <= 0) return {};
  return FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, host.pid, 0)));
}

FileDescriptor EndsOfChildren() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  return FileDescriptor(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}

// The next report and its sender. Empty: none yet, or, with `over` set, never again.
std::optional<std::pair<KeeperReport, pid_t>> NextReport(int control, bool& over) {
  KeeperReport report;
  iovec part{&report, sizeof report};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(ucred))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  ssize_t count = 0;
  while ((count = recvmsg(control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) < 0 &&
         (errno == EINTR || errno == ECONNRESET)) {
  }
  over = count == 0 || (count < 0 && errno != EAGAIN);
  if (count != sizeof report) return std::nullopt;
  const cmsghdr* const head = CMSG_FIRSTHDR(&message);
  ucred sender{};
  if (head != nullptr && head->cmsg_type == SCM_CREDENTIALS) std::memcpy(&sender, CMSG_DATA(head), sizeof sender);
  return std::pair(report, sender.pid);
}

std::int64_t Microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

// `end` empty: the keeper was killed, and what it kept with it.
v1::FromSupervisor Ended(std::uint64_t id, const std::optional<KeeperReport>& end) {
  v1::FromSupervisor message;
  v1::ProcessEnded& ended = *message.mutable_ended();
  ended.set_id(id);
  ended.set_status(-SIGKILL);
  if (!end) return message;
  const int status = end->wait_status;
  ended.set_status(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  ended.set_core_dumped(WIFSIGNALED(status) && WCOREDUMP(status));
  ended.set_peak_memory_bytes(std::int64_t{end->usage.ru_maxrss} * 1024);
  ended.set_user_time_us(Microseconds(end->usage.ru_utime));
  ended.set_system_time_us(Microseconds(end->usage.ru_stime));
  return message;
}

}  // namespace

Service::Service(Channel channel, const KeeperSetting& setting)
    : channel_(std::move(channel)), setting_(setting), children_(EndsOfChildren()), host_(HostOf(channel_.fd())) {}

void Service::Run() {
  v1::FromSupervisor hello;
  hello.mutable_hello()->set_protocol(kSupervisorProtocol);
  hello.mutable_hello()->set_keeping(std::string(NameOf(setting_.containment)));
  Tell(hello);
  while (!ending_ || !kept_.empty()) Wait();
}

void Service::Wait() {
  std::vector<pollfd> waiting = {{children_.get(), POLLIN, 0}};
  waiting.push_back({ending_ ? -1 : channel_.fd(), POLLIN, 0});
  waiting.push_back({ending_ ? -1 : host_.get(), POLLIN, 0});
  const std::size_t first = waiting.size();
  std::vector<Kept*> talking;
  for (auto& [keeper, kept] : kept_) {
    if (!kept.talks) continue;
    waiting.push_back({kept.control.get(), POLLIN, 0});
    talking.push_back(&kept);
  }
  if (poll(waiting.data(), waiting.size(), -1) < 0) return;
  for (std::size_t i = 0; i < talking.size(); ++i) {
    if (waiting[first + i].revents != 0) Hear(*talking[i]);
  }
  if (waiting[0].revents != 0) Reap();
  if (waiting[1].revents != 0) TakeMessage();
  if (waiting[2].revents != 0) EndAll();
}

void Service::TakeMessage() {
  auto frame = channel_.TryReceive();
  if (frame.ok() && !frame->has_value()) return;
  v1::ToSupervisor message;
  if (!frame.ok() || !message.ParseFromString((*frame)->header)) return EndAll();
  if (message.has_start()) {
    Start(message.start(), std::move((*frame)->files));
  } else if (message.has_kill()) {
    Kill(message.kill().id());
  }
}

void Service::Start(const v1::StartProcess& start, std::vector<FileDescriptor> files) {
  StartedKeeper keeper = StartKeeper(setting_, start, files);
  Kept kept;
  kept.id = start.id();
  if (keeper.pid < 0) return Answer(kept, errno, "keeper");
  kept.control = std::move(keeper.control);
  kept_.insert_or_assign(keeper.pid, std::move(kept));
}

void Service::Kill(std::uint64_t id) {
  for (const auto& [keeper, kept] : kept_) {
    if (kept.id != id) continue;
    const char byte = 'k';
    if (send(kept.control.get(), &byte, sizeof byte, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) kill(keeper, SIGKILL);
    kill(keeper, SIGCONT);  // whoever has stopped it
  }
}

void Service::Hear(Kept& kept) {
  bool over = false;
  while (const auto report = NextReport(kept.control.get(), over)) {
    const auto& [what, sender] = *report;
    if (what.kind == Kind::kBorn) kept.process = sender;
    if (what.kind == Kind::kStarted) Answer(kept, 0, "");
    if (what.kind == Kind::kFailed) Answer(kept, what.error, what.attempted.data());
    if (what.kind == Kind::kEnded) kept.end = what;
  }
  kept.talks = !over;
}

void Service::Answer(Kept& kept, std::int32_t error, const std::string& attempted) {
  kept.answered = true;
  kept.failed = !attempted.empty();
  v1::FromSupervisor message;
  v1::ProcessStarted& started = *message.mutable_started();
  started.set_id(kept.id);
  started.set_pid(kept.failed ? 0 : kept.process);
  started.set_error(error);
  started.set_attempted(attempted);
  Tell(message);
}

void Service::Reap() {
  signalfd_siginfo ignored{};
  while (read(children_.get(), &ignored, sizeof ignored) > 0) {
  }
  int status = 0;
  pid_t pid = 0;
  while ((pid = waitpid(-1, &status, WNOHANG)) != 0) {
    if (pid < 0 && errno != EINTR) return;
    if (const auto kept = kept_.find(pid); kept != kept_.end()) Finish(kept);
  }
}

void Service::Finish(KeptByKeeper::iterator kept) {
  Kept over = std::move(kept->second);
  kept_.erase(kept);
  Hear(over);
  if (!over.end && setting_.containment == Containment::kSubreaper) EndOrphans(over);
  if (!over.answered) {
    Answer(over, ECHILD, "keeper");
  } else if (!over.failed) {
    Tell(Ended(over.id, over.end));
  }
}

void Service::EndOrphans(Kept& of) {
  constexpr int kPatienceMs = 2;
  std::set<pid_t> keepers;
  for (const auto& [keeper, kept] : kept_) keepers.insert(keeper);
  for (;;) {
    const std::vector<TreeProcess> orphans = Descendants(getpid(), keepers);
    bool some = false;
    for (const TreeProcess& orphan : orphans) {
      const bool reaped_by_another = orphan.zombie && orphan.parent != getpid();
      some = (kill(orphan.pid, SIGKILL) == 0 && !reaped_by_another) || some;
    }
    if (!some) return;  // there are none, or they are not ours to kill
    poll(nullptr, 0, kPatienceMs);
    for (const TreeProcess& orphan : orphans) {
      KeeperReport end{.kind = Kind::kEnded};
      if (orphan.parent != getpid() || wait4(orphan.pid, &end.wait_status, WNOHANG, &end.usage) != orphan.pid) continue;
      if (orphan.pid == of.process) of.end = end;
    }
  }
}

void Service::EndAll() {
  ending_ = true;
  for (const auto& [keeper, kept] : kept_) {
    shutdown(kept.control.get(), SHUT_WR);  // which a keeper takes for the supervisor's end
    kill(keeper, SIGCONT);
  }
}

void Service::Tell(const v1::FromSupervisor& message) {
  // A host that takes nothing is one that is gone.
  if (const Status status = channel_.Send(message.SerializeAsString()); !status.ok() && !ending_) EndAll();
}

}  // namespace tandem::workers
