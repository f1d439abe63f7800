// Runtime::Cancel and invocations in processes of their own: those that wait, that run, and that do not listen.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "invoked.h"
#include "tandem/runtime.h"
#include "tests/workers/package_folder.h"
#include "worker_runtime.h"
#include "workers/worker/cancels.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;

const std::string kCancelled =
    R"({"errorMessage":"The invocation was cancelled","errorType":"Runtime.Cancelled","stackTrace":[]})";

TEST(CancelInWorker, OnceAsksTheHandlerToYieldAndTheEnvironmentGoesOn) {
  BeginningRuntime runtime;
  Function& function = runtime.Add("mixed");
  const std::string identity = Before(runtime.Call(function, "identity"), ':');
  std::size_t begun = 0;
  for (int i = 0; i < 20; ++i) {
    Invoked polling(runtime, function, "polls", "say poll_cancelled");
    runtime.WaitFor(++begun);
    runtime->Cancel(function, "another");
    polling.Cancel();
    EXPECT_EQ(polling.Result(), "\"yielded\"") << "by the sink";
    Invoked asked(runtime, function, "is-asked", "say wait");
    runtime.WaitFor(++begun);
    asked.Cancel();
    EXPECT_NE(asked.Result().find("Native.Cancelled"), std::string::npos) << "by the loader's cancel";
  }
  EXPECT_EQ(runtime.Call(function, "identity"), identity + ":2");
}

TEST(CancelInWorker, OfWhatHasNotBegunOrHasEndedIsNotLostAndHarmsNobody) {
  BeginningRuntime runtime;
  Function& function = runtime.Add("mixed");
  const std::string identity = Before(runtime.Call(function, "identity"), ':');
  for (int i = 0; i < 200; ++i) {
    Invoked polling(runtime, function, "the-same", "poll_cancelled");
    polling.CancelUntilItEnds();
    const std::string result = polling.Result();
    EXPECT_TRUE(result == "\"yielded\"" || result == kCancelled) << result;
    EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  }
  EXPECT_EQ(runtime.Call(function, "identity"), identity + ":2");
}

TEST(CancelInWorker, OneThatWaitsForAWorkerEndsAtOnce) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most_per_function = 1;
  BeginningRuntime runtime(options, PlatformLogs::kOn);
  Function& function = runtime.Add("mixed");
  Invoked first(runtime, function, "first", "say poll_cancelled");
  runtime.WaitFor(1);
  Invoked second(runtime, function, "second", "echo never");
  Invoked third(runtime, function, "third", "echo third");
  second.CancelUntilItEnds();
  EXPECT_EQ(second.Result(), kCancelled);
  EXPECT_FALSE(first.done()) << "it has nothing to do with it";
  for (const KeptRecord& record : runtime.log.records()) EXPECT_NE(record.request_id, "second") << record.text;
  first.Cancel();
  EXPECT_EQ(first.Result(), "\"yielded\"");
  EXPECT_EQ(third.Result(), "third");
}

TEST(CancelInWorker, EndsAnInitPhaseWithItsProcess) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most = 1;
  options.init_limit = std::chrono::hours(1);
  BeginningRuntime runtime(options);
  FunctionConfig stuck = WorkerRuntime::Config("stuck");
  stuck.handler = "init.stuck";
  Function& function = runtime.Add(stuck);
  Function& other = runtime.Add("echo");
  for (int i = 0; i < 3; ++i) {
    Invoked opening(runtime, function, "opens");
    opening.CancelUntilItEnds();
    EXPECT_EQ(opening.Result(), kCancelled);
    EXPECT_EQ(runtime.Call(other, "the place is free"), "the place is free");
  }
}

TEST(CancelInWorker, LeavesTheDeadlineToAHandlerThatDoesNotYield_E38) {
  BeginningRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("mixed");
  config.timeout = milliseconds(500);
  Invoked stuck(runtime, runtime.Add(config), "stuck", "say stuck");
  runtime.WaitFor(1);
  stuck.CancelUntilItEnds();
  EXPECT_TRUE(stuck.Result().find("Task timed out after 0.50 seconds") != std::string::npos);
}

// Its control channel is full soon.
TEST(CancelInWorker, DoesNotWaitForAProcessThatStandsStill_E38) {
  BeginningRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("mixed");
  config.timeout = milliseconds(1500);
  Invoked stopped(runtime, runtime.Add(config), "stopped", "say raise " + std::to_string(SIGSTOP));
  runtime.WaitFor(1);
  stopped.CancelUntilItEnds();
  EXPECT_TRUE(stopped.Result().find("Task timed out after 1.50 seconds") != std::string::npos);
}

TEST(CancelOfAProgramOfItsOwn, EndsItWithItsProcess) {
  const PackageFolder folder;
  folder.AddProgram("bootstrap");
  BeginningRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("says_and_stays");
  config.handler = "says_and_stays";
  config.runtime = "provided.al2023";
  config.code = folder.path();
  Function& function = runtime.Add(config);
  for (std::size_t i = 1; i <= 2; ++i) {
    Invoked staying(runtime, function, "stays");
    runtime.WaitFor(i);
    staying.Cancel();
    EXPECT_EQ(staying.Result(), kCancelled);
  }
}

class CancelsTest : public testing::Test {
 protected:
  CancelsTest()
      : ends_(std::move(*workers::Channel::Pair())),
        cancels_(std::move(ends_.first), 2, [this](std::string_view id) { asked_.emplace_back(id); }) {}

  std::pair<workers::Channel, workers::Channel> ends_;
  std::vector<std::string> asked_;
  workers::Cancels cancels_;
};

TEST_F(CancelsTest, WhatIsCancelledBeforeItBeginsIsNotRun) {
  cancels_.Cancel(0, 2);
  EXPECT_TRUE(cancels_.Begin(0, 1, "one"));
  cancels_.End(0);
  EXPECT_FALSE(cancels_.Begin(0, 2, "two"));
  EXPECT_TRUE(cancels_.Begin(0, 3, "three"));
  EXPECT_TRUE(asked_.empty());
}

TEST_F(CancelsTest, OnlyTheOneMeantIsAsked) {
  EXPECT_TRUE(cancels_.Begin(0, 1, "the same"));
  cancels_.End(0);
  cancels_.Cancel(0, 1);
  EXPECT_TRUE(cancels_.Begin(0, 2, "the same"));
  cancels_.Cancel(0, 1);
  EXPECT_TRUE(asked_.empty());
  cancels_.Cancel(0, 2);
  EXPECT_EQ(asked_, std::vector<std::string>{"the same"});
}

}  // namespace
}  // namespace tandem::test
