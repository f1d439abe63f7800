#include "workers/worker/zygote.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/src/loader_process.h"
#include "core/src/sink.h"
#include "proto/convert.h"
#include "workers/protocol.h"
#include "workers/supervisor/keeper.h"
#include "workers/worker/variables.h"
#include "workers/worker/worker.h"

namespace tandem::workers {
namespace {

// The entries of a folder of /proc.
std::vector<std::string> Entries(const char* path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path), closedir);
  while (const dirent* entry = folder == nullptr ? nullptr : readdir(folder.get())) {
    const std::string name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool HasOneThread() {
#ifdef __SANITIZE_THREAD__
  constexpr std::size_t kOwn = 2;  // one is ThreadSanitizer's
#else
  constexpr std::size_t kOwn = 1;
#endif
  const std::size_t count = Entries("/proc/self/task").size();
  return count != 0 && count <= kOwn;
}

// Notes that somebody has logged.
// Threads: any.
class Attention final : public LogSink {
 public:
  void Write(const LogRecord& /*record*/) noexcept override { heard_.store(true); }
  bool heard() const { return heard_.load(); }

 private:
  std::atomic<bool> heard_{false};
};

// Standard output and error, as a pipe that nobody should write to.
// Owns: the reading end.
class Silence {
 public:
  Silence() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
    reading_ = FileDescriptor(ends[0]);
    const FileDescriptor writing(ends[1]);
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) dup2(writing.get(), standard);
  }
  bool kept() const {
    pollfd said{reading_.get(), POLLIN, 0};
    return reading_ && poll(&said, 1, 0) == 0;
  }

 private:
  FileDescriptor reading_;
};

// A keeper's process that goes on as a worker with the loader of this one.
class ForkedWorker final : public NewProcess {
 public:
  ForkedWorker(const LoadedLoader& loader, LogSink& sink, const sigset_t& signals, bool keeps_variables)
      : loader_(loader), sink_(sink), signals_(signals), keeps_variables_(keeps_variables) {}

  void BeforeFork() override { loader_.before_fork()(loader_.instance); }

  [[noreturn]] void Become(const v1::StartProcess& start, const StartFailures& failures) override {
    prctl(PR_SET_NAME, "tandem-worker");
    if (keeps_variables_) {
      SetVariable(kLogStreamVariable, start.environment());
    } else {
      SetVariables(start.environment());
    }
    tzset();
    LoaderProcess::Get().Forked();
    LoaderProcess::Get().RemoveSink(&sink_);
    Outcome reason;
    tandem_sink sink({}, kNoDeadline, nullptr, reason);
    errno = 0;
    failures.Require(loader_.after_fork()(loader_.instance, &sink) == TANDEM_OK, "after_fork");
    sigprocmask(SIG_SETMASK, &signals_, nullptr);
    failures.Close();
    ServeAsWorker(StartedBy::kHost);
  }

 private:
  const LoadedLoader& loader_;
  LogSink& sink_;
  const sigset_t signals_;
  const bool keeps_variables_;
};

// What a zygote is, from its loader's start to its end.
class Zygote {
 public:
  Zygote(Channel& channel, const v1::PrepareToFork& message) : channel_(channel), message_(message) {}

  int Run() {
    const std::vector<std::string> variables = Variables();
    const Silence silence;
    const std::vector<std::string> files = Entries("/proc/self/fd");
    prctl(PR_SET_NAME, "tandem-zygote");
    LoaderProcess::Get().AddSink(&attention_);
    if (const int status = Prepare(); status != 0) return status;
    std::fflush(nullptr);
    const bool as_it_was = silence.kept() && !attention_.heard() && Entries("/proc/self/fd") == files;
    if (!as_it_was || !HasOneThread()) return kZygoteRefuses;
    if (!message_.complete_environment() && (ran_user_code_ || Variables() != variables)) {
      return kZygoteNeedsAllVariables;
    }
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &signals_);
    return Serve();
  }

 private:
  // 0: the loader is there.
  int Prepare() {
    LanguageOptions options;
    const RuntimeInfo runtime = LoaderOf(message_.runtime(), options);
    auto loader = LoaderProcess::Get().Start(runtime, options);
    if (!loader || !(*loader)->forkable()) return kZygoteRefuses;
    loader_ = *loader;
    Outcome reason;
    tandem_sink sink({}, kNoDeadline, nullptr, reason);
    std::int32_t user_code = 0;
    if (loader_->fork_ready()(loader_->instance, &sink, &user_code) != TANDEM_OK) return kZygoteRefuses;
    ran_user_code_ = user_code != 0;
    return 0;
  }

  int Serve() {
    v1::FromWorker prepared;
    prepared.mutable_prepared();
    if (!channel_.Send(prepared.SerializeAsString()).ok()) return 0;
    for (;;) {
      auto frame = channel_.Receive();
      if (!frame) return 0;
      auto message = proto::Parse<v1::ToWorker>(frame->header);
      if (!message || !message->has_fork() || frame->files.empty() || !HasOneThread()) return kZygoteRefuses;
      Fork(message->fork(), std::move(frame->files));
    }
  }

  // The supervisor sees by the end of the socket pair that nobody keeps the other end.
  void Fork(const v1::ForkWorker& message, std::vector<FileDescriptor> files) {
    const std::optional<Containment> containment = ContainmentNamed(message.keeping());
    if (!containment) return;
    const FileDescriptor control = std::move(files.back());
    files.pop_back();
    KeeperSetting setting{.containment = *containment, .mounts = false, .files_limit = {}};
    getrlimit(RLIMIT_NOFILE, &setting.files_limit);
    ForkedWorker worker(*loader_, attention_, signals_, message_.complete_environment());
    StartKeeper(setting, ChildOf::kItsParent, control, worker, message.process(), files);
  }

  Channel& channel_;
  const v1::PrepareToFork& message_;
  Attention attention_;
  const LoadedLoader* loader_ = nullptr;
  bool ran_user_code_ = false;
  sigset_t signals_{};
};

}  // namespace

int RunZygote(Channel& channel, const v1::PrepareToFork& message) {
  return Zygote(channel, message).Run();
}

}  // namespace tandem::workers
