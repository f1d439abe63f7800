// Host threads that come, call and go.

#include <malloc.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "both_runtimes.h"

namespace tandem::test {

// As for the growth of a long run.
const char* const kJvmOptions = "-XX:+UseSerialGC -Xms48m -Xmx48m -XX:+AlwaysPreTouch -Xint";

namespace {

constexpr int kAtOnce = 8;
constexpr std::int64_t kMebibyte = 1 << 20;

// What threads could leave behind.
struct Left {
  std::int64_t attached;
  std::int64_t references;
  std::int64_t states;
  std::int64_t resident;
};

class Threads : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { mallopt(M_ARENA_MAX, 1); }

  // Runs `count` threads, a few at once, each of which calls once into each language and each interpreter.
  void Run(int count) {
    std::atomic<int> left{count};
    std::vector<std::thread> starters;
    starters.reserve(kAtOnce);
    for (int i = 0; i < kAtOnce; ++i) {
      starters.emplace_back([&] {
        for (int number = --left; number >= 0; number = --left) std::thread([&] { CallAll(number); }).join();
      });
    }
    for (std::thread& thread : starters) thread.join();
  }

  void CallAll(int number) {
    const std::string event = std::to_string(number);
    const std::string answer = "ok " + std::to_string(number + 1);
    for (Function* function : {&java_, &python_, &other_}) {
      if (Answer(*function, event) != answer) ++wrong_;
    }
  }

  Left Measure() {
    static_cast<void>(Number(heap_));
    return {Number(attached_), Number(references_), Number(states_), TrimmedResidentBytes()};
  }

  std::atomic<int> wrong_{0};

 private:
  Function& java_ = BothRuntimes::Add(BothRuntimes::Java("soak.Work::next"));
  Function& python_ = BothRuntimes::Add(BothRuntimes::Python("work.after"));
  Function& other_ = BothRuntimes::Add(BothRuntimes::Python("work.after", "other"));
  Function& attached_ = BothRuntimes::Add(BothRuntimes::Java("soak.Meter::threads"));
  Function& references_ = BothRuntimes::Add(BothRuntimes::Java("soak.Meter::references"));
  Function& heap_ = BothRuntimes::Add(BothRuntimes::Java("soak.Meter::heap"));
  Function& states_ = BothRuntimes::Add(BothRuntimes::Python("meter.thread_states"));
};

TEST_F(Threads, ThatEndLeaveNothingInEitherVm) {
  Run(2'000);
  static_cast<void>(Measure());  // whose first run loads what it needs
  const Left before = Measure();
  Run(BothRuntimes::AreLong() ? 100'000 : 10'000);
  const Left after = Measure();
  EXPECT_EQ(wrong_, 0);
  EXPECT_EQ(after.attached, before.attached) << "threads of the JVM";
  EXPECT_EQ(after.references, before.references) << "JNI references";
  EXPECT_EQ(after.states, before.states) << "thread states of CPython";
  EXPECT_LT(after.resident - before.resident, kMebibyte);
}

}  // namespace
}  // namespace tandem::test
