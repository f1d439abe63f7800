#include "workers/zygotes.h"

#include <fcntl.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "tandem/v1/worker.pb.h"
#include "workers/protocol.h"

namespace tandem::workers {

std::chrono::milliseconds Pause(int failures) {
  constexpr int kFirstMs = 20;
  constexpr int kMostDoublings = 10;
  return std::chrono::milliseconds(kFirstMs << std::min(failures, kMostDoublings));
}

Zygotes::~Zygotes() {
  for (auto& [key, zygote] : zygotes_) {
    if (zygote.process != nullptr) zygote.process->Kill();
  }
}

void Zygotes::Look(Zygote& zygote) {
  if (zygote.process == nullptr) return;
  const auto end = zygote.process->end();
  if (!end) return;
  zygote.process.reset();
  zygote.not_before = Clock::now() + Pause(zygote.failures++);
  zygote.refuses = end->status == kZygoteRefuses;
  zygote.needs_complete = end->status == kZygoteNeedsAllVariables;
}

Zygotes::Zygote& Zygotes::Of(const WorkerSpec& spec, const Launch*& launch, Launch& complete) {
  Zygote& zygote = zygotes_[launch->key];
  zygote.used = Clock::now();
  Look(zygote);
  if (!zygote.needs_complete) return zygote;
  if (!launch->may_be_complete) {
    zygote.refuses = true;
    return zygote;
  }
  complete = CompleteLaunchOf(spec);
  launch = &complete;
  Zygote& in_its_place = zygotes_[complete.key];
  in_its_place.used = Clock::now();
  Look(in_its_place);
  return in_its_place;
}

Result<std::unique_ptr<WorkerProcess>> Zygotes::Start(Supervisor& supervisor, const WorkerSpec& spec,
                                                      const Launches& launches) {
  if (options_.standbys != ZygoteUse::kOff && !launches.standby.key.empty()) {
    if (auto standby = TakeStandby(spec, launches.standby)) return standby;
  }
  const Launch& launch = launches.zygote;
  if (options_.zygotes == ZygoteUse::kOff || launch.key.empty()) return WorkerProcess::Start(supervisor, spec, {});
  const bool waits = options_.zygotes == ZygoteUse::kAlways;
  const Launch* used = &launch;
  Launch complete;
  std::shared_ptr<Process> process;
  {
    std::unique_lock lock(mutex_);
    Zygote& zygote = Of(spec, used, complete);
    if (waits) Begin(lock, supervisor, spec, *used, zygote);
    zygote.used = Clock::now();
    process = zygote.process;
  }
  auto worker = WorkerProcess::Start(supervisor, spec, {.zygote = std::move(process), .waits = waits});
  if (worker && (*worker)->forked()) {
    const std::scoped_lock lock(mutex_);
    zygotes_[used->key].failures = 0;
  }
  return worker;
}

void Zygotes::Make(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch) {
  if (options_.zygotes == ZygoteUse::kOff || launch.key.empty()) return;
  std::unique_lock lock(mutex_);
  const Launch* used = &launch;
  Launch complete;
  Zygote& zygote = Of(spec, used, complete);
  Begin(lock, supervisor, spec, *used, zygote);
}

bool Zygotes::BeginBy(std::unique_lock<std::mutex>& lock, Zygote& zygote, const std::function<void()>& start) {
  ++zygote.waiting;
  begun_.wait(lock, [&] { return !zygote.begins; });
  std::vector<std::unique_ptr<WorkerProcess>> ended;
  const bool begins = zygote.process == nullptr && zygote.standby == nullptr && !zygote.refuses &&
                      Clock::now() >= zygote.not_before && EndLeastUsed(ended);
  if (begins) {
    zygote.begins = true;
    lock.unlock();
    ended.clear();
    try {
      start();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): without one, workers are executed
    }
    lock.lock();
    zygote.begins = false;
    begun_.notify_all();
  }
  --zygote.waiting;
  return begins;
}

void Zygotes::Begin(std::unique_lock<std::mutex>& lock, Supervisor& supervisor, const WorkerSpec& spec,
                    const Launch& launch, Zygote& zygote) {
  v1::ToWorker first;
  *first.mutable_prepare()->mutable_runtime() = spec.function.runtime();
  first.mutable_prepare()->set_complete_environment(launch.complete_environment);
  const FileDescriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  ProcessSpec process;
  process.program = spec.program;
  process.arguments = {"tandem-worker"};
  process.environment = launch.environment;
  process.working_directory = launch.working_directory;
  process.files = {nothing.get(), nothing.get(), nothing.get()};
  std::shared_ptr<Process> begun;
  const bool begins = BeginBy(lock, zygote, [&] {
    auto started = supervisor.StartZygote(process, first.SerializeAsString());
    if (started) begun = std::move(*started);
  });
  if (!begins || begun == nullptr) return;
  zygote.process = std::move(begun);
  zygote.used = Clock::now();
}

bool Zygotes::EndLeastUsed(std::vector<std::unique_ptr<WorkerProcess>>& ended) {
  for (;;) {
    std::size_t count = 0;
    Zygote* least = nullptr;
    for (auto& [key, zygote] : zygotes_) {
      if (zygote.process == nullptr && zygote.standby == nullptr && !zygote.begins) continue;
      ++count;
      if (zygote.begins) continue;
      if (least == nullptr || zygote.used < least->used) least = &zygote;
    }
    if (count < options_.most_zygotes) return true;
    if (least == nullptr) return false;
    End(*least, ended);
  }
}

void Zygotes::End(Zygote& zygote, std::vector<std::unique_ptr<WorkerProcess>>& ended) {
  if (zygote.process != nullptr) zygote.process->Kill();
  zygote.process.reset();
  if (zygote.standby != nullptr) ended.push_back(std::move(zygote.standby));
}

std::size_t Zygotes::size() const {
  const std::scoped_lock lock(mutex_);
  return zygotes_.size();
}

Zygotes::Clock::time_point Zygotes::EndIdle(Clock::time_point now, std::vector<std::unique_ptr<WorkerProcess>>& ended) {
  const std::scoped_lock lock(mutex_);
  Clock::time_point next = WorkerProcess::kForever;
  for (auto& [key, zygote] : zygotes_) {
    if (zygote.process == nullptr && zygote.standby == nullptr) continue;
    const auto due = zygote.used + options_.idle_limit;
    if (due <= now) {
      End(zygote, ended);
    } else {
      next = std::min(next, due);
    }
  }
  // What has been found out of one is forgotten where nobody has asked for it for as long, as a launch key can be that
  // of a package which is not there any more. Whoever asks again finds it out again.
  std::erase_if(zygotes_, [&](const auto& entry) {
    const Zygote& zygote = entry.second;
    if (zygote.process != nullptr || zygote.standby != nullptr || zygote.waiting != 0) return false;
    const bool is_known = zygote.failures != 0 || zygote.refuses || zygote.needs_complete;
    return !is_known || (zygote.used + options_.idle_limit <= now && zygote.not_before <= now);
  });
  return next;
}

}  // namespace tandem::workers
