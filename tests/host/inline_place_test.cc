// Whose turn it is in an inline function.

#include "host/inline_place.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::host {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""min;

TEST(InlinePlace, GivesOneTurnAtATime) {
  constexpr int kThreads = 8;
  constexpr int kTurnsOfEach = 200;
  InlinePlace place(10min);
  int runs = 0;  // guarded by the turns, which a sanitizer sees
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < kTurnsOfEach; ++turn) {
        const auto mine = place.Wait();
        ASSERT_TRUE(mine.has_value());
        ++runs;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs, kThreads * kTurnsOfEach);
}

TEST(InlinePlace, WaitsForNobodyWhoIsPastTheDeadline) {
  InlinePlace place(0ms);
  ASSERT_TRUE(place.Wait().has_value());  // the first has time for its init
  std::optional<InlinePlace::Turn> turn = place.Wait();
  ASSERT_TRUE(turn.has_value());
  EXPECT_FALSE(place.Wait().has_value());
  EXPECT_FALSE(place.Wait().has_value());
  turn.reset();
  EXPECT_TRUE(place.Wait().has_value());
}

TEST(InlinePlace, ATurnMovesWithWhoeverHasIt) {
  InlinePlace place(0ms);
  ASSERT_TRUE(place.Wait().has_value());
  std::optional<InlinePlace::Turn> turn = place.Wait();
  ASSERT_TRUE(turn.has_value());
  {
    const InlinePlace::Turn moved(std::move(*turn));
    turn.reset();
    EXPECT_FALSE(place.Wait().has_value());
  }
  EXPECT_TRUE(place.Wait().has_value());
  const InlinePlace::Turn nobodys;
  EXPECT_TRUE(place.Wait().has_value());
}

TEST(InlinePlace, WhoOnlyTriesDoesNotWait) {
  InlinePlace place(10min);
  InlinePlace::Clock::time_point overdue;
  const auto before = InlinePlace::Clock::now();
  std::optional<InlinePlace::Turn> turn = place.Try(overdue);
  ASSERT_TRUE(turn.has_value());
  EXPECT_FALSE(place.IsFree());
  EXPECT_FALSE(place.Try(overdue).has_value());
  EXPECT_GT(overdue, before + 10min);
  turn.reset();
  EXPECT_TRUE(place.IsFree());
  EXPECT_TRUE(place.Wait().has_value());
}

TEST(InlinePlace, EveryEndOfATurnIsTold) {
  InlinePlace place(10min);
  InlinePlace::Clock::time_point overdue;
  int told = 0;
  place.SetOnLeft([&] {
    EXPECT_TRUE(place.IsFree());  // nobody holds a lock
    ++told;
  });
  place.SetOnLeft([&] { told = -1; });  // the first one counts
  ASSERT_TRUE(place.Wait().has_value());
  ASSERT_TRUE(place.Try(overdue).has_value());
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace tandem::host
