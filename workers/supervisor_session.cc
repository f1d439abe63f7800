#include "workers/supervisor_session.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "workers/detached_process.h"
#include "workers/milliseconds_until.h"
#include "workers/one_line.h"
#include "workers/protocol.h"

namespace tandem::workers {
namespace {

// As the supervisor names what it attempts.
constexpr std::string_view kExecute = "execve";
constexpr std::string_view kEnter = "chdir";

FileDescriptor PidFd(pid_t pid) {
  return FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

Status Gone() {
  return {Code::kUnavailable, "the supervisor of the worker processes has ended"};
}

ProcessEnd Killed() {
  return {.status = -SIGKILL};
}

v1::StartProcess StartMessage(const ProcessSpec& spec, std::uint64_t id) {
  v1::StartProcess start;
  start.set_id(id);
  start.set_program(spec.program);
  for (const std::string& argument : spec.arguments) start.add_arguments(argument);
  for (const std::string& variable : spec.environment) start.add_environment(variable);
  start.set_working_directory(spec.working_directory);
  v1::ProcessFolders& folders = *start.mutable_folders();
  folders.set_temporary(spec.folders.temporary);
  folders.set_temporary_bytes(spec.folders.temporary_bytes);
  for (const std::string& folder : spec.folders.opt) folders.add_opt(folder);
  folders.set_made(spec.folders.made);
  return start;
}

Status TooLargeVariables(const std::vector<std::string>& variables) {
  const auto largest =
      std::max_element(variables.begin(), variables.end(),
                       [](const std::string& left, const std::string& right) { return left.size() < right.size(); });
  std::size_t all = 0;
  for (const std::string& variable : variables) all += variable.size();
  const std::string name = largest->substr(0, largest->find('='));
  return {Code::kInvalidArgument, "the variables are larger than what a process can be given: " + OneLine(name) +
                                      " has " +
                                      std::to_string(largest->size() - std::min(largest->size(), name.size() + 1)) +
                                      " bytes, and all of them have " + std::to_string(all)};
}

// Why a program was not started: what the supervisor attempted, and the system's error.
Status NotStarted(const ProcessSpec& spec, const v1::ProcessStarted& answer) {
  if (answer.attempted() == kExecute && answer.error() == E2BIG && !spec.environment.empty()) {
    return TooLargeVariables(spec.environment);
  }
  if (answer.attempted() == kEnter) {  // the folder is the function's, and no fault of the runtime
    return {Code::kInternal, "cannot enter " + spec.working_directory + ": " + std::strerror(answer.error())};
  }
  return {Code::kUnavailable,
          "cannot start " + spec.program + ": " + OneLine(answer.attempted()) + ": " + std::strerror(answer.error())};
}

}  // namespace

SupervisorSession::SupervisorSession(Channel channel, pid_t pid)
    : channel_(std::move(channel)), owner_(getpid()), pid_(pid), end_(PidFd(pid)) {}

bool SupervisorSession::InFork() const {
  return getpid() != owner_;
}

Result<std::shared_ptr<SupervisorSession>> SupervisorSession::Start(const std::string& program,
                                                                    const std::string& keeping) {
  auto pair = Channel::Pair();
  if (!pair) return pair.status();
  std::vector<std::string> arguments = {program};
  if (!keeping.empty()) arguments.push_back(keeping);
  auto pid = StartDetached(arguments, pair->second.fd());
  if (!pid) return pid.status();
  { const Channel its_end = std::move(pair->second); }
  return Begin(std::move(pair->first), *pid, program);
}

Result<std::shared_ptr<SupervisorSession>> SupervisorSession::Begin(Channel channel, pid_t pid,
                                                                    const std::string& program,
                                                                    std::chrono::milliseconds patience) {
  auto session = std::make_shared<SupervisorSession>(std::move(channel), pid);
  if (Status status = session->TakeHello(program, patience); !status.ok()) return status;
  session->reader_ = std::thread([session] { session->Read(); });
  return session;
}

Status SupervisorSession::TakeHello(const std::string& program, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  pollfd waiting[] = {{channel_.fd(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
  while (poll(waiting, std::size(waiting), MillisecondsUntil(deadline)) <= 0) {
    if (std::chrono::steady_clock::now() < deadline) continue;
    if (end_) syscall(SYS_pidfd_send_signal, end_.get(), SIGKILL, nullptr, 0);
    return {Code::kUnavailable, program + " does not work as a supervisor: it says nothing"};
  }
  const auto frame = Receive();
  if (!frame) return {Code::kUnavailable, program + " does not work as a supervisor: " + frame.status().message()};
  v1::FromSupervisor message;
  if (!message.ParseFromString(frame->header) || message.hello().protocol() != kSupervisorProtocol) {
    return {Code::kUnavailable, program + " is of another version of Tandem"};
  }
  keeping_ = message.hello().keeping();
  mounts_ = message.hello().mounts();
  return {};
}

Status SupervisorSession::Send(const v1::ToSupervisor& message, const std::vector<int>& files) {
  const std::scoped_lock lock(sending_);
  return channel_.Send(message.SerializeAsString(), {}, files);
}

std::shared_ptr<Process> SupervisorSession::Enter(Starting* starting) {
  const std::scoped_lock lock(mutex_);
  if (over_) return nullptr;
  auto process = std::make_shared<Process>(shared_from_this(), ++last_id_);
  entries_.emplace(process->id_, Entry{process, starting});
  return process;
}

Result<std::shared_ptr<Process>> SupervisorSession::StartProcess(const ProcessSpec& spec) {
  Starting starting;
  std::shared_ptr<Process> process = Enter(&starting);
  if (process == nullptr) return Gone();
  v1::ToSupervisor message;
  v1::StartProcess& start = *message.mutable_start();
  start = StartMessage(spec, process->id_);
  if (spec.zygote != nullptr && spec.zygote->session_.get() == this) {
    start.set_zygote(spec.zygote->id_);
    start.set_waits_for_zygote(spec.waits_for_zygote);
  }
  const Status sent = Send(message, spec.files);
  std::unique_lock lock(mutex_);
  if (!sent.ok() && sent.code() != Code::kUnavailable) {
    entries_.erase(start.id());
    return sent;
  }
  started_.wait(lock, [&] { return starting.answered; });
  const v1::ProcessStarted& answer = starting.answer;
  if (answer.pid() != 0) return process;
  if (answer.attempted().empty()) return Gone();
  return NotStarted(spec, answer);
}

Result<std::shared_ptr<Process>> SupervisorSession::StartZygote(const ProcessSpec& spec, const std::string& first) {
  std::shared_ptr<Process> zygote = Enter(nullptr);
  if (zygote == nullptr) return Gone();
  v1::ToSupervisor message;
  *message.mutable_zygote()->mutable_process() = StartMessage(spec, zygote->id_);
  message.mutable_zygote()->set_first(first);
  const Status sent = Send(message, spec.files);
  if (sent.ok() || sent.code() == Code::kUnavailable) return zygote;
  const std::scoped_lock lock(mutex_);
  entries_.erase(zygote->id_);
  return sent;
}

void SupervisorSession::Kill(std::uint64_t id) {
  if (InFork() || over()) return;
  v1::ToSupervisor message;
  message.mutable_kill()->set_id(id);
  // One that is gone has killed it already.
  (void)Send(message).ok();
}

bool SupervisorSession::over() const {
  const std::scoped_lock lock(mutex_);
  return over_;
}

Result<Frame> SupervisorSession::Receive() {
  for (;;) {
    auto frame = channel_.TryReceive();
    if (!frame) return frame.status();
    if (*frame) return std::move(**frame);
    pollfd waiting[] = {{channel_.fd(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
    if (poll(waiting, std::size(waiting), -1) > 0 && waiting[0].revents == 0 && waiting[1].revents != 0) return Gone();
  }
}

void SupervisorSession::Read() {
  for (;;) {
    const auto frame = Receive();
    v1::FromSupervisor message;
    if (!frame || !message.ParseFromString(frame->header)) break;
    if (message.has_started()) TakeStarted(message.started());
    if (message.has_ended()) TakeEnded(message.ended());
  }
  TakeOver();
}

void SupervisorSession::TakeStarted(const v1::ProcessStarted& started) {
  std::shared_ptr<Process> failed;  // a zygote, for which nobody waits
  {
    const std::scoped_lock lock(mutex_);
    const auto entry = entries_.find(started.id());
    if (entry == entries_.end()) return;
    if (Starting* const starting = std::exchange(entry->second.starting, nullptr); starting != nullptr) {
      entry->second.process->pid_ = started.pid();
      entry->second.process->forked_ = started.forked();
      starting->answer = started;
      starting->answered = true;
    } else if (started.pid() == 0) {
      failed = entry->second.process;
    }
    if (started.pid() == 0) entries_.erase(entry);
    started_.notify_all();
  }
  if (failed != nullptr) failed->End(Killed());
}

void SupervisorSession::TakeEnded(const v1::ProcessEnded& ended) {
  std::shared_ptr<Process> process;
  {
    const std::scoped_lock lock(mutex_);
    const auto entry = entries_.find(ended.id());
    if (entry == entries_.end() || entry->second.starting != nullptr) return;
    process = std::move(entry->second.process);
    entries_.erase(entry);
  }
  process->End({.status = ended.status(),
                .core_dumped = ended.core_dumped(),
                .peak_memory_bytes = ended.peak_memory_bytes(),
                .page_faults = ended.page_faults(),
                .user_time = std::chrono::microseconds(ended.user_time_us()),
                .system_time = std::chrono::microseconds(ended.system_time_us())});
}

void SupervisorSession::TakeOver() {
  std::map<std::uint64_t, Entry> entries;
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    entries.swap(entries_);
    for (auto& [id, entry] : entries) {
      if (entry.starting != nullptr) entry.starting->answered = true;
    }
    started_.notify_all();
  }
  shutdown(channel_.fd(), SHUT_RDWR);  // ends a supervisor whose messages could not be understood
  for (auto& [id, entry] : entries) entry.process->End(Killed());
}

void SupervisorSession::Close() {
  if (end_) syscall(SYS_pidfd_send_signal, end_.get(), SIGCONT, nullptr, 0);  // whoever has stopped it
  shutdown(channel_.fd(), SHUT_WR);
  reader_.join();
  if (!end_) return;
  pollfd waiting{end_.get(), POLLIN, 0};
  while (poll(&waiting, 1, -1) < 0 && errno == EINTR) {
  }
  // Orphans are this process's children where it is the first one of a container.
  waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(end_.get()), nullptr, WEXITED);
}

}  // namespace tandem::workers
