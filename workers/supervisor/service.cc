#include "workers/supervisor/service.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "proto/stack_frames.h"
#include "tandem/v1/worker.pb.h"
#include "workers/process_tree.h"
#include "workers/protocol.h"
#include "workers/supervisor/made_folder.h"

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
  ended.set_page_faults(std::int64_t{end->usage.ru_minflt} + end->usage.ru_majflt);
  ended.set_user_time_us(Microseconds(end->usage.ru_utime));
  ended.set_system_time_us(Microseconds(end->usage.ru_stime));
  return message;
}

// A zygote that does not fork for so long does not go on.
constexpr std::chrono::seconds kPatience{5};

// A channel whose other end reads nothing fills up, and would keep this process waiting.
bool HasRoom(const Channel& channel) {
  pollfd room{channel.fd(), POLLOUT, 0};
  return poll(&room, 1, 0) == 1 && (room.revents & (POLLHUP | POLLERR)) == 0;
}

}  // namespace

Service::Service(Channel channel, const KeeperSetting& setting)
    : channel_(std::move(channel)), setting_(setting), children_(EndsOfChildren()), host_(HostOf(channel_.fd())) {}

void Service::Run() {
  v1::FromSupervisor hello;
  hello.mutable_hello()->set_protocol(kSupervisorProtocol);
  hello.mutable_hello()->set_keeping(std::string(NameOf(setting_.containment)));
  hello.mutable_hello()->set_mounts(setting_.mounts);
  Tell(hello);
  while (!ending_ || !kept_.empty() || !zygotes_.empty() || !asked_.empty()) Wait();
}

void Service::Wait() {
  std::vector<pollfd> waiting = {{children_.get(), POLLIN, 0}};
  waiting.push_back({ending_ ? -1 : channel_.fd(), POLLIN, 0});
  waiting.push_back({ending_ ? -1 : host_.get(), POLLIN, 0});
  for (const Asked& asked : asked_) waiting.push_back({asked.kept.control.get(), POLLIN, 0});
  const std::size_t first = waiting.size();
  std::vector<Kept*> talking;
  for (auto& [keeper, kept] : kept_) {
    if (!kept.talks) continue;
    waiting.push_back({kept.control.get(), POLLIN, 0});
    talking.push_back(&kept);
  }
  const std::size_t first_zygote = waiting.size();
  for (const auto& [pid, zygote] : zygotes_) {
    waiting.push_back({zygote.talks ? zygote.channel.fd() : -1, POLLIN, 0});
  }
  if (poll(waiting.data(), waiting.size(), Patience()) < 0) return;
  for (std::size_t i = 0; i < talking.size(); ++i) {
    if (waiting[first + i].revents != 0) Hear(*talking[i]);
  }
  for (std::size_t i = first_zygote; auto& [pid, zygote] : zygotes_) {
    if (waiting[i++].revents != 0) HearZygote(pid, zygote);
  }
  HearAsked();
  if (waiting[0].revents != 0) Reap();
  if (waiting[1].revents != 0) TakeMessage();
  if (waiting[2].revents != 0) EndAll();
}

int Service::Patience() const {
  if (asked_.empty()) return -1;
  const auto next = std::min_element(asked_.begin(), asked_.end(),
                                     [](const Asked& a, const Asked& b) { return a.patience < b.patience; });
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next->patience - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Service::TakeMessage() {
  auto frame = channel_.TryReceive();
  if (frame.ok() && !frame->has_value()) return;
  v1::ToSupervisor message;
  if (!frame.ok() || !message.ParseFromString((*frame)->header)) return EndAll();
  if (message.has_start()) {
    Start({std::move(*message.mutable_start()), std::move((*frame)->files)});
  } else if (message.has_zygote()) {
    StartZygote(message.zygote(), std::move((*frame)->files));
  } else if (message.has_kill()) {
    Kill(message.kill().id());
  }
}

void Service::Start(Request request) {
  if (request.start.zygote() == 0 || !AskZygote(request)) Execute(std::move(request));
}

void Service::Execute(Request request) {
  Kept kept;
  kept.id = request.start.id();
  kept.made = request.start.folders().made();
  Control control = MakeControl();
  ExecutedProcess executed;
  const pid_t keeper = control.of_keeper ? StartKeeper(setting_, ChildOf::kThisProcess, control.of_keeper, executed,
                                                       request.start, request.files)
                                         : -1;
  if (keeper < 0) return Answer(kept, errno, "keeper");
  kept.control = std::move(control.of_supervisor);
  kept_.insert_or_assign(keeper, std::move(kept));
}

bool Service::AskZygote(Request& request) {
  const v1::StartProcess& start = request.start;
  const auto found = std::find_if(zygotes_.begin(), zygotes_.end(),
                                  [&](const auto& zygote) { return zygote.second.id == start.zygote(); });
  if (found == zygotes_.end()) return false;
  Zygote& zygote = found->second;
  if (!zygote.talks || !(zygote.ready || start.waits_for_zygote()) || !HasRoom(zygote.channel)) return false;
  Control control = MakeControl();
  if (!control.of_keeper) return false;
  v1::ToWorker message;
  *message.mutable_fork()->mutable_process() = start;
  message.mutable_fork()->set_keeping(std::string(NameOf(setting_.containment)));
  std::vector<int> files;
  files.reserve(request.files.size() + 1);
  for (const FileDescriptor& file : request.files) files.push_back(file.get());
  files.push_back(control.of_keeper.get());
  if (!zygote.channel.Send(message.SerializeAsString(), {}, files).ok()) return false;
  Asked asked;
  asked.zygote = found->first;
  asked.patience = Clock::now() + kPatience;
  asked.kept.id = start.id();
  asked.kept.made = start.folders().made();
  asked.kept.control = std::move(control.of_supervisor);
  asked.kept.again = std::move(request);
  asked_.push_back(std::move(asked));
  return true;
}

void Service::StartZygote(const v1::StartZygote& zygote,
                          std::vector<FileDescriptor> files) {  // NOLINT(performance-unnecessary-value-param): theirs
  Kept answered;
  answered.id = zygote.process().id();
  auto channel = Channel::Pair();
  if (!channel || !channel->first.Send(zygote.first()).ok()) return Answer(answered, EIO, "channel");
  const FileDescriptor nothing(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nothing) return Answer(answered, errno, "/dev/null");
  files.emplace_back(fcntl(channel->second.fd(), F_DUPFD_CLOEXEC, 0));
  const pid_t self = getpid();
  const pid_t pid = fork();
  if (pid < 0) return Answer(answered, errno, "fork");
  if (pid == 0) {
    std::vector<int> kept = {nothing.get()};
    for (const FileDescriptor& file : files) kept.push_back(file.get());
    CloseAllBut(kept);
    ExecutedProcess executed;
    BecomeProcess(executed, zygote.process(), files, nothing.get(), self, setting_.files_limit);
  }
  answered.process = pid;
  zygotes_.emplace(pid, Zygote{.id = answered.id, .channel = std::move(channel->first)});
  Answer(answered, 0, "");
}

void Service::HearZygote(pid_t pid, Zygote& zygote) {
  while (zygote.talks) {
    const auto frame = zygote.channel.TryReceive();
    if (frame.ok() && !frame->has_value()) return;
    v1::FromWorker message;
    if (!frame.ok() || !proto::MayBeParsed((*frame)->header) || !message.ParseFromString((*frame)->header)) {
      zygote.talks = false;
      kill(pid, SIGKILL);
    } else if (message.has_prepared()) {
      zygote.ready = true;
    }
  }
}

void Service::HearAsked() {
  for (auto at = asked_.begin(); at != asked_.end();) {
    const auto next = std::next(at);
    bool over = false;
    if (const auto report = NextReport(at->kept.control.get(), over)) {
      const auto kept = kept_.insert_or_assign(report->second, std::move(at->kept)).first;
      asked_.erase(at);
      Hear(kept->second);
    } else if (over) {
      Request again = std::move(*at->kept.again);
      asked_.erase(at);
      if (!ending_) Execute(std::move(again));
    } else if (Clock::now() >= at->patience) {
      if (const auto zygote = zygotes_.find(at->zygote); zygote != zygotes_.end()) {
        zygote->second.talks = false;
        kill(at->zygote, SIGKILL);
      }
      at->patience = Clock::now() + kPatience;
    }
    at = next;
  }
}

void Service::Kill(std::uint64_t id) {
  for (const auto& [keeper, kept] : kept_) {
    if (kept.id != id) continue;
    const char byte = 'k';
    if (send(kept.control.get(), &byte, sizeof byte, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) kill(keeper, SIGKILL);
    kill(keeper, SIGCONT);  // whoever has stopped it
  }
  for (const auto& [pid, zygote] : zygotes_) {
    if (zygote.id == id) kill(pid, SIGKILL);
  }
}

void Service::Hear(Kept& kept) {
  bool over = false;
  while (const auto report = NextReport(kept.control.get(), over)) {
    const auto& [what, sender] = *report;
    if (what.kind == Kind::kBorn) kept.process = sender;
    if (what.kind == Kind::kStarted) Answer(kept, 0, "");
    if (what.kind == Kind::kFailed) Fail(kept, what);
    if (what.kind == Kind::kEnded) kept.end = what;
  }
  kept.talks = !over;
}

void Service::Fail(Kept& kept, const KeeperReport& report) {
  if (!kept.again || ending_) return Answer(kept, report.error, report.attempted.data());
  // What has failed has not used its channel.
  Request again = std::move(*kept.again);
  kept.again.reset();
  kept.answered = kept.failed = true;
  kept.made.clear();  // its keeper has removed it, and the next one makes it again
  Execute(std::move(again));
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
  started.set_forked(kept.again.has_value());
  kept.again.reset();
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
    HearAsked();  // whose keeper it may have been
    if (const auto kept = kept_.find(pid); kept != kept_.end()) Finish(kept);
    if (const auto zygote = zygotes_.find(pid); zygote != zygotes_.end()) Finish(zygote, status);
  }
}

void Service::Finish(KeptByKeeper::iterator kept) {
  Kept over = std::move(kept->second);
  kept_.erase(kept);
  Hear(over);
  const bool was_killed = !over.end;
  if (was_killed && setting_.containment == Containment::kSubreaper) EndOrphans(&over);
  if (was_killed && !over.made.empty()) RemoveFolder(over.made);
  if (!over.answered && over.again && over.process == 0 && !ending_) {
    Execute(std::move(*over.again));
  } else if (!over.answered) {
    over.again.reset();
    Answer(over, ECHILD, "keeper");
  } else if (!over.failed) {
    Tell(Ended(over.id, over.end));
  }
}

void Service::WaitForAsked() {
  while (!asked_.empty()) {
    std::vector<pollfd> waiting;
    for (const Asked& asked : asked_) waiting.push_back({asked.kept.control.get(), POLLIN, 0});
    poll(waiting.data(), waiting.size(), Patience());
    HearAsked();
  }
}

void Service::Finish(ZygotesByPid::iterator zygote, int status) {
  KeeperReport end{.kind = Kind::kEnded};
  end.wait_status = status;
  const std::uint64_t id = zygote->second.id;
  zygotes_.erase(zygote);
  EndOrphans(nullptr);
  Tell(Ended(id, end));
}

void Service::EndOrphans(Kept* of) {
  constexpr int kPatienceMs = 2;
  WaitForAsked();  // keepers that are not known yet look like orphans
  std::set<pid_t> others;
  for (const auto& [keeper, kept] : kept_) others.insert(keeper);
  for (const auto& [pid, zygote] : zygotes_) others.insert(pid);
  for (;;) {
    const std::vector<TreeProcess> orphans = Descendants(getpid(), others);
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
      if (of != nullptr && orphan.pid == of->process) of->end = end;
    }
  }
}

void Service::EndAll() {
  ending_ = true;
  for (const auto& [keeper, kept] : kept_) {
    shutdown(kept.control.get(), SHUT_WR);  // which a keeper takes for the supervisor's end
    kill(keeper, SIGCONT);
  }
  for (const Asked& asked : asked_) shutdown(asked.kept.control.get(), SHUT_WR);
  for (const auto& [pid, zygote] : zygotes_) kill(pid, SIGKILL);
}

void Service::Tell(const v1::FromSupervisor& message) {
  // A host that takes nothing is one that is gone.
  if (const Status status = channel_.Send(message.SerializeAsString()); !status.ok() && !ending_) EndAll();
}

}  // namespace tandem::workers
