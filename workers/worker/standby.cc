#include "workers/worker/standby.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/src/loader_process.h"
#include "core/src/sink.h"
#include "proto/convert.h"
#include "workers/protocol.h"
#include "workers/worker/threads.h"
#include "workers/worker/variables.h"
#include "workers/worker/worker.h"

namespace tandem::workers {
namespace {

// Which folder the working directory is.
std::pair<dev_t, ino_t> Folder(const char* path) {
  struct stat status {};
  if (stat(path, &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

constexpr int kStandbyIsOld = 1;  // there may be another one

using Slot = decltype(tandem_loader_table::stand_by);

bool Succeeds(const LoadedLoader& loader, Slot slot) {
  bool done = false;
  const Status status = RunOnThreads(1, [&] {
    Outcome reason;
    tandem_sink sink({}, kNoDeadline, nullptr, reason);
    done = slot(loader.instance, &sink) == TANDEM_OK;
    LoaderProcess::Get().DetachThread();
  });
  return status.ok() && done;
}

bool Say(Channel& channel, const v1::FromWorker& message) {
  return channel.Send(message.SerializeAsString()).ok();
}

}  // namespace

int StandBy(Channel& channel, const v1::StandBy& message) {
  const std::vector<std::string> before = Variables();
  // Somebody may put another folder in the place of the package's meanwhile.
  const std::unique_ptr<char, void (*)(void*)> directory(getcwd(nullptr, 0), std::free);
  const auto is_old = [&] { return directory == nullptr || Folder(directory.get()) != Folder("."); };
  LanguageOptions options;
  const RuntimeInfo runtime = LoaderOf(message.runtime(), options);
  SetMemorySize(message.memory_size_mb(), options);
  SetTemporaryFolder(message.temporary_folder(), options);
  auto started = LoaderProcess::Get().Start(runtime, options);
  if (!started || !(*started)->can_stand_by()) return is_old() ? kStandbyIsOld : kZygoteRefuses;
  const LoadedLoader& loader = **started;
  if (!Succeeds(loader, loader.stand_by()) || Variables() != before) return is_old() ? kStandbyIsOld : kZygoteRefuses;
  std::fflush(nullptr);
  v1::FromWorker standing;
  standing.mutable_standing_by();
  if (!Say(channel, standing)) return kZygoteRefuses;
  auto frame = channel.Receive();
  if (!frame) return kZygoteRefuses;  // nobody wants it any more
  auto taken = proto::Parse<v1::ToWorker>(frame->header);
  if (!taken || !taken->has_take()) return kZygoteRefuses;
  if (is_old()) return kStandbyIsOld;
  SetVariables(taken->take().environment());
  tzset();
  if (!Succeeds(loader, loader.take_function())) return kZygoteRefuses;
  v1::FromWorker answer;
  answer.mutable_taken();
  return Say(channel, answer) ? 0 : kZygoteRefuses;
}

}  // namespace tandem::workers
