// Functions in worker processes: pools, limits, and what handlers do to their process.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tandem/runtime.h"
#include "tests/lib/covers.h"
#include "tests/workers/open_files.h"
#include "tests/workers/package_folder.h"
#include "worker_runtime.h"
#include "workers/protocol.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;

std::string ExitMessage(const InvokeResult& result, const std::string& how) {
  return R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" + std::string(result.request_id.view()) +
         " Error: Runtime exited with error: " + how + "\"}";
}

std::vector<std::string> Words(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) words.push_back(word);
  return words;
}

TEST(Pool, KeepsAnEnvironmentWarm) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("identity");
  const std::string identity = Words(runtime.Call(function), ':').front();
  for (int i = 2; i <= 300; ++i) ASSERT_EQ(runtime.Call(function), identity + ":" + std::to_string(i));
}

TEST(Pool, HasNoMoreOfAFunctionThanItMay) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most_per_function = 2;
  WorkerRuntime runtime(options);
  Function& function = runtime.Add("identity");
  std::vector<std::thread> threads;
  threads.reserve(6);
  std::mutex mutex;
  std::set<std::string> identities;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        const std::string answer = runtime.Call(function);
        const std::scoped_lock lock(mutex);
        identities.insert(Words(answer, ':').front());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(identities.size(), 1U);
  EXPECT_LE(identities.size(), 2U);
}

TEST(Pool, OfNoWorkersIsRefused) {
  for (std::size_t WorkerOptions::*const bound : {&WorkerOptions::most, &WorkerOptions::most_per_function}) {
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_LOADERS};
    options.workers.*bound = 0;
    EXPECT_EQ(Runtime::Create(std::move(options)).status().code(), Code::kInvalidArgument);
  }
}

TEST(Pool, AnIdleEnvironmentOfAnotherFunctionGivesWay) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most = 1;
  WorkerRuntime runtime(options);
  Function& first = runtime.Add("identity");
  Function& second = runtime.Add("daemon");
  const std::string before = runtime.Call(first);
  EXPECT_NE(std::stoi(runtime.Call(second)), 0);
  const std::string after = runtime.Call(first);
  EXPECT_NE(Words(after, ':').front(), Words(before, ':').front());
  EXPECT_EQ(Words(after, ':').back(), "1");
  EXPECT_EQ(Words(runtime.Call(first), ':').back(), "2");
}

TEST(Pool, EndsWhatHasBeenIdle) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.idle_limit = milliseconds(1);
  WorkerRuntime runtime(options);
  Function& function = runtime.Add("identity");
  // Within the time that a worker takes to be found idle each invocation may find it still there.
  std::set<std::string> identities;
  while (identities.size() < 3) {
    identities.insert(Words(runtime.Call(function), ':').front());
    std::this_thread::sleep_for(milliseconds(5));
  }
}

TEST(Environment, IsTheFunctionsOwn_R33_R34_R37_R38_R39_R40) {
  setenv("TANDEM_TEST_HOSTS_OWN", "secret", 1);
  WorkerRuntime runtime;
  FunctionConfig config = WorkerRuntime::Config("all_variables");
  config.variables = {{"MINE", "a=b\nc"}, {"LANG", "C"}, {"AWS_REGION", "mine"}};
  Function& function = runtime.Add(config);
  const std::string all = "\n" + runtime.Call(function);
  unsetenv("TANDEM_TEST_HOSTS_OWN");
  EXPECT_EQ(all.find("TANDEM_TEST_HOSTS_OWN"), std::string::npos);
  for (const std::string& wanted :
       {std::string("MINE=a=b\nc"), std::string("LANG=C"), std::string("AWS_REGION=us-east-1"), std::string("TZ=:UTC"),
        "AWS_LAMBDA_FUNCTION_NAME=" + config.name, "LAMBDA_TASK_ROOT=" + function.code_root(),
        "AWS_LAMBDA_LOG_STREAM_NAME=" + function.log_stream_name(), std::string("_HANDLER=native.all_variables")}) {
    EXPECT_NE(all.find("\n" + wanted + "\n"), std::string::npos) << wanted << " is not in " << all;
  }
  EXPECT_EQ(runtime.Call(runtime.Add("working_directory")), function.code_root());
  EXPECT_EQ(runtime.Call(runtime.Add("open_files")), "0 1 2 3 4 5 6 ");
}

// By which the log tells one from another.
TEST(Environment, HasALogStreamOfItsOwn_C30_L40) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most = 1;  // so that either function ends the other one's
  WorkerRuntime runtime(options, PlatformLogs::kOn);
  Function& variable = runtime.Add("variable");
  Function& context = runtime.Add("context");
  std::set<std::string> streams;
  for (int i = 0; i < 3; ++i) {
    for (Function* function : {&variable, &context}) {
      runtime.log.TakeAll();
      const std::string text = runtime.Call(*function, "AWS_LAMBDA_LOG_STREAM_NAME");
      const std::vector<KeptRecord> records = runtime.log.records();
      ASSERT_FALSE(records.empty());
      const std::string stream = records.front().log_stream_name;
      EXPECT_TRUE(std::regex_match(stream, std::regex(R"(\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32})"))) << stream;
      EXPECT_NE(text.find(stream), std::string::npos) << text;
      for (const KeptRecord& record : records) EXPECT_EQ(record.log_stream_name, stream) << record.text;
      EXPECT_EQ(stream == function->log_stream_name(), i == 0);
      streams.insert(stream);
    }
  }
  EXPECT_EQ(streams.size(), 6U);
  runtime.log.TakeAll();
  runtime.Call(context);
  EXPECT_EQ(streams.count(runtime.log.records().front().log_stream_name), 1U) << "it is there as long as the process";
  Covers("C-30", "L-40");
}

TEST(Log, HasAllThatAProcessWritesBeforeTheEnd) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  Function& function = runtime.Add("speak_everywhere");
  InvokeOptions options;
  options.log_type = LogType::kTail;
  const InvokeResult result = runtime.Invoke(function, "{}", options);
  EXPECT_EQ(Text(result.outcome), "null");
  const std::string all = AllText(runtime.log);
  for (const char* said : {"by the log\n", "by standard output\n", "by standard error\n", "by a child\n"}) {
    const std::size_t at = all.find(said);
    ASSERT_NE(at, std::string::npos) << said;
    EXPECT_LT(at, all.find("END RequestId: "));
    EXPECT_GT(at, all.find("START RequestId: "));
    EXPECT_NE(result.log_tail.find(said), std::string::npos) << said;
  }
  EXPECT_LT(all.find("by a child\n"), all.find("by the log again\n"));
  for (const KeptRecord& record : runtime.log.records()) EXPECT_EQ(record.request_id, result.request_id.view());
}

TEST(Log, IsInTheOrderInWhichAThreadHasWrittenIt_L14) {
  constexpr int kTurns = 100;
  WorkerRuntime runtime;
  Function& function = runtime.Add("speak_in_turns");
  EXPECT_EQ(runtime.Call(function, std::to_string(kTurns)), "null");
  std::string expected;
  for (int i = 0; i < kTurns; ++i) expected += "logged\nwritten\nby a child\n";
  EXPECT_EQ(AllText(runtime.log), expected);
}

TEST(Log, AFloodIsAllThere) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("flood");
  EXPECT_EQ(runtime.Call(function, "4194304"), "\"flooded\"");
  const std::string all = AllText(runtime.log);
  EXPECT_EQ(std::count(all.begin(), all.end(), 'x'), 4194304 / 64 * 63);
}

struct Ending {
  std::string handler;
  std::string event;
  std::string how;
};

class Endings : public testing::TestWithParam<Ending> {};

// E-40 to E-43, E-47.
TEST_P(Endings, CostOneInvocation_E40_E42_E47) {
  const Ending& ending = GetParam();
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  if (options.zygotes == ZygoteUse::kWhenReady) options.zygotes = ZygoteUse::kOff;  // files are counted
  WorkerRuntime runtime(options);
  Function& function = runtime.Add(ending.handler);
  Function& other = runtime.Add("identity");
  const std::string others = Words(runtime.Call(other), ':').front();
  const std::size_t files = OpenFiles();
  const InvokeResult result = runtime.Invoke(function, ending.event);
  EXPECT_EQ(Text(result.outcome), ExitMessage(result, ending.how));
  WaitForOpenFiles(files);
  EXPECT_EQ(runtime.Call(other), others + ":2");
  const InvokeResult again = runtime.Invoke(function, ending.event);
  EXPECT_EQ(Text(again.outcome), ExitMessage(again, ending.how));
  Covers("E-40", "E-47");
}

INSTANTIATE_TEST_SUITE_P(
    Pool, Endings,
    testing::Values(Ending{"exit_now", "1", "exit status 1"}, Ending{"exit_now", "77", "exit status 77"},
                    Ending{"raise", std::to_string(SIGKILL), "signal: killed"},
                    Ending{"raise", std::to_string(SIGTERM), "signal: terminated"},
                    Ending{"raise", std::to_string(SIGABRT), "signal: aborted (core dumped)"},
                    Ending{"raise", std::to_string(SIGSEGV), "signal: segmentation fault (core dumped)"},
                    Ending{"raise", std::to_string(SIGBUS), "signal: bus error (core dumped)"},
                    Ending{"raise", std::to_string(SIGFPE), "signal: floating point exception (core dumped)"},
                    Ending{"raise", std::to_string(SIGILL), "signal: illegal instruction (core dumped)"},
                    Ending{"close_all", "", "exit status 1"}));

TEST(Pool, LogsTheLastWords) {
  WorkerRuntime runtime;
  runtime.Invoke(runtime.Add("exit_now"), "3");
  EXPECT_EQ(AllText(runtime.log), "last words");
}

TEST(Timeout, KillsAndReplaces_E38) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  FunctionConfig config = WorkerRuntime::Config("stuck");
  config.timeout = milliseconds(200);
  Function& function = runtime.Add(config);
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function);
    EXPECT_EQ(Text(result.outcome), R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: )" +
                                        std::string(result.request_id.view()) +
                                        " Error: Task timed out after 0.20 seconds\"}");
    EXPECT_TRUE(result.report.timed_out);
  }
  Covers("E-38");
}

TEST(Pool, AForkThatComesBackHasNothingToSay) {
  WorkerRuntime runtime;
  for (const char* const handler : {"fork_and_return", "fork_by_call_and_return"}) {
    Function& function = runtime.Add(handler);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(runtime.Call(function), "\"parent\"") << handler;
  }
}

TEST(Pool, NorHasOneThatStreams) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("fork_and_stream");
  std::string chunks;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    chunks += chunk;
    return true;
  };
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Text(runtime.Invoke(function, "{}", options).outcome), "");
  EXPECT_EQ(chunks, "parentparent");
}

TEST(Pool, WhatAHandlerChangesIsItsOwn) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("change_process");
  EXPECT_EQ(runtime.Call(function), "\"changed\"");
  EXPECT_EQ(runtime.Call(function), "\"changed\"");
  EXPECT_EQ(runtime.Call(runtime.Add("variable"), "AWS_REGION"), "us-east-1");
}

TEST(Pool, ServesOnWithoutStandardStreams) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("close_standard");
  EXPECT_EQ(runtime.Call(function), "\"closed\"");
  EXPECT_EQ(runtime.Call(function), "\"closed\"");
}

// A package in /tmp has its temporary files in the cache.
TEST(Pool, MakesTheFolderForTemporaryFilesAgain) {
  const PackageFolder folder;
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.workers.zygotes = ZygoteUse::kOff;
  options.package.cache_dir = folder.path() + "/cache";
  auto runtime = Runtime::Create(std::move(options));
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  FunctionConfig config = WorkerRuntime::Config("variable");
  config.code = folder.path();
  auto function = (*runtime)->Add(config);
  ASSERT_TRUE(function.ok()) << function.status().message();
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = (*runtime)->Invoke(**function, Event("TMPDIR"));
    ASSERT_TRUE(result.outcome.ok()) << i;
    EXPECT_TRUE(std::string(result.outcome.payload().view()).starts_with(folder.path() + "/cache/temporary"));
    ASSERT_TRUE((*runtime)->Remove(config.name).ok());
    auto again = (*runtime)->Add(config);
    ASSERT_TRUE(again.ok());
    function = std::move(again);
    std::filesystem::remove_all(folder.path() + "/cache/temporary");
  }
}

TEST(Pool, LeavesNothing) {
  const std::size_t files = OpenFiles();
  {
    WorkerRuntime runtime;
    EXPECT_NE(runtime.Call(runtime.Add("daemon")), "");
    const InvokeResult result = runtime.Invoke(runtime.Add("exit_now"), "0");
    EXPECT_NE(Text(result.outcome).find("Runtime exited without providing a reason"), std::string::npos);  // E-41
  }
  WaitForOpenFiles(files);
}

TEST(Report, TellsWhichProcessServed) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  Function& function = runtime.Add("exit_now");
  const std::int64_t first = runtime.Invoke(function, "0").report.process_id;
  const std::int64_t second = runtime.Invoke(function, "0").report.process_id;
  EXPECT_GT(first, 0);
  EXPECT_NE(first, getpid());
  EXPECT_NE(first, second) << "each has ended";
}

// What one invocation used.
TEST(Report, TellsTheMemoryThatTheProcessHad) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  Function& function = runtime.Add("touch");
  const std::int64_t before = runtime.Invoke(function, "1").report.max_memory_used_bytes;
  const std::int64_t after = runtime.Invoke(function, "100").report.max_memory_used_bytes;
  EXPECT_GE(after - before, 90LL << 20U);
#ifndef TANDEM_TEST_SANITIZED  // whose own memory grows along
  EXPECT_LE(after - before, 110LL << 20U);
#endif
}

TEST(Report, TellsTheTimeThatItTook) {
  WorkerRuntime runtime(WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn);
  Function& function = runtime.Add("sleep");
  EXPECT_GE(runtime.Invoke(function, "200").report.duration, milliseconds(200));
}

TEST(Init, ThatFailsIsTriedAgain_E34_HPY36) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("no_such_handler");
  const std::string first = runtime.Call(function);
  EXPECT_NE(first.find("no_such_handler"), std::string::npos) << first;
  EXPECT_EQ(runtime.Call(function), first);
  Covers("E-34");
}

class InitLimit : public testing::Test {
 protected:
  static WorkerOptions Options() {
    WorkerOptions options;
    options.init_limit = milliseconds(50);
    return options;
  }
  static FunctionConfig Config(const std::string& handler) {
    FunctionConfig config = WorkerRuntime::Config("identity");
    config.handler = handler;
    return config;
  }
};

TEST_F(InitLimit, IsFollowedByAnotherInitUnderTheFunctionsTimeout_E35) {
  WorkerRuntime runtime(Options(), PlatformLogs::kOn);
  FunctionConfig config = Config("init.stuck");
  config.timeout = milliseconds(100);
  Function& function = runtime.Add(config);
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function);
    EXPECT_NE(Text(result.outcome).find("Task timed out after 0.10 seconds"), std::string::npos);
    EXPECT_EQ(result.report.duration, milliseconds(100));
  }
  Covers("E-35");
}

TEST_F(InitLimit, DoesNotFailWhatIsReadyTheSecondTime_E35) {
  WorkerRuntime runtime(Options(), PlatformLogs::kOn);
  Function& function = runtime.Add(Config("init.slow"));
  const InvokeResult first = runtime.Invoke(function);
  EXPECT_EQ(Words(Text(first.outcome), ':').back(), "1");
  EXPECT_FALSE(first.report.init_duration.has_value()) << "it has gone on within the invocation";
  EXPECT_GE(first.report.duration, milliseconds(500));
  EXPECT_EQ(Words(runtime.Call(function), ':').back(), "2");
  Covers("E-35");
}

// The handler is told what is left, as it is ended then.
TEST_F(InitLimit, LeavesTheHandlerTheRestOfTheTimeout_E35) {
  using std::chrono::duration_cast;
  WorkerRuntime runtime(Options());
  FunctionConfig config = Config("init.slow_deadline");
  config.timeout = std::chrono::minutes(1);
  const std::string deadline = runtime.Call(runtime.Add(config));
  const auto now = duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  constexpr milliseconds kInit{500};
  EXPECT_LE(std::stoll(deadline) + kInit.count(), (now + config.timeout).count());
  Covers("E-35");
}

TEST(WorkerProgram, OfAnotherVersionIsRefusedInOneLine) {
  const std::filesystem::path folder = testing::TempDir() + "tandem-programs-" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink(TANDEM_TEST_SUPERVISOR, folder / "tandem-supervisor");
  std::filesystem::create_symlink(TANDEM_TEST_CHILD, folder / "tandem-worker");
  WorkerOptions options;
  options.program_dir = folder;
  {
    WorkerRuntime runtime(options);
    Function& function = runtime.Add("identity");
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(runtime.Call(function), "fault: the worker of function '" + function.config().name +
                                            "': the worker program is of another version, 9.9, whose protocol is 99 "
                                            "and not " +
                                            std::to_string(workers::kWorkerProtocol) + ": install both from one build");
    }
  }
  std::filesystem::remove_all(folder);
}

TEST(Payload, OfAnySizePassesThrough) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("echo");
  for (const std::size_t size : {0U, 1U, 65'000U, 65'536U, 70'000U, 6'291'456U}) {
    const std::string text(size, 'p');
    ASSERT_TRUE(runtime.Call(function, text) == text) << size;
  }
}

TEST(Streaming, ChunksComeInOrder) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("chunks");
  std::string received;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    received += chunk;
    return true;
  };
  EXPECT_TRUE(runtime.Invoke(function, "{}", options).outcome.ok());
  EXPECT_EQ(received, "one two three");
}

}  // namespace
}  // namespace tandem::test
