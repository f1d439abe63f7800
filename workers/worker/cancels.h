// Cancels: which of a worker's invocations are to yield.
#ifndef TANDEM_WORKERS_WORKER_CANCELS_H_
#define TANDEM_WORKERS_WORKER_CANCELS_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <utility>

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

  Cancels(Channel control, Ask ask) : control_(std::move(control)), ask_(std::move(ask)) {}
  Cancels(const Cancels&) = delete;
  Cancels& operator=(const Cancels&) = delete;

  void Start();

  // Of an invocation that has entered the environment. False: it is not to be run.
  bool Begin(std::uint64_t call, std::string_view request_id);
  // Nothing in a child that user code has forked.
  void End();
  // As the host says it.
  void Cancel(std::uint64_t call);

 private:
  void Listen();

  Channel control_;
  const Ask ask_;
  const std::uint32_t forks_ = ForkCount();
  std::mutex mutex_;
  std::uint64_t last_ = 0;       // the call that has begun last
  std::uint64_t cancelled_ = 0;  // one that has not begun
  RequestId running_;            // empty: none
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_CANCELS_H_
