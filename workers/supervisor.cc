#include "workers/supervisor.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "workers/channel.h"
#include "workers/supervisor_session.h"

namespace tandem::workers {
namespace {

Status Unusable(const ProcessSpec& spec, const std::string& why) {
  return {Code::kInvalidArgument, "cannot start " + spec.program + ": " + why};
}

bool HasNul(const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return text.find('\0') != std::string::npos; });
}

Status Check(const ProcessSpec& spec) {
  if (HasNul({spec.program})) return {Code::kInvalidArgument, "cannot start a program with a NUL in its path"};
  if (!spec.program.starts_with('/')) return Unusable(spec, "its path is not absolute");
  if (!spec.working_directory.starts_with('/')) return Unusable(spec, "its working directory's path is not absolute");
  if (HasNul(spec.arguments) || HasNul(spec.environment) || HasNul({spec.working_directory})) {
    return Unusable(spec, "an argument, a variable or the working directory has a NUL in it");
  }
  if (HasNul({spec.folders.temporary, spec.folders.made}) || HasNul(spec.folders.opt)) {
    return Unusable(spec, "a folder of its own has a NUL in its path");
  }
  if (spec.files.size() > Channel::kMostFiles) return Unusable(spec, "it is given too many descriptors");
  for (const int file : spec.files) {
    if (fcntl(file, F_GETFD) < 0) return Unusable(spec, "descriptor " + std::to_string(file) + " is not open");
  }
  return {};
}

std::string_view NameOf(Supervisor::Keeping keeping) {
  switch (keeping) {
    case Supervisor::Keeping::kBest:
      return "";
    case Supervisor::Keeping::kNamespace:
      return "namespace";
    case Supervisor::Keeping::kUserNamespace:
      return "user namespace";
    case Supervisor::Keeping::kSubreaper:
      return "subreaper";
  }
  return "";
}

}  // namespace

Process::Process(std::shared_ptr<SupervisorSession> session, std::uint64_t id)
    : session_(std::move(session)), id_(id), end_event_(eventfd(0, EFD_CLOEXEC)) {}

void Process::Kill() {
  session_->Kill(id_);
}

std::optional<ProcessEnd> Process::end() const {
  const std::scoped_lock lock(mutex_);
  return end_;
}

ProcessEnd Process::Wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return end_.has_value(); });
  return *end_;
}

void Process::End(const ProcessEnd& end) {
  const std::scoped_lock lock(mutex_);
  end_ = end;
  changed_.notify_all();
  constexpr std::uint64_t kOne = 1;
  static_cast<void>(!write(end_event_.get(), &kOne, sizeof kOne));
}

Result<std::unique_ptr<Supervisor>> Supervisor::Start(const std::string& program, Keeping keeping) {
  std::unique_ptr<Supervisor> supervisor(new Supervisor(program, keeping));
  if (const auto session = supervisor->LiveSession(); !session) return session.status();
  return supervisor;
}

Supervisor::Supervisor(std::string program, Keeping keeping)
    : program_(std::move(program)), keeping_(keeping), owner_(getpid()) {}

Supervisor::~Supervisor() {
  if (session_ == nullptr) return;
  if (session_->InFork()) {
    session_->Abandon();
  } else {
    session_->Close();
  }
}

Result<std::shared_ptr<SupervisorSession>> Supervisor::LiveSession() {
  const std::scoped_lock lock(mutex_);
  if (session_ != nullptr && session_->over()) {
    session_->Close();
    session_.reset();
  }
  if (session_ == nullptr) {
    auto session = SupervisorSession::Start(program_, std::string(NameOf(keeping_)));
    if (!session) return session.status();
    session_ = std::move(*session);
  }
  return session_;
}

Result<std::shared_ptr<SupervisorSession>> Supervisor::SessionFor(const ProcessSpec& spec) {
  // Before any lock: in a fork, one may be held by a thread that is not there.
  if (getpid() != owner_) {
    return {Code::kUnavailable, "cannot start " + spec.program + ": this process is a fork of its supervisor's host"};
  }
  if (Status status = Check(spec); !status.ok()) return status;
  return LiveSession();
}

Result<std::shared_ptr<Process>> Supervisor::StartProcess(const ProcessSpec& spec) {
  auto session = SessionFor(spec);
  if (!session) return session.status();
  return (*session)->StartProcess(spec);
}

Result<std::shared_ptr<Process>> Supervisor::StartZygote(const ProcessSpec& spec, const std::string& first) {
  auto session = SessionFor(spec);
  if (!session) return session.status();
  return (*session)->StartZygote(spec, first);
}

pid_t Supervisor::pid() const {
  const std::scoped_lock lock(mutex_);
  return session_ == nullptr ? 0 : session_->pid();
}

std::string Supervisor::keeping() const {
  const std::scoped_lock lock(mutex_);
  return session_ == nullptr ? "" : session_->keeping();
}

bool Supervisor::mounts() const {
  const std::scoped_lock lock(mutex_);
  return session_ != nullptr && session_->mounts();
}

}  // namespace tandem::workers
