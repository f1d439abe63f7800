// Cancels: which of a worker's invocations are to yield.
#ifndef TANDEM_WORKERS_WORKER_CANCELS_H_
#define TANDEM_WORKERS_WORKER_CANCELS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "core/src/fork_count.h"
#include "tandem/invocation.h"
#include "tandem/status.h"
#include "workers/channel.h"

namespace tandem::workers {

// Hands on what the host says on the control channel, on a thread of its own: a handler may have the thread that reads
// all else. What is cancelled before it has been read there is not begun.
//
// Threads: Begin and End by the thread of the invocation. Lifetime: the process's. Errors: without its thread nothing
// can be cancelled, and all else works.
class Cancels {
 public:
  // `ask` asks the invocation of an id, which runs, to yield.
  using Ask = std::function<void(std::string_view request_id)>;

  Cancels(Channel control, std::size_t places, Ask ask)
      : control_(std::move(control)), ask_(std::move(ask)), places_(places) {}
  Cancels(const Cancels&) = delete;
  Cancels& operator=(const Cancels&) = delete;

  void Start();

  // Of an invocation that has entered the environment. False: it is not to be run.
  bool Begin(std::uint32_t place, std::uint64_t call, std::string_view request_id);
  // Nothing in a child that user code has forked.
  void End(std::uint32_t place);
  // As the host says it.
  void Cancel(std::uint32_t place, std::uint64_t call);

 private:
  struct Place {
    std::uint64_t last = 0;       // the call that has begun last
    std::uint64_t cancelled = 0;  // one that has not begun
    RequestId running;            // empty: none
  };

  void Listen();

  Channel control_;
  const Ask ask_;
  const std::uint32_t forks_ = ForkCount();
  std::mutex mutex_;
  std::vector<Place> places_;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_CANCELS_H_
