// The lock-free part of admission: which places are free, taken, marked or shut.
#include "places.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace tandem {
namespace {

// Addresses to stand for invocations, which a Places never looks into.
struct alignas(8) Stand {
  std::array<char, 8> bytes{};
  RunningInvocation* get() { return reinterpret_cast<RunningInvocation*>(this); }
};

TEST(Places, AreShutUntilTheyAreOpened) {
  Places places(1);
  Stand stand;
  std::size_t at = 0;
  EXPECT_FALSE(places.TryEnter(stand.get(), at));
  places.Open();
  EXPECT_TRUE(places.TryEnter(stand.get(), at));
}

TEST(Places, AdmitAsManyAsThereAre) {
  Places places(2);
  places.Open();
  std::array<Stand, 3> stands;
  std::array<std::size_t, 3> at{};
  EXPECT_TRUE(places.TryEnter(stands[0].get(), at[0]));
  EXPECT_TRUE(places.TryEnter(stands[1].get(), at[1]));
  EXPECT_NE(at[0], at[1]);
  EXPECT_FALSE(places.TryEnter(stands[2].get(), at[2])) << "I-15";
  EXPECT_TRUE(places.TryLeave(stands[0].get(), at[0]));
  EXPECT_TRUE(places.TryEnter(stands[2].get(), at[2]));
}

TEST(Places, AMarkedOneIsLeftUnderTheLock) {
  Places places(1);
  places.Open();
  Stand stand;
  std::size_t at = 0;
  ASSERT_TRUE(places.TryEnter(stand.get(), at));
  EXPECT_EQ(places.Look(at), stand.get());
  EXPECT_EQ(places.Look(at), stand.get()) << "as often as one likes";
  EXPECT_FALSE(places.TryLeave(stand.get(), at));
  places.Leave(at, Places::Next::kFree);
  EXPECT_EQ(places.Look(at), nullptr);
  EXPECT_TRUE(places.TryEnter(stand.get(), at));
  EXPECT_TRUE(places.TryLeave(stand.get(), at)) << "the mark goes with the invocation";
}

TEST(Places, ShutKeepsOthersOutAndSaysWhetherAnythingRuns) {
  Places places(2);
  places.Open();
  Stand stand;
  Stand other;
  std::size_t at = 0;
  std::size_t other_at = 0;
  ASSERT_TRUE(places.TryEnter(stand.get(), at));
  EXPECT_FALSE(places.Shut());
  EXPECT_FALSE(places.TryEnter(other.get(), other_at));
  EXPECT_FALSE(places.TryLeave(stand.get(), at)) << "it has to shut its place";
  places.Leave(at, Places::Next::kShut);
  EXPECT_TRUE(places.Shut());
  EXPECT_FALSE(places.TryEnter(other.get(), other_at));
  places.Open();
  EXPECT_TRUE(places.TryEnter(other.get(), other_at));
}

// Invocations come and go without the lock while another thread looks at them and shuts the places again and again.
TEST(Places, WhoeverIsLookedAtStaysForAsLongAsTheLockIsHeld) {
  struct Running {
    alignas(8) std::atomic<bool> here{false};
  };
  constexpr int kThreads = 4;
  constexpr int kRounds = 20000;
  Places places(2);
  places.Open();
  std::mutex mutex;
  bool open = true;
  std::atomic<int> inside{0};
  std::atomic<int> wrong{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        Running running;
        auto* invocation = reinterpret_cast<RunningInvocation*>(&running);
        running.here = true;
        std::size_t at = 0;
        if (!places.TryEnter(invocation, at)) {
          std::this_thread::yield();
          continue;
        }
        if (inside.fetch_add(1) >= 2) ++wrong;
        inside.fetch_sub(1);
        if (!places.TryLeave(invocation, at)) {
          const std::scoped_lock lock(mutex);
          places.Leave(at, open ? Places::Next::kFree : Places::Next::kShut);
        }
        running.here = false;
      }
      ++done;
    });
  }
  while (done != kThreads) {
    const std::scoped_lock lock(mutex);
    for (std::size_t at = 0; at < places.size(); ++at) {
      RunningInvocation* seen = places.Look(at);
      if (seen != nullptr && !reinterpret_cast<Running*>(seen)->here) ++wrong;
    }
    open = !open;
    if (!open) {
      places.Shut();
    } else if (places.Shut()) {
      places.Open();
    } else {
      open = false;
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(places.Shut());
}

}  // namespace
}  // namespace tandem
