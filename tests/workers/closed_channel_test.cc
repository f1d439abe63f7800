// Workers without their channel, whose answer nobody would get: one goes on until its own end, its deadline, or until
// it does nothing.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "invoked.h"
#include "worker_runtime.h"
#include "workers/doing.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;

std::string ExitMessage(const InvokeResult& result, const std::string& how) {
  return R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" + std::string(result.request_id.view()) +
         " Error: Runtime exited with error: " + how + "\"}";
}

TEST(ClosedChannel, EndsAsTheProcessDoes_E40_E41) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("become");
  const InvokeResult failed = runtime.Invoke(function, "exit 3");
  EXPECT_EQ(Text(failed.outcome), ExitMessage(failed, "exit status 3"));
  const InvokeResult killed = runtime.Invoke(function, "kill -TERM $$");
  EXPECT_EQ(Text(killed.outcome), ExitMessage(killed, "signal: terminated"));
  const InvokeResult ended = runtime.Invoke(function, "true");
  EXPECT_NE(Text(ended.outcome).find("Runtime exited without providing a reason"), std::string::npos);
}

TEST(ClosedChannel, CountsForTheDuration_L43) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  const FunctionConfig config = WorkerRuntime::Config("close_and_run");
  Function& function = runtime.Add(config);
  const InvokeResult result = runtime.Invoke(function, "300");
  EXPECT_EQ(Text(result.outcome), ExitMessage(result, "exit status 5"));
  EXPECT_GE(result.report.duration, milliseconds(300));
  EXPECT_EQ(runtime.log.TextOf(config.name), "runs on\nhas run\n");
}

TEST(ClosedChannel, IsWaitedForUntilTheDeadline_E38) {
  WorkerRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("close_and_run");
  config.timeout = milliseconds(300);
  const InvokeResult result = runtime.Invoke(runtime.Add(config), "60000");
  EXPECT_TRUE(result.report.timed_out);
  EXPECT_NE(Text(result.outcome).find("Task timed out after 0.30 seconds"), std::string::npos) << Text(result.outcome);
}

TEST(ClosedChannel, IsNotWaitedForWhereTheProcessDoesNothing_E42_E47) {
  WorkerRuntime runtime;
  for (const auto& [handler, event] : {std::pair("close_and_stay", "{}"), std::pair("become", "exec sleep 1000")}) {
    Function& function = runtime.Add(handler);
    for (int i = 0; i < 2; ++i) {
      const InvokeResult result = runtime.Invoke(function, event);
      EXPECT_EQ(Text(result.outcome), ExitMessage(result, "signal: killed"));
    }
  }
}

// Nor until it would do something again.
TEST(ClosedChannel, IsNotWaitedForWhereTheProcessSleeps_E42) {
  WorkerRuntime runtime;
  const FunctionConfig config = WorkerRuntime::Config("become");
  const InvokeResult result = runtime.Invoke(runtime.Add(config), "echo sleeps; sleep 1.9; echo wakes; exit 3");
  EXPECT_EQ(Text(result.outcome), ExitMessage(result, "signal: killed"));
  EXPECT_EQ(runtime.log.TextOf(config.name), "sleeps\n");
}

// One that is not to be trusted is none of these.
TEST(ClosedChannel, IsNotOneThatIsMisused) {
  WorkerRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("garble_and_run");
  config.timeout = milliseconds(1000);
  const InvokeResult result = runtime.Invoke(runtime.Add(config));
  ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFault) << Text(result.outcome);
  EXPECT_NE(result.outcome.fault().message().find("channel: not a frame"), std::string::npos);
}

// More than a pipe holds.
TEST(ClosedChannel, HasItsOutputRead) {
  WorkerRuntime runtime;
  const FunctionConfig config = WorkerRuntime::Config("become");
  const InvokeResult result = runtime.Invoke(runtime.Add(config), "head -c 1000000 /dev/zero | tr '\\0' x; exit 3");
  EXPECT_EQ(Text(result.outcome), ExitMessage(result, "exit status 3"));
  EXPECT_EQ(runtime.log.TextOf(config.name), std::string(1'000'000, 'x'));
}

// Each of those that run in the process until its own deadline.
TEST(ClosedChannel, EndsAllThatRun_E48) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most_per_function = 1;
  BeginningRuntime runtime(options);
  FunctionConfig config = WorkerRuntime::Config("say");
  config.max_concurrency = 2;
  Function& function = runtime.Add(config);
  Invoked held(runtime, function, "held", "hold");
  runtime.WaitFor(1);
  const InvokeResult result = runtime.Invoke(function, "close_and_run 100");
  EXPECT_EQ(Text(result.outcome), ExitMessage(result, "exit status 5"));
  EXPECT_NE(held.Result().find("exit status 5"), std::string::npos);
  EXPECT_EQ(runtime.Call(function, "echo again"), "again");
}

TEST(Doing, IsThatOfAllThreads) {
  using workers::Doing;
  using workers::DoingOf;
  const auto start = [&](const auto& what) {
    const pid_t child = fork();
    if (child == 0) what();
    return child;
  };
  const pid_t waits = start([] {
    for (;;) pause();
  });
  const pid_t runs = start([] {
    for (const volatile bool on = true; on;) {
    }
  });
  const pid_t ended = start([] { _exit(0); });
  while (DoingOf(waits) != Doing::kWaits || DoingOf(runs) != Doing::kRuns || DoingOf(ended) != Doing::kEnds) {
    std::this_thread::yield();
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(DoingOf(waits), Doing::kWaits);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(DoingOf(runs), Doing::kRuns);
  for (const pid_t child : {waits, runs, ended}) {
    kill(child, SIGKILL);
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
  }
  EXPECT_EQ(DoingOf(ended), Doing::kEnds) << "it is gone";
}

}  // namespace
}  // namespace tandem::test
