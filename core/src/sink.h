// Where one loader call puts its result.
#ifndef TANDEM_CORE_SINK_H_
#define TANDEM_CORE_SINK_H_

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tandem/invocation.h"
#include "tandem/loader_abi.h"
#include "tandem/outcome.h"

// The host's side of the ABI's opaque sink: takes one result, answers what a handler may ask about its deadline.
// Threads: the calling thread; Cancel and is_cancelled from any. Lifetime: one loader call.
struct tandem_sink {
 public:
  // The result becomes `outcome`, which outlives the sink, as the other arguments do.
  tandem_sink(std::string_view request_id, std::int64_t deadline_ms, const tandem::ChunkReceiver* chunks,
              tandem::Outcome& outcome)
      : request_id_(request_id), deadline_ms_(deadline_ms), chunks_(chunks), outcome_(outcome) {}
  tandem_sink(const tandem_sink&) = delete;
  tandem_sink& operator=(const tandem_sink&) = delete;

  // The first result counts; whatever a loader gives after it is released and dropped.
  void Succeed(const tandem_result& result);
  bool TakeChunk(std::string_view chunk);
  void Fail(const tandem_error& error);
  // The message is the pieces together; "out of memory" where they do not fit.
  void Fault(std::int32_t fault, std::initializer_list<std::string_view> message) noexcept;

  // Milliseconds until the deadline on the wall clock, never negative (C-05, C-20).
  std::int64_t RemainingMs() const;
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  // Cancelled, or past the deadline.
  bool IsCancelled() const;

  void set_deadline(std::int64_t deadline_ms) { deadline_ms_ = deadline_ms; }
  bool answered() const { return answered_; }
  std::string_view request_id() const { return request_id_; }

 private:
  std::string_view request_id_;
  std::int64_t deadline_ms_;
  const tandem::ChunkReceiver* chunks_;
  tandem::Outcome& outcome_;
  std::atomic<bool> cancelled_{false};
  bool answered_ = false;
  bool chunks_refused_ = false;
};

namespace tandem {

// The deadline of an invocation without timeout.
inline constexpr std::int64_t kNoDeadline = INT64_MAX;

// Milliseconds since the epoch.
std::int64_t WallClockMs();
// Milliseconds of a clock that nobody sets, up to a few milliseconds ago; a fifth of the cost.
std::int64_t CoarseSteadyClockMs();
// What WallClockMs said when the steady clock said this, a moment ago; some milliseconds off. Where the wall clock is
// set, this follows within 20 ms.
std::int64_t CoarseWallClockMs(std::int64_t steady_ms);

}  // namespace tandem

#endif  // TANDEM_CORE_SINK_H_
