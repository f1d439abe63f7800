#include "watchdog.h"

#include <pthread.h>

#include <csignal>
#include <thread>

#include "standard_streams.h"

namespace tandem::cli {
namespace {

using Clock = Progress::Clock;

constexpr std::chrono::seconds kInitLimit{10};

void Watch(Clock::time_point created, std::chrono::milliseconds timeout, std::chrono::milliseconds grace,
           Progress& progress, InvocationEnd& end) {
  if (const auto began = progress.WaitBegan(created + kInitLimit + timeout)) {
    std::this_thread::sleep_until(*began + timeout + grace);
  }
  EndAtException([&end] { end.TimeOut(); });
}

}  // namespace

void StartWatchdog(std::chrono::milliseconds timeout, std::chrono::milliseconds grace, Progress& progress,
                   InvocationEnd& end) {
  if (timeout.count() == 0) return;
  // Signals are for the threads on which user code runs.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(Watch, Clock::now(), timeout, grace, std::ref(progress), std::ref(end)).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace tandem::cli
