#include "hang_guard.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace tandem::test {
namespace {

std::array<char, 1024> message{};
std::size_t message_size = 0;

// No signal that a VM or a test looks at.
int Signal() {
  return SIGRTMAX - 5;
}

// On whatever thread, whatever it holds.
void EndProcess(int /*signal*/) {
  if (write(STDERR_FILENO, message.data(), message_size) < 0) _exit(2);
  _exit(1);
}

timer_t Timer() {
  static const timer_t timer = [] {
    struct sigaction action {};
    action.sa_handler = EndProcess;
    sigaction(Signal(), &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = Signal();
    timer_t made{};
    if (timer_create(CLOCK_MONOTONIC, &event, &made) != 0) throw std::runtime_error("no timer can be made");
    return made;
  }();
  return timer;
}

void SetTimer(std::chrono::seconds limit) {
  itimerspec time{};
  time.it_value.tv_sec = limit.count();
  timer_settime(Timer(), 0, &time, nullptr);
}

class HangGuard final : public ::testing::EmptyTestEventListener {
 public:
  void OnEnvironmentsSetUpStart(const ::testing::UnitTest& /*program*/) override {
    GuardAgainstHang("the set-up of the tests");
  }
  void OnTestSuiteStart(const ::testing::TestSuite& suite) override {
    GuardAgainstHang(std::string("the set-up of ") + suite.name());
  }
  void OnTestStart(const ::testing::TestInfo& test) override {
    GuardAgainstHang(std::string(test.test_suite_name()) + "." + test.name());
  }
  void OnEnvironmentsTearDownStart(const ::testing::UnitTest& /*program*/) override {
    GuardAgainstHang("the end after the tests");
  }
};

// Before main(), so that also a death test's process, which GoogleTest gives no events, is under the guard.
[[maybe_unused]] const bool kInstalled = [] {
  GuardAgainstHang("the start of the tests");
  ::testing::UnitTest::GetInstance()->listeners().Append(new HangGuard);
  return true;
}();

}  // namespace

void GuardAgainstHang(const std::string& what, std::chrono::seconds limit) {
  SetTimer(std::chrono::seconds(0));
  const std::string text = "\nhang: " + what + " has not ended within " + std::to_string(limit.count()) + " s\n";
  message_size = std::min(text.size(), message.size());
  std::copy_n(text.begin(), message_size, message.begin());
  SetTimer(limit);
}

bool IsGuardedAgainstHang() {
  itimerspec left{};
  return timer_gettime(Timer(), &left) == 0 && left.it_value.tv_sec > 0;
}

}  // namespace tandem::test
