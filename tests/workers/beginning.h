// An invocation that is begun, with what it needs.
#ifndef TANDEM_TESTS_WORKERS_BEGINNING_H_
#define TANDEM_TESTS_WORKERS_BEGINNING_H_

#include <poll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tandem/runtime.h"
#include "worker_runtime.h"

namespace tandem::test {

struct Beginning {
  Beginning(WorkerRuntime& runtime, Function& function, std::string_view text, InvokeOptions its_options = {})
      : event(text), options(std::move(its_options)), begun(runtime->TryBegin(function, event, options)) {}

  const Event event;
  const InvokeOptions options;
  std::unique_ptr<BegunInvocation> begun;
};

inline int MillisecondsUntil(std::chrono::steady_clock::time_point due) {
  if (due == std::chrono::steady_clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::steady_clock::now());
  return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

// Until one of its descriptors is readable, or it is due.
inline void AwaitSomething(const BegunInvocation& begun) {
  std::array<pollfd, 3> waited{};
  const std::array<int, 3> descriptors = begun.descriptors();
  for (std::size_t i = 0; i < waited.size(); ++i) waited[i] = {descriptors[i], POLLIN, 0};
  poll(waited.data(), waited.size(), MillisecondsUntil(begun.due()));
}

// Waits as a host does that has nothing else to do.
inline BegunInvocation::Progress LookUntilItEnds(BegunInvocation& begun) {
  for (;;) {
    const BegunInvocation::Progress progress = begun.Look();
    if (progress != BegunInvocation::Progress::kRuns) return progress;
    AwaitSomething(begun);
  }
}

// The response, or what went wrong.
inline std::string AnswerOf(BegunInvocation& begun) {
  const InvokeResult result = begun.Finish();
  if (result.outcome.kind() == Outcome::Kind::kFault) return "fault: " + result.outcome.fault().message();
  return Text(result.outcome);
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_BEGINNING_H_
