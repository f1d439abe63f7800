// CacheFiller: what lets later processes start a language's runtime sooner, made in the background.
#ifndef TANDEM_WORKERS_CACHE_FILLER_H_
#define TANDEM_WORKERS_CACHE_FILLER_H_

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "tandem/runtime.h"
#include "workers/channel.h"
#include "workers/supervisor.h"
#include "workers/worker_process.h"

namespace tandem::workers {

// Has the loaders of this host's workers fill the start cache, each runtime's once, in a process of the least priority
// that ends with the supervisor. One runs at a time; who comes meanwhile is turned away. Nothing depends on it.
// Threads: any.
class CacheFiller {
 public:
  explicit CacheFiller(StartCache use) : use_(use) {}

  // Does not wait.
  void Fill(Supervisor& supervisor, const WorkerSpec& spec);

 private:
  const StartCache use_;
  std::mutex mutex_;
  std::set<std::string> tried_;  // the runtimes
  std::shared_ptr<Process> running_;
  std::optional<Channel> channel_;  // its
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_CACHE_FILLER_H_
