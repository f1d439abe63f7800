// Invocations that wait: for the turn of an inline function, and for a thread. Over the native loader.

#include "host/api/event_invocation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "host/api/invocation.h"
#include "host/async_invocations.h"
#include "host/concurrency.h"
#include "tests/host/deployment_fixture.h"

namespace tandem::test {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

constexpr std::size_t kMostAtOnce = 2;

class WaitingInvocations : public DeploymentTest {
 protected:
  explicit WaitingInvocations(std::size_t event_threads = 1) : async_(event_threads, 1000) {}
  ~WaitingInvocations() override { async_.Stop(1h); }

  // Of a function that runs inline, and for as long as the test wants.
  std::shared_ptr<FunctionVersion> Patient(const std::string& text, const std::string& handler = "native.count") {
    auto version = InlineVersion(text, handler);
    version->settings["Timeout"] = 900;
    return version;
  }
  // What an invocation holds while it runs.
  host::ApiResult<host::RunningInvocation> Begin(const std::string& name) {
    const auto function = store_->Find(name);
    return host::BeginInvocation(context_, *function, function->latest);
  }
  void Send(const std::string& name, const std::string& request = "") {
    host::AskedInvocation asked;
    asked.function = store_->Find(name);
    asked.version = asked.function->latest;
    asked.event = Event(std::string_view("{}"));
    asked.options.request_id = RequestId(request.empty() ? std::to_string(++requests_) : request);
    EXPECT_TRUE(host::AcceptEvent(context_, std::move(asked)));
  }
  void Send(const std::string& name, int count) {
    for (int i = 0; i < count; ++i) Send(name);
  }

  int requests_ = 0;
  Lines said_;
  host::Concurrency concurrency_{kMostAtOnce};
  host::AsyncInvocations async_;
  host::ApiContext context_{
      {"eu-central-1", "012345678912"},
      "127.0.0.1:9001",
      "",
      0s,
      {},
      {},
      host::InlineUse::kAllowed,
      [this](const std::string& function, const std::string& warning) { said_.Add(function + ": " + warning + "\n"); },
      *runtime_,
      *store_,
      *deployments_,
      concurrency_,
      async_};
};

TEST_F(WaitingInvocations, ThoseThatWaitForTheirTurnKeepNobodyFromRunning) {
  constexpr int kWaiting = 8;
  constexpr int kOthers = 2000;
  Keep("inline", Patient("first"));
  Keep("other", Version("second"));
  std::optional running = Begin("inline");
  ASSERT_TRUE(*running);
  std::vector<std::thread> waiting;
  waiting.reserve(kWaiting);
  for (int i = 0; i < kWaiting; ++i) {
    waiting.emplace_back([this] {
      while (!Begin("inline")) std::this_thread::yield();  // who comes while both places are taken is refused
    });
  }
  for (int i = 0; i < kOthers && !HasFailure(); ++i) {
    const auto other = Begin("other");
    EXPECT_TRUE(other) << "after " << i << ": " << other.error().message;
    EXPECT_FALSE(Begin("other"));  // both places are taken
    std::this_thread::yield();
  }
  running.reset();
  for (std::thread& thread : waiting) thread.join();
}

TEST_F(WaitingInvocations, EventsThatWaitForTheirTurnHoldNoThread) {
  constexpr int kEvents = 20;
  Keep("inline", Patient("first"));
  Keep("other", Patient("second"));
  std::optional running = Begin("inline");
  ASSERT_TRUE(*running);
  Send("inline", kEvents);
  Send("other", "of-the-other");
  log_.lines.Await("END RequestId: of-the-other");
  EXPECT_EQ(log_.lines.Count("END RequestId: "), 1U);
  running.reset();
  log_.lines.Await("END RequestId: ", 1 + kEvents);
  EXPECT_EQ(said_.Count(""), 0U);
}

class WaitingInvocationsOnManyThreads : public WaitingInvocations {
 protected:
  WaitingInvocationsOnManyThreads() : WaitingInvocations(4) {}
};

TEST_F(WaitingInvocationsOnManyThreads, EventsAndCallersTakeTurns) {
  constexpr int kEvents = 300;
  constexpr int kCalls = 300;
  Keep("inline", Patient("first"));
  std::thread sender([&] { Send("inline", kEvents); });
  for (int i = 0; i < kCalls; ++i) {
    const auto running = Begin("inline");
    EXPECT_TRUE(running) << running.error().message;
  }
  sender.join();
  log_.lines.Await("END RequestId: ", kEvents);
  EXPECT_EQ(said_.Count(""), 0U);
}

// The turn ends about when the event has found it taken, and before it waits.
TEST_F(WaitingInvocations, AnEventThatComesAsATurnEndsDoesNotWaitOn) {
  constexpr std::size_t kTimes = 1500;
  constexpr int kLongest = 1000;
  Keep("inline", Patient("first"));
  for (std::size_t i = 1; i <= kTimes; ++i) {
    std::optional running = Begin("inline");
    ASSERT_TRUE(*running);
    const std::shared_ptr<host::Deployment>& deployment = (*running)->deployment;
    const auto before = deployment.use_count();
    Send("inline");
    for (int spin = 0; spin < kLongest && deployment.use_count() == before; ++spin) std::this_thread::yield();
    running.reset();
    log_.lines.Await("END RequestId: ", i);
  }
}

TEST_F(WaitingInvocations, EventsOfAFunctionThatIsDeletedDoNotWaitOn) {
  constexpr int kEvents = 20;
  Keep("inline", Patient("first"));
  Keep("other", Patient("second"));
  std::optional running = Begin("inline");
  ASSERT_TRUE(*running);
  Send("inline", kEvents);
  Send("other", "of-the-other");
  log_.lines.Await("END RequestId: of-the-other");
  Delete("inline");
  running.reset();
  said_.Await("is given up: the function is not there any more\n", kEvents);
}

TEST_F(WaitingInvocations, EventsThatWaitForChangedCodeRunByWhatItIsNow) {
  constexpr int kEvents = 20;
  Keep("inline", Patient("first", "native.fail"));
  Keep("other", Patient("second"));
  std::optional running = Begin("inline");
  ASSERT_TRUE(*running);
  Send("inline", kEvents);
  Send("other", "of-the-other");
  log_.lines.Await("END RequestId: of-the-other");
  Change("inline", Patient("third"));
  running.reset();
  log_.lines.Await("END RequestId: ", 1 + kEvents);
  EXPECT_EQ(said_.Count(""), 0U);
}

TEST_F(WaitingInvocations, EventsWaitForNobodyWhoIsPastTheDeadline) {
  const auto version = Patient("first");
  version->settings["Timeout"] = 0;
  Keep("inline", version);
  ASSERT_TRUE(Begin("inline"));  // the first has time for its init
  const auto running = Begin("inline");
  ASSERT_TRUE(running);
  Send("inline", 3);
  said_.Await("inline: an event is lost: it runs inline, and an invocation of it has run past its timeout", 3);
  EXPECT_EQ(Begin("inline").error().type, "TooManyRequestsException");
}

TEST_F(WaitingInvocations, EventsThatWaitAtTheEndAreCounted) {
  Keep("inline", Patient("first"));
  Keep("other", Patient("second"));
  const auto running = Begin("inline");
  ASSERT_TRUE(running);
  Send("inline", 7);
  Send("other", "of-the-other");
  log_.lines.Await("END RequestId: of-the-other");
  EXPECT_TRUE(async_.Stop(1h));
  EXPECT_EQ(said_.Count(": 7 events that waited are lost: the server ends\n"), 1U);
}

TEST_F(WaitingInvocations, EventsThatFailRunAgain) {
  Keep("fails", Patient("first", "native.fail"));
  Send("fails", "failing");
  said_.Await("fails: the event failing is given up: it has failed 3 times\n");
  EXPECT_EQ(log_.lines.Count("END RequestId: failing"), 3U);
}

TEST_F(WaitingInvocations, EventsThatAreTooOldDoNotRun) {
  Keep("old", Patient("first"));
  const Status status = store_->Change("old", [](StoredFunction& function) -> Status {
    function.event_invoke_configs["$LATEST"].most_age_seconds = 0;
    return {};
  });
  ASSERT_TRUE(status.ok()) << status.message();
  Send("old", "aged");
  said_.Await("old: the event aged is given up: it is older than 0 s\n");
  EXPECT_EQ(log_.lines.Count("RequestId: aged"), 0U);
}

}  // namespace
}  // namespace tandem::test
