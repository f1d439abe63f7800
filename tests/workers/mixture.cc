#include "mixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "unit/native_runtime.h"

namespace tandem::test {
namespace {

constexpr unsigned kThreads = 8;

unsigned Seed() {
  const char* const given = std::getenv("TANDEM_TEST_SEED");
  return given == nullptr ? std::random_device()() : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
}

bool AllAreWanted() {
  const char* const extent = std::getenv("TANDEM_TEST_EXTENT");
  return extent != nullptr && std::string_view(extent) == "all";
}

// Whether this is the error of an invocation whose process has ended.
bool IsAnEnd(const std::string& become, std::string_view id) {
  const auto begins_as = [&](const std::string& type) {
    return become.starts_with(R"({"errorType":")" + type + R"(","errorMessage":"RequestId: )" + std::string(id) +
                              " Error: ");
  };
  return begins_as("Runtime.ExitError") || begins_as("Runtime.OutOfMemory");
}

class Mixture {
 public:
  Mixture(Runtime& runtime, const std::vector<Kind>& kinds) : runtime_(runtime), kinds_(kinds) {
    for (const Kind& kind : kinds) weights_.push_back(kind.weight);
  }

  void RunOne(std::mt19937& random) {
    std::discrete_distribution<std::size_t> choose(weights_.begin(), weights_.end());
    const Kind& kind = kinds_[choose(random)];
    std::string expected;
    const std::string event = kind.ask(random, expected);
    const InvokeResult result = runtime_.Invoke(*kind.function, Event(std::string_view(event)));
    if (const std::size_t at = expected.find("ID"); at != std::string::npos) {
      expected.replace(at, 2, result.request_id.view());
    }
    const std::string become = Become(result.outcome);
    if (kind.shares && IsAnEnd(become, result.request_id.view())) return;
    EXPECT_EQ(become.substr(0, kShown), expected.substr(0, kShown)) << event.substr(0, kShown);
    EXPECT_TRUE(become == expected) << event.substr(0, kShown);
  }

 private:
  static constexpr std::size_t kShown = 400;

  Runtime& runtime_;
  const std::vector<Kind>& kinds_;
  std::vector<unsigned> weights_;
};

std::string ErrorText(const std::string& type, const std::string& what) {
  return R"({"errorType":")" + type + R"(","errorMessage":"RequestId: ID Error: )" + what + "\"}";
}

}  // namespace

std::string Become(const Outcome& outcome) {
  return outcome.kind() == Outcome::Kind::kFault ? "fault: " + outcome.fault().message() : Text(outcome);
}

std::string ExitText(const std::string& how) {
  return ErrorText("Runtime.ExitError",
                   how.empty() ? "Runtime exited without providing a reason" : "Runtime exited with error: " + how);
}

std::string OutOfMemoryText() {
  return ErrorText("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
}

std::string TimeoutText(const std::string& seconds) {
  return ErrorText("Sandbox.Timedout", "Task timed out after " + seconds + " seconds");
}

void RunMixture(Runtime& runtime, const std::vector<Kind>& kinds, int count, std::chrono::seconds time) {
  const unsigned seed = Seed();
  std::cout << "TANDEM_TEST_SEED=" << seed << "\n" << std::flush;
  const bool all = AllAreWanted();
  const auto end = std::chrono::steady_clock::now() + time;
  Mixture mixture(runtime, kinds);
  std::atomic<int> begun{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(seed + thread);
      while ((all || std::chrono::steady_clock::now() < end) && begun++ < count) {
        mixture.RunOne(random);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << done << " invocations\n";
  EXPECT_GT(done, 0);
}

}  // namespace tandem::test
