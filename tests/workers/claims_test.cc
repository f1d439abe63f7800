// The memory in which a worker claims what it has been sent ahead.
#include "workers/claims.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

namespace tandem::workers {
namespace {

// Both sides.
struct Pair {
  Pair() {
    auto made = Claims::Make();
    EXPECT_TRUE(made.ok());
    file = std::move(made->second);
    host.SetClaims(std::move(made->first));
    auto its = Claims::Of(file);
    EXPECT_TRUE(its.ok());
    worker = std::move(*its);
  }

  FileDescriptor file;
  SentAhead host;
  Claims worker;
};

Claims::Claim At(int seconds, std::uint64_t mark = 0) {
  return {Claims::Clock::time_point(std::chrono::seconds(seconds)), mark};
}

TEST(Claims, WhoComesFirstHasIt) {
  Pair pair;
  const auto one = pair.host.Offer(1);
  const auto two = pair.host.Offer(2);
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(pair.worker.Take(*one, 1, At(5, 77)));
  EXPECT_FALSE(pair.host.claims().TakeBack(*one, 1));
  const auto claim = pair.host.claims().ClaimOf(*one, 1);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->at, At(5).at);
  EXPECT_EQ(claim->mark, 77U);
  EXPECT_TRUE(pair.host.claims().TakeBack(*two, 2));
  EXPECT_TRUE(pair.host.claims().TakeBack(*two, 2)) << "as often as one likes";
  EXPECT_FALSE(pair.worker.Take(*two, 2, At(6)));
  EXPECT_FALSE(pair.host.claims().ClaimOf(*two, 2));
}

TEST(Claims, ASlotOfAnotherCallIsNotTaken) {
  Pair pair;
  const auto slot = pair.host.Offer(1);
  ASSERT_TRUE(pair.host.claims().TakeBack(*slot, 1));
  pair.host.Release(*slot);
  ASSERT_EQ(pair.host.Offer(2), slot);
  EXPECT_FALSE(pair.worker.Take(*slot, 1, At(1)));
  EXPECT_FALSE(pair.host.BegunBehind(0));
  EXPECT_TRUE(pair.worker.Take(*slot, 2, At(1)));
  EXPECT_TRUE(pair.host.BegunBehind(0));
  EXPECT_FALSE(pair.worker.Take(*slot, 2, At(1))) << "once";
  EXPECT_FALSE(pair.worker.Take(Claims::kSlots, 2, At(1))) << "there is no such slot";
}

TEST(Claims, SlotsAreGivenUntilThereAreNone) {
  Pair pair;
  for (std::uint64_t call = 1; call <= Claims::kSlots; ++call) ASSERT_TRUE(pair.host.Offer(call));
  EXPECT_FALSE(pair.host.Offer(100));
  pair.host.Release(3);
  EXPECT_EQ(pair.host.Offer(100), 3U);
  EXPECT_FALSE(SentAhead().Offer(1)) << "without memory";
}

TEST(Claims, OfThoseBehindACallOneMayHaveBegun) {
  Pair pair;
  const auto one = pair.host.Offer(1);
  const auto two = pair.host.Offer(2);
  ASSERT_TRUE(pair.worker.Take(*one, 1, At(1)));
  EXPECT_FALSE(pair.host.BegunBehind(1)) << "it is not behind itself";
  EXPECT_FALSE(pair.host.claims().IsTakenBack(*two, 2));
  EXPECT_TRUE(pair.host.TakeBackBehind(0));
  EXPECT_TRUE(pair.host.claims().IsTakenBack(*two, 2));
  EXPECT_FALSE(pair.host.claims().IsTakenBack(*one, 1));
  EXPECT_FALSE(pair.worker.Take(*two, 2, At(1)));
  pair.host.Release(*one);
  EXPECT_FALSE(pair.host.TakeBackBehind(0));
  EXPECT_FALSE(pair.host.BegunBehind(0));
}

// The worker does not wait until its answers are read.
TEST(Claims, OfSeveralThatHaveBegunTheFirstIsNext) {
  Pair pair;
  for (std::uint64_t call = 1; call <= 4; ++call) ASSERT_TRUE(pair.host.Offer(call));
  pair.host.Release(0);
  ASSERT_EQ(pair.host.Offer(5), 0U);
  for (std::uint64_t call = 2; call <= 5; ++call) {
    ASSERT_TRUE(pair.worker.Take(call == 5 ? 0 : static_cast<std::uint32_t>(call - 1), call, At(1, call * 10)));
  }
  EXPECT_EQ(pair.host.BegunBehind(1)->mark, 20U);
  EXPECT_EQ(pair.host.BegunBehind(3)->mark, 40U);
  EXPECT_EQ(pair.host.BegunBehind(4)->mark, 50U);
  EXPECT_FALSE(pair.host.BegunBehind(5));
}

TEST(Claims, TheWorkerCannotMakeItShorter) {
  const Pair pair;
  EXPECT_NE(ftruncate(pair.file.get(), 0), 0);
}

TEST(Claims, AFileOfAnotherSizeIsRefused) {
  const FileDescriptor file(memfd_create("test", MFD_CLOEXEC));
  const auto claims = Claims::Of(file);
  ASSERT_FALSE(claims.ok());
  EXPECT_EQ(claims.status().code(), Code::kInvalidArgument);
}

TEST(Claims, WhatWasSetIsSeen) {
  const Pair pair;
  EXPECT_FALSE(pair.worker.has_written());
  pair.host.claims().SetHasWritten();
  EXPECT_TRUE(pair.worker.has_written());
  EXPECT_EQ(pair.host.claims().run_time().count(), 0);
  pair.worker.SetRunTime(std::chrono::microseconds(12));
  EXPECT_EQ(pair.host.claims().run_time(), std::chrono::microseconds(12));
  EXPECT_EQ(Claims().run_time().count(), 0);
}

// Of two that come at once exactly one has it.
TEST(Claims, BothAtOnce) {
  constexpr std::uint64_t kCalls = 20'000;
  Pair pair;
  std::atomic<std::uint64_t> offered{0};
  std::atomic<std::uint64_t> settled{0};
  std::uint64_t taken = 0;
  std::thread worker([&] {
    for (std::uint64_t call = 1; call <= kCalls; ++call) {
      while (offered.load() < call) std::this_thread::yield();
      taken += pair.worker.Take(0, call, At(1)) ? 1 : 0;
      settled.store(call);
    }
  });
  std::uint64_t taken_back = 0;
  for (std::uint64_t call = 1; call <= kCalls; ++call) {
    ASSERT_EQ(pair.host.Offer(call), 0U);
    offered.store(call);
    taken_back += pair.host.claims().TakeBack(0, call) ? 1 : 0;
    while (settled.load() < call) std::this_thread::yield();
    pair.host.Release(0);
  }
  worker.join();
  EXPECT_EQ(taken + taken_back, kCalls);
}

}  // namespace
}  // namespace tandem::workers
