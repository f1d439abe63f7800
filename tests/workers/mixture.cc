#include "mixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <list>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/lib/hang_guard.h"
#include "unit/native_runtime.h"

namespace tandem::test {
namespace {

constexpr unsigned kThreads = 8;
constexpr int kPerGuard = 500;  // invocations that are a test's work before it hangs

unsigned Seed() {
  const char* const given = std::getenv("TANDEM_TEST_SEED");
  return given == nullptr ? std::random_device()() : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
}

bool AllAreWanted() {
  const char* const extent = std::getenv("TANDEM_TEST_EXTENT");
  return extent != nullptr && std::string_view(extent) == "all";
}

std::string ErrorText(const std::string& type, const std::string& what) {
  return R"({"errorType":")" + type + R"(","errorMessage":"RequestId: ID Error: )" + what + "\"}";
}

// Of an invocation whose process has ended.
bool IsAnEnd(const std::string& expected) {
  return expected.starts_with(R"({"errorType":"Runtime.ExitError")") || expected == OutOfMemoryText();
}

bool IsATimeout(const std::string& expected) {
  return expected.starts_with(R"({"errorType":"Sandbox.Timedout")");
}

// "ID" is the request id's place.
std::string With(std::string expected, std::string_view id) {
  if (const std::size_t at = expected.find("ID Error"); at != std::string::npos) expected.replace(at, 2, id);
  return expected;
}

// The ends of shared processes that invocations have asked for.
// Threads: any.
class AskedEnds {
 public:
  using Moment = std::uint64_t;

  Moment Now() { return ++now_; }

  // Asked for by an invocation that ends then.
  struct Asked {
    Asked(const Function* asked_of, std::string asked) : function(asked_of), end(std::move(asked)) {}

    const Function* const function;
    const std::string end;
    std::atomic<Moment> until{~Moment{0}};
  };
  Asked& Ask(const Function* function, const std::string& end) {
    const std::scoped_lock lock(mutex_);
    return asked_.emplace_back(function, end);
  }
  // Whether this may have become of an invocation that began then, and has just ended. A process that has too much
  // memory may go on for a moment after the answer to whoever took it.
  bool Explain(const Function* function, const std::string& become, std::string_view id, Moment since) {
    const std::scoped_lock lock(mutex_);
    return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
      return asked.function == function && (asked.until > since || asked.end == OutOfMemoryText()) &&
             become == With(asked.end, id);
    });
  }

 private:
  std::atomic<Moment> now_{0};
  std::mutex mutex_;
  std::list<Asked> asked_;
};

// Cancels one invocation, on a thread of its own, until it has ended.
class Canceller {
 public:
  Canceller(Runtime& runtime, BeginningSink& sink, const Kind& kind, std::string id, std::chrono::microseconds pause)
      : sink_(sink), id_(std::move(id)) {
    if (kind.cancelled == Cancelled::kNever) return;
    const bool once = kind.cancelled == Cancelled::kOnceItBegins;
    thread_ = std::thread([this, &runtime, function = kind.function, once, pause] {
      if (once) {
        if (sink_.WaitUntilBegun(id_)) runtime.Cancel(*function, id_);
        return;
      }
      for (auto wait = pause; !ended_; wait = kBetween) {
        std::this_thread::sleep_for(wait);
        runtime.Cancel(*function, id_);
      }
    });
  }
  ~Canceller() { End(); }
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;

  void End() {
    if (!thread_.joinable()) return;
    ended_ = true;
    sink_.Stop(id_);
    thread_.join();
  }

 private:
  static constexpr std::chrono::microseconds kBetween{200};

  BeginningSink& sink_;
  const std::string id_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

class Mixture {
 public:
  Mixture(Runtime& runtime, BeginningSink& sink, const std::vector<Kind>& kinds, unsigned seed)
      : runtime_(runtime), sink_(sink), kinds_(kinds), seed_(seed) {
    for (const Kind& kind : kinds) weights_.push_back(kind.weight);
  }

  // The seed and the number are all that it depends on.
  void RunOne(int number) {
    std::seed_seq seeds{seed_, static_cast<unsigned>(number)};
    std::mt19937 random(seeds);
    std::discrete_distribution<std::size_t> choose(weights_.begin(), weights_.end());
    const Kind& kind = kinds_[choose(random)];
    std::string expected;
    const std::string event = kind.ask(random, expected);
    InvokeOptions options;
    options.request_id = RequestId("invocation-" + std::to_string(number));
    const std::string id(options.request_id.view());

    AskedEnds::Asked* asked = nullptr;
    if (kind.shares && IsAnEnd(expected)) asked = &ends_.Ask(kind.function, expected);
    const AskedEnds::Moment began = ends_.Now();
    Canceller canceller(runtime_, sink_, kind, id, std::chrono::microseconds(random() % kLatestFirstCancelUs));
    const InvokeResult result = runtime_.Invoke(*kind.function, Event(std::string_view(event)), options);
    canceller.End();
    if (asked != nullptr) asked->until = ends_.Now();

    const std::string become = Become(result.outcome);
    if (!IsAllowed(kind, expected, become, id, began)) {
      ADD_FAILURE() << "invocation " << number << ", " << event.substr(0, kShown) << ":\n  " << become.substr(0, kShown)
                    << "\n, not\n  " << expected.substr(0, kShown) << "\n"
                    << (sink_.HasBegun(id) ? "It has begun." : "");
    }
    sink_.Forget(id);
  }

 private:
  static constexpr std::size_t kShown = 400;
  static constexpr unsigned kLatestFirstCancelUs = 3000;

  bool IsAllowed(const Kind& kind, const std::string& expected, const std::string& become, const std::string& id,
                 AskedEnds::Moment began) {
    if (kind.shares && ends_.Explain(kind.function, become, id, began)) return true;
    if (!kind.instead.empty() && become == With(kind.instead, id)) return true;
    const bool may_not_begin = kind.cancelled == Cancelled::kAgainAndAgain && !sink_.HasBegun(id);
    if (may_not_begin && become == CancelledText()) return true;
    // Its handler's answer, without that it has begun, is none, but for a cancel in the midst of its line.
    if (may_not_begin && kind.instead.empty() && !IsATimeout(expected)) return false;
    return become == With(expected, id);
  }

  Runtime& runtime_;
  BeginningSink& sink_;
  const std::vector<Kind>& kinds_;
  const unsigned seed_;
  std::vector<unsigned> weights_;
  AskedEnds ends_;
};

}  // namespace

void BeginningSink::Write(const LogRecord& record) noexcept {
  if (!record.text.starts_with("begins")) return;  // its newline may come by itself
  const std::scoped_lock lock(mutex_);
  begun_.emplace(record.request_id);
  changed_.notify_all();
}

bool BeginningSink::HasBegun(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  return begun_.contains(id);
}

bool BeginningSink::WaitUntilBegun(const std::string& id) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return begun_.contains(id) || stopped_.contains(id); });
  return begun_.contains(id);
}

void BeginningSink::Stop(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  stopped_.insert(id);
  changed_.notify_all();
}

void BeginningSink::Forget(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  begun_.erase(id);
  stopped_.erase(id);
}

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

std::string_view CancelledText() {
  return R"({"errorMessage":"The invocation was cancelled","errorType":"Runtime.Cancelled","stackTrace":[]})";
}

void RunMixture(Runtime& runtime, BeginningSink& sink, const std::vector<Kind>& kinds, HowMany how_many) {
  const unsigned seed = Seed();
  const int count = AllAreWanted() ? how_many.all : how_many.some;
  std::cout << count << " invocations, TANDEM_TEST_SEED=" << seed << "\n" << std::flush;
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = std::string(test.test_suite_name()) + "." + test.name();
  Mixture mixture(runtime, sink, kinds, seed);
  std::atomic<int> begun{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int number = 0; (number = begun++) < count; ++done) mixture.RunOne(number);
    });
  }
  for (int before = -1; done < count;) {
    if (done / kPerGuard != before) GuardAgainstHang(name);
    before = done / kPerGuard;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, count);
}

}  // namespace tandem::test
