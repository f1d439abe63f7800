#include "sink.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <string>
#include <utility>

#include "abi_text.h"
#include "tandem/platform_lines.h"

namespace tandem {
namespace {

// A disposition as a loader wrote it; what this host does not know is kept to the safe side.
Disposition DispositionOf(std::int32_t disposition) {
  switch (disposition) {
    case TANDEM_KEEP:
      return Disposition::kKeep;
    case TANDEM_EXITED:
      return Disposition::kExited;
    case TANDEM_STICKY:
      return Disposition::kSticky;
    default:
      return Disposition::kRecycle;
  }
}

std::int64_t ReadMs(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

// Empty for JSON, which needs no saying.
std::string_view ContentTypeOf(tandem_string written) {
  const std::string_view type = ViewOf(written);
  return type == "application/json" ? std::string_view() : type;
}

}  // namespace

std::int64_t WallClockMs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t CoarseSteadyClockMs() {
  return ReadMs(CLOCK_MONOTONIC_COARSE);
}

std::int64_t CoarseWallClockMs(std::int64_t steady_ms) {
  constexpr std::int64_t kFreshMs = 20;
  static std::atomic<std::int64_t> distance_ms{0};  // of the clocks, as of `read_ms`
  static std::atomic<std::int64_t> read_ms{-2 * kFreshMs};
  if (steady_ms - read_ms.load(std::memory_order_acquire) >= kFreshMs) {
    distance_ms.store(ReadMs(CLOCK_REALTIME_COARSE) - steady_ms, std::memory_order_relaxed);
    read_ms.store(steady_ms, std::memory_order_release);
  }
  return steady_ms + distance_ms.load(std::memory_order_relaxed);
}

}  // namespace tandem

using tandem::FunctionError;
using tandem::Outcome;
using tandem::Payload;
using tandem::StringOf;
using tandem::ViewOf;

namespace {

Payload PayloadOf(const tandem_result& result) {
  if (result.release != nullptr) [[unlikely]] {
    return Payload::Adopt(result.data, result.size, result.release, result.release_arg);
  }
  if (result.size == 0) [[unlikely]]
    return {};
  return Payload::Copy({reinterpret_cast<const char*>(result.data), result.size});
}

}  // namespace

// Each of these answers last: what throws before it leaves the sink without an answer, so that a fault can be one.

void tandem_sink::Succeed(const tandem_result& result) {
  Payload payload = PayloadOf(result);
  if (answered_) return;
  if (result.disposition == TANDEM_EXITED) [[unlikely]] {
    outcome_ = tandem::ExitOutcome(request_id_, result.exit_status);
  } else {
    const std::string_view type = tandem::ContentTypeOf(result.content_type);
    if (!type.empty()) [[unlikely]]
      outcome_.content_type_ = type;
    outcome_.payload_ = std::move(payload);
    outcome_.disposition_ = tandem::DispositionOf(result.disposition);
  }
  answered_ = true;
}

bool tandem_sink::TakeChunk(std::string_view chunk) {
  if (answered_ || chunks_ == nullptr || !*chunks_ || chunks_refused_) return false;
  chunks_refused_ = !(*chunks_)(chunk);
  return !chunks_refused_;
}

void tandem_sink::Fail(const tandem_error& error) {
  if (answered_) return;
  if (error.disposition == TANDEM_EXITED) {
    outcome_ = tandem::ExitOutcome(request_id_, error.exit_status);
    answered_ = true;
    return;
  }
  FunctionError parts;
  parts.type = StringOf(error.type);
  parts.message = StringOf(error.message);
  parts.reported_type = StringOf(error.reported_type);
  parts.disposition = tandem::DispositionOf(error.disposition);
  parts.stack_trace.reserve(error.stack_trace_size);
  for (std::size_t i = 0; i < error.stack_trace_size; ++i) parts.stack_trace.push_back(StringOf(error.stack_trace[i]));
  Payload body;
  if (error.body.data != nullptr) body = Payload::Copy(ViewOf(error.body));
  outcome_ = Outcome::Error(std::move(parts), std::move(body));
  answered_ = true;
}

void tandem_sink::Fault(std::int32_t fault, std::initializer_list<std::string_view> message) noexcept {
  if (answered_) return;
  answered_ = true;
  try {
    const auto code = fault == TANDEM_FAULT_UNAVAILABLE ? tandem::Code::kUnavailable : tandem::Code::kInternal;
    std::string text;
    for (const std::string_view piece : message) text += piece;
    outcome_ = Outcome::Fault(tandem::Status(code, std::move(text)));
  } catch (...) {
    outcome_ = Outcome::OutOfMemory();
  }
}

std::int64_t tandem_sink::RemainingMs() const {
  if (deadline_ms_ == tandem::kNoDeadline) return tandem::kNoDeadline;
  return std::max<std::int64_t>(0, deadline_ms_ - tandem::WallClockMs());
}

bool tandem_sink::IsCancelled() const {
  return cancelled_.load(std::memory_order_relaxed) || RemainingMs() == 0;
}
