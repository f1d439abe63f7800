// How long poll() waits for a deadline.
#ifndef TANDEM_WORKERS_MILLISECONDS_UNTIL_H_
#define TANDEM_WORKERS_MILLISECONDS_UNTIL_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tandem::workers {

// A minute at most, as poll() has no more than an int, so that the deadline is to be looked at again; -1, for ever,
// where there is none, which time_point::max() says.
inline int MillisecondsUntil(std::chrono::steady_clock::time_point deadline) {
  using Clock = std::chrono::steady_clock;
  if (deadline == Clock::time_point::max()) return -1;
  constexpr std::int64_t kLongest = 60'000;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongest));
}

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_MILLISECONDS_UNTIL_H_
