// That a test which never ends fails, and is named.
#include "lib/hang_guard.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tandem::test {
namespace {

TEST(HangGuard, AHangEndsWithItsName) {
  const auto hang = [] {
    GuardAgainstHang("Suite.Hangs", std::chrono::seconds(1));
    for (;;) pause();
  };
  testing::GTEST_FLAG(death_test_style) = "threadsafe";  // a fork has no timer
  EXPECT_EXIT(hang(), testing::ExitedWithCode(1), "hang: Suite.Hangs has not ended within 1 s");
}

TEST(HangGuard, EveryTestIsGuarded) {
  EXPECT_TRUE(IsGuardedAgainstHang());
}

}  // namespace
}  // namespace tandem::test
