#include "hang_guard.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace tandem::test {
namespace {

std::array<char, 1024> message{};
std::size_t message_size = 0;

// On whatever thread, whatever it holds.
void EndProcess(int /*signal*/) {
  if (write(STDERR_FILENO, message.data(), message_size) < 0) _exit(2);
  _exit(1);
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
  alarm(0);
  const std::string text = "\nhang: " + what + " has not ended within " + std::to_string(limit.count()) + " s\n";
  message_size = std::min(text.size(), message.size());
  std::copy_n(text.begin(), message_size, message.begin());
  struct sigaction action {};
  action.sa_handler = EndProcess;
  sigaction(SIGALRM, &action, nullptr);
  alarm(static_cast<unsigned>(limit.count()));
}

}  // namespace tandem::test
