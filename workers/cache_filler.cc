#include "workers/cache_filler.h"

#include <fcntl.h>

#include <utility>

namespace tandem::workers {

void CacheFiller::Fill(Supervisor& supervisor, const WorkerSpec& spec) {
  if (use_ != StartCache::kFill && use_ != StartCache::kFillFirst) return;
  const std::string runtime = spec.function.runtime().SerializeAsString();
  const std::scoped_lock lock(mutex_);
  if (tried_.contains(runtime) || (running_ != nullptr && !running_->ended())) return;
  v1::ToWorker message;
  *message.mutable_fill_cache()->mutable_runtime() = spec.function.runtime();
  auto ends = Channel::Pair();
  const FileDescriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!ends || !nothing || !ends->first.Send(message.SerializeAsString()).ok()) return;
  ProcessSpec process;
  process.program = spec.program;
  process.arguments = {"tandem-worker"};
  process.working_directory = "/";
  process.files = {nothing.get(), nothing.get(), nothing.get(), ends->second.fd()};
  auto started = supervisor.StartProcess(process);
  tried_.insert(runtime);
  if (!started) return;
  running_ = std::move(*started);
  channel_.emplace(std::move(ends->first));
}

}  // namespace tandem::workers
