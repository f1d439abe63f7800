// What Zygotes does with standbys, and what a WorkerProcess is before it has its function.
#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "proto/convert.h"
#include "workers/layers_state.h"
#include "workers/milliseconds_until.h"
#include "workers/protocol.h"
#include "workers/zygotes.h"

namespace tandem::workers {
namespace {

// How long a standby may take that an invocation waits for.
constexpr std::chrono::seconds kPatienceAtStart{30};
// And to become a function's, which is the work of a moment.
constexpr std::chrono::seconds kPatienceWhenTaken{2};

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::StartStandby(Supervisor& supervisor, const WorkerSpec& spec) {
  auto worker = StartProcess(supervisor, spec, {});
  if (!worker) return worker.status();
  v1::ToWorker message;
  *message.mutable_stand_by()->mutable_runtime() = spec.function.runtime();
  message.mutable_stand_by()->set_memory_size_mb(spec.function.memory_size_mb());
  message.mutable_stand_by()->set_temporary_folder(spec.function.temporary_folder());
  auto bytes = proto::Serialize(message);
  const Status sent = bytes ? (*worker)->channel_.Send(*bytes) : bytes.status();
  if (!sent.ok()) return sent;
  return worker;
}

WorkerProcess::Standing WorkerProcess::Stands(Clock::time_point until) {
  if (stands_) return Standing::kReady;
  v1::FromWorker answer;
  const Standing how = NextOfStandby(until, answer);
  if (how != Standing::kReady) return how;
  stands_ = answer.has_standing_by();
  return stands_ ? Standing::kReady : Standing::kUseless;
}

bool WorkerProcess::Take(const WorkerSpec& spec) {
  const Clock::time_point until = Clock::now() + kPatienceWhenTaken;
  v1::ToWorker take;
  for (const std::string& variable : spec.environment) take.mutable_take()->add_environment(variable);
  v1::FromWorker answer;
  if (!channel_.Send(take.SerializeAsString()).ok() || NextOfStandby(until, answer) != Standing::kReady ||
      !answer.has_taken()) {
    return false;
  }
  return TellFunction(spec.function).ok();
}

WorkerProcess::Standing WorkerProcess::NextOfStandby(Clock::time_point until, v1::FromWorker& to) {
  for (;;) {
    std::array<pollfd, 3> waited{
        {{channel_.fd(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {process_->end_fd(), POLLIN, 0}}};
    const int ready = poll(waited.data(), waited.size(), MillisecondsUntil(until));
    if (ready < 0 && errno != EINTR) return Standing::kUseless;
    if (ready <= 0) {
      if (Clock::now() >= until) return Standing::kNotYet;
      continue;
    }
    if (waited[1].revents != 0) {  // whose words they would be, nobody knows
      spoke_ = (waited[1].revents & POLLIN) != 0;
      return Standing::kUseless;
    }
    if (waited[0].revents == 0) return Standing::kUseless;  // it has ended
    auto frame = channel_.TryReceive();
    if (!frame) return Standing::kUseless;
    if (!*frame) continue;
    auto parsed = MessageOf(**frame);
    if (!parsed || parsed->has_hello() == said_hello_) return Standing::kUseless;
    if (parsed->has_hello()) {
      said_hello_ = parsed->hello().protocol() == kWorkerProtocol;
      if (!said_hello_) return Standing::kUseless;
      continue;
    }
    spoke_ = parsed->has_log();
    if (spoke_) return Standing::kUseless;
    to = std::move(*parsed);
    return Standing::kReady;
  }
}

std::unique_ptr<WorkerProcess> Zygotes::TakeStandby(const WorkerSpec& spec, const Launch& launch) {
  std::unique_ptr<WorkerProcess> standby;
  Clock::time_point begun;
  std::string layers;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = zygotes_.find(launch.key);
    if (found == zygotes_.end() || found->second.standby == nullptr) return nullptr;
    standby = std::move(found->second.standby);
    found->second.used = Clock::now();
    begun = found->second.begun;
    layers = found->second.layers;
  }
  // Somebody may have put another folder in a layer's place: it ends, and the next one has that.
  if (layers != LayersState(spec.folders.opt)) return nullptr;
  const bool waits = options_.standbys == ZygoteUse::kAlways;
  const auto how = standby->Stands(Clock::now() + (waits ? kPatienceAtStart : std::chrono::seconds(0)));
  if (how == WorkerProcess::Standing::kNotYet && !waits && Clock::now() < begun + kPatienceAtStart) {
    const std::scoped_lock lock(mutex_);
    Zygote& entry = zygotes_[launch.key];
    if (entry.standby == nullptr) {
      entry.standby = std::move(standby);
      entry.begun = begun;
      entry.layers = layers;
    }
    return nullptr;
  }
  const bool taken = how == WorkerProcess::Standing::kReady && standby->Take(spec);
  const bool refuses = !taken && (standby->spoke() || standby->End(nullptr) == kZygoteRefuses);
  const std::scoped_lock lock(mutex_);
  Zygote& entry = zygotes_[launch.key];
  entry.used = Clock::now();
  if (taken) {
    entry.failures = 0;
    return standby;
  }
  entry.refuses = refuses;
  entry.not_before = Clock::now() + Pause(entry.failures++);
  return nullptr;
}

void Zygotes::MakeStandby(Supervisor& supervisor, const WorkerSpec& spec, const Launch& launch) {
  if (options_.standbys == ZygoteUse::kOff || launch.key.empty() || options_.most_zygotes == 0) return;
  WorkerSpec ahead = spec;
  ahead.environment = launch.environment;
  ahead.working_directory = launch.working_directory;
  std::string layers = LayersState(spec.folders.opt);  // before it gets them
  std::unique_ptr<WorkerProcess> begun;                // ends after the lock where there is another one meanwhile
  std::unique_lock lock(mutex_);
  Zygote& entry = zygotes_[launch.key];
  entry.used = Clock::now();
  const bool begins = BeginBy(lock, entry, [&] {
    auto started = WorkerProcess::StartStandby(supervisor, ahead);
    if (started) begun = std::move(*started);
  });
  if (!begins || begun == nullptr || entry.standby != nullptr) return;
  entry.standby = std::move(begun);
  entry.layers = std::move(layers);
  entry.begun = Clock::now();
}

}  // namespace tandem::workers
