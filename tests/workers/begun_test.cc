// Runtime::TryBegin: invocations in workers for which no thread waits.
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "beginning.h"
#include "invoked.h"
#include "tandem/runtime.h"
#include "tests/workers/open_files.h"
#include "tests/workers/package_folder.h"
#include "worker_runtime.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;
using Progress = BegunInvocation::Progress;

// Without zygotes, which come when they are ready.
WorkerOptions CountableFiles() {
  WorkerOptions options;
  options.zygotes = ZygoteUse::kOff;
  return options;
}

TEST(Begun, OnlyWhereAWorkerIsWarmAndIdle) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("identity");
  EXPECT_EQ(Beginning(runtime, function, "{}").begun, nullptr) << "cold";
  const std::string process = runtime.Call(function);
  Beginning first(runtime, function, "{}");
  ASSERT_NE(first.begun, nullptr);
  EXPECT_EQ(Beginning(runtime, function, "{}").begun, nullptr) << "in use";
  EXPECT_EQ(LookUntilItEnds(*first.begun), Progress::kEnded);
  EXPECT_EQ(first.begun->Look(), Progress::kEnded) << "as often as one likes";
  EXPECT_NE(Beginning(runtime, function, "{}").begun, nullptr) << "before the result is taken";
  EXPECT_EQ(AnswerOf(*first.begun), process.substr(0, process.find(':')) + ":2");
}

TEST(Begun, OfWhatCannotBeIsNone) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("stream");
  runtime.Call(function, "1 a");
  InvokeOptions dry;
  dry.type = InvocationType::kDryRun;
  EXPECT_EQ(Beginning(runtime, function, "1 a", dry).begun, nullptr);
  InvokeOptions streams;
  streams.chunk_receiver = [](std::string_view) { return true; };
  EXPECT_EQ(Beginning(runtime, function, "1 a", streams).begun, nullptr);
  FunctionConfig config = WorkerRuntime::Config("echo");
  config.isolation = Isolation::kInline;
  Function& in_line = runtime.Add(config);
  runtime.Call(in_line, "1");
  EXPECT_EQ(Beginning(runtime, in_line, "1").begun, nullptr);
  FunctionConfig shared = WorkerRuntime::Config("identity");
  shared.max_concurrency = 2;
  Function& of_several = runtime.Add(shared);
  runtime.Call(of_several);
  EXPECT_EQ(Beginning(runtime, of_several, "{}").begun, nullptr) << "one of its callers reads for all";
}

TEST(Begun, OfAProgramIsNone) {
  const PackageFolder folder;
  folder.AddProgram("bootstrap");
  WorkerRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("identity");
  config.handler = "identity";
  config.runtime = "provided.al2023";
  config.code = folder.path();
  Function& function = runtime.Add(config);
  const std::string process = runtime.Call(function);
  EXPECT_EQ(Beginning(runtime, function, "{}").begun, nullptr) << "somebody has to wait for it";
  EXPECT_EQ(runtime.Call(function), process.substr(0, process.find(':')) + ":2");
}

// No file of this process grows beyond some bytes, for a scope.
class SmallFiles {
 public:
  SmallFiles() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{1000, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(std::signal(SIGXFSZ, handler_));
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  void (*const handler_)(int);
  rlimit before_{};
};

// What cannot be sent has its answer before anything becomes readable.
TEST(Begun, OneThatFailsAtOnceIsDueInThePast) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("identity");
  runtime.Call(function);
  const std::string large = '"' + std::string(1'000'000, 'x') + '"';
  std::string failure;
  {
    const SmallFiles small;
    Beginning beginning(runtime, function, large);
    ASSERT_NE(beginning.begun, nullptr);
    EXPECT_LE(beginning.begun->due(), std::chrono::steady_clock::now());
    EXPECT_EQ(beginning.begun->Look(), Progress::kEnded);
    failure = AnswerOf(*beginning.begun);
    EXPECT_EQ(runtime.Call(function, large), failure);
  }
  EXPECT_EQ(failure, "fault: channel: writing a large frame: File too large");
  EXPECT_NE(runtime.Call(function, large).find(":1"), std::string::npos) << "as with Invoke, a fault costs the worker";
}

// What is logged, and the report, are as Invoke has them.
TEST(Begun, IsAnInvocationAsAnyOther) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  Function& function = runtime.Add("speak_everywhere");
  runtime.Call(function);
  InvokeOptions options;
  options.log_type = LogType::kTail;
  options.request_id = RequestId("an-id-of-ones-own");
  const InvokeResult waited = runtime.Invoke(function, "{}", options);
  runtime.log.TakeAll();
  Beginning beginning(runtime, function, "{}", options);
  ASSERT_NE(beginning.begun, nullptr);
  LookUntilItEnds(*beginning.begun);  // or until it has said much
  const InvokeResult result = beginning.begun->Finish();
  EXPECT_EQ(Text(result.outcome), Text(waited.outcome));
  EXPECT_EQ(result.request_id.view(), "an-id-of-ones-own");
  EXPECT_GT(result.report.duration.count(), 0);
  EXPECT_GT(result.report.max_memory_used_bytes, 0);
  const std::string all = AllText(runtime.log);
  EXPECT_NE(all.find("START RequestId: an-id-of-ones-own"), std::string::npos) << all;
  EXPECT_NE(all.find("REPORT RequestId: an-id-of-ones-own"), std::string::npos) << all;
  EXPECT_NE(result.log_tail.find("by a child\n"), std::string::npos) << result.log_tail;
  EXPECT_LT(all.find("by standard error\n"), all.find("END RequestId: ")) << all;
}

TEST(Begun, SeveralRunAtATimeEachInAWorkerOfItsOwn) {
  BeginningRuntime runtime;
  Function& function = runtime.Add("mixed");
  {
    Invoked one(runtime, function, "one", "say poll_cancelled");
    Invoked two(runtime, function, "two", "say poll_cancelled");
    runtime.WaitFor(2);
    one.Cancel();
    two.Cancel();
  }
  Beginning one(runtime, function, "echo 1");
  Beginning two(runtime, function, "echo 2");
  ASSERT_NE(one.begun, nullptr);
  ASSERT_NE(two.begun, nullptr);
  EXPECT_NE(one.begun->environment(), two.begun->environment());
  EXPECT_NE(one.begun->descriptors(), two.begun->descriptors());
  EXPECT_EQ(LookUntilItEnds(*two.begun), Progress::kEnded);
  EXPECT_EQ(LookUntilItEnds(*one.begun), Progress::kEnded);
  EXPECT_EQ(AnswerOf(*one.begun), "1");
  EXPECT_EQ(AnswerOf(*two.begun), "2");
}

TEST(Begun, TheEnvironmentsNumberAndDescriptorsStay) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("identity");
  runtime.Call(function);
  std::uint64_t environment = 0;
  std::array<int, 3> descriptors{};
  for (int i = 0; i < 10; ++i) {
    Beginning beginning(runtime, function, "{}");
    ASSERT_NE(beginning.begun, nullptr);
    if (i > 0) {
      EXPECT_EQ(beginning.begun->environment(), environment);
      EXPECT_EQ(beginning.begun->descriptors(), descriptors);
    }
    environment = beginning.begun->environment();
    descriptors = beginning.begun->descriptors();
    beginning.begun->Finish();
  }
}

TEST(Begun, FinishWaitsWhereNobodyHasLooked) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("identity");
  const std::string process = runtime.Call(function);
  Beginning beginning(runtime, function, "{}");
  ASSERT_NE(beginning.begun, nullptr);
  EXPECT_EQ(AnswerOf(*beginning.begun), process.substr(0, process.find(':')) + ":2");
}

TEST(Begun, OneThatIsLateIsEndedByFinish_E38) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  FunctionConfig config = WorkerRuntime::Config("mixed");
  config.timeout = milliseconds(300);
  Function& function = runtime.Add(config);
  runtime.Call(function, "echo 1");
  Beginning beginning(runtime, function, "stuck");
  ASSERT_NE(beginning.begun, nullptr);
  EXPECT_EQ(LookUntilItEnds(*beginning.begun), Progress::kNeedsWait);
  const InvokeResult result = beginning.begun->Finish();
  EXPECT_TRUE(result.report.timed_out);
  EXPECT_NE(Text(result.outcome).find("Task timed out after 0.30 seconds"), std::string::npos) << Text(result.outcome);
  EXPECT_EQ(Beginning(runtime, function, "echo 1").begun, nullptr) << "its worker is gone";
  EXPECT_EQ(runtime.Call(function, "echo 1"), "1");
}

TEST(Begun, OneWhoseProcessEndsIsSettledByFinish_E40) {
  WorkerRuntime runtime(CountableFiles());
  Function& function = runtime.Add("mixed");
  for (const std::string how : {"exit_now 3", "raise 9"}) {
    runtime.Call(function, "echo 1");
    const std::size_t files = OpenFiles();
    Beginning beginning(runtime, function, how);
    ASSERT_NE(beginning.begun, nullptr);
    EXPECT_EQ(LookUntilItEnds(*beginning.begun), Progress::kNeedsWait);
    EXPECT_NE(AnswerOf(*beginning.begun).find("Runtime exited with error"), std::string::npos) << how;
    EXPECT_LT(OpenFiles(), files) << "of the worker, none is left";
  }
}

// What is much is logged by who may wait: nobody looks at it for long.
TEST(Begun, OneThatLogsMuchNeedsAThread) {
  constexpr int kTurns = 40;
  WorkerRuntime runtime;
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Beginning beginning(runtime, function, "speak_in_turns " + std::to_string(kTurns));
  ASSERT_NE(beginning.begun, nullptr);
  int unread = 0;
  while (unread < kTurns * 20) ASSERT_EQ(ioctl(beginning.begun->descriptors()[0], SIOCINQ, &unread), 0);
  EXPECT_EQ(beginning.begun->Look(), Progress::kNeedsWait);
  EXPECT_EQ(AnswerOf(*beginning.begun), "null");
  std::string expected;
  for (int i = 0; i < kTurns; ++i) expected += "logged\nwritten\nby a child\n";
  EXPECT_EQ(AllText(runtime.log), expected);
}

// Nor does anybody look at what takes long to read: a large record, a large answer.
TEST(Begun, OneThatSaysSomethingLargeNeedsAThread) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  const std::string large(1'000'000, 'x');
  Beginning answers(runtime, function, "echo " + large);
  ASSERT_NE(answers.begun, nullptr);
  EXPECT_EQ(LookUntilItEnds(*answers.begun), Progress::kNeedsWait);
  EXPECT_EQ(AnswerOf(*answers.begun), large);
  Beginning logs(runtime, function, "log " + large);
  ASSERT_NE(logs.begun, nullptr);
  EXPECT_EQ(LookUntilItEnds(*logs.begun), Progress::kNeedsWait);
  logs.begun->Finish();
  EXPECT_NE(AllText(runtime.log).find(large), std::string::npos);
}

TEST(Begun, OneCanBeCancelled) {
  BeginningRuntime runtime;
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  InvokeOptions options;
  options.request_id = RequestId("to-be-cancelled");
  Beginning beginning(runtime, function, "say poll_cancelled", options);
  ASSERT_NE(beginning.begun, nullptr);
  while (AllText(runtime.log).find("begins") == std::string::npos) {
    ASSERT_EQ(beginning.begun->Look(), Progress::kRuns);
    std::this_thread::yield();
  }
  runtime->Cancel(function, "to-be-cancelled");
  EXPECT_EQ(LookUntilItEnds(*beginning.begun), Progress::kEnded);
  EXPECT_EQ(AnswerOf(*beginning.begun), "\"yielded\"");
}

TEST(Begun, OneThatIsLetGoOfIsGivenUpWithItsWorker) {
  WorkerRuntime runtime(CountableFiles());
  Function& function = runtime.Add("mixed");
  const std::string before = runtime.Call(function, "identity");
  const std::size_t files = OpenFiles();
  {
    Beginning beginning(runtime, function, "stuck");
    ASSERT_NE(beginning.begun, nullptr);
    EXPECT_EQ(beginning.begun->Look(), Progress::kRuns);
  }
  EXPECT_LT(OpenFiles(), files);
  const std::string after = runtime.Call(function, "identity");
  EXPECT_NE(after.substr(0, after.find(':')), before.substr(0, before.find(':')));
}

TEST(Begun, TheFunctionIsNotRemovedBeforeItHasEnded) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Beginning beginning(runtime, function, "echo 2");
  ASSERT_NE(beginning.begun, nullptr);
  const std::string name = function.config().name;
  std::atomic<bool> removed{false};
  std::thread removal([&] {
    EXPECT_TRUE(runtime->Remove(name).ok());
    removed = true;
  });
  while (runtime->Find(name) != nullptr) std::this_thread::yield();
  EXPECT_FALSE(removed);
  EXPECT_EQ(AnswerOf(*beginning.begun), "2");
  beginning.begun.reset();
  removal.join();
}

}  // namespace
}  // namespace tandem::test
