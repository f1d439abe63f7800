// That a test which never ends fails, and is named.
#include "lib/hang_guard.h"

#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

namespace tandem::test {
namespace {

TEST(HangGuard, AHangEndsWithItsName) {
  const auto hang = [] {
    GuardAgainstHang("Suite.Hangs", std::chrono::seconds(1));
    for (;;) pause();
  };
  EXPECT_EXIT(hang(), testing::ExitedWithCode(1), "hang: Suite.Hangs has not ended within 1 s");
}

TEST(HangGuard, EveryTestIsGuarded) {
  itimerval left{};
  ASSERT_EQ(getitimer(ITIMER_REAL, &left), 0);
  EXPECT_GT(left.it_value.tv_sec, 0);
}

}  // namespace
}  // namespace tandem::test
