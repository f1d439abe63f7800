// Functions that bring a program of their own: pools of them, and what the program does well or badly.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tandem/runtime.h"
#include "tests/lib/covers.h"
#include "tests/workers/open_files.h"
#include "tests/workers/package_folder.h"
#include "tests/workers/processes.h"
#include "worker_runtime.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;

std::string Error(std::string_view type, const InvokeResult& result, const std::string& what) {
  return R"({"errorType":")" + std::string(type) + R"(","errorMessage":"RequestId: )" +
         std::string(result.request_id.view()) + " Error: " + what + "\"}";
}

class Provided : public testing::Test {
 protected:
  Provided() { folder_.AddProgram("bootstrap"); }

  FunctionConfig Config(const std::string& handler) const {
    FunctionConfig config = WorkerRuntime::Config(handler);
    config.handler = handler;
    config.runtime = "provided.al2023";
    config.code = folder_.path();
    config.isolation = Isolation::kInline;  // what nobody says otherwise
    config.variables["TANDEM_TEST_TAG"] = folder_.path();
    return config;
  }
  // Where a test's patience is an invocation's end.
  FunctionConfig Config(const std::string& handler, milliseconds timeout) const {
    FunctionConfig config = Config(handler);
    config.timeout = timeout;
    return config;
  }

  PackageFolder folder_;
};

TEST_F(Provided, ServesInAProcessThatStaysWarm_K18_R01_R05) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("identity"));
  EXPECT_EQ(function.config().isolation, Isolation::kProcess);
  EXPECT_EQ(function.runtime().identifier, "provided.al2023");
  const std::string first = runtime.Call(function);
  const std::string identity = first.substr(0, first.find(':'));
  for (int i = 2; i <= 100; ++i) ASSERT_EQ(runtime.Call(function), identity + ":" + std::to_string(i));
  EXPECT_EQ(runtime.Call(runtime.Add(Config("echo")), R"({"a":1})"), R"({"a":1})");
  Covers("K-18");
}

TEST_F(Provided, IsTheOnlyRuntimeOfThatName) {
  WorkerRuntime runtime;
  for (const char* name : {"provided", "provided.al2"}) {
    FunctionConfig config = Config("echo");
    config.runtime = name;
    EXPECT_EQ(runtime.Call(runtime.Add(config), "1"), "1") << name;
  }
  for (const char* name : {"provided8", "provided.x", "provided.al"}) {
    FunctionConfig config = Config("echo");
    config.runtime = name;
    const auto added = runtime->Add(config);
    EXPECT_EQ(added.status().code(), Code::kInvalidArgument) << name;
    EXPECT_NE(added.status().message().find("unknown runtime"), std::string::npos) << added.status().message();
  }
}

TEST_F(Provided, HasNoMoreProcessesThanItMay_I15) {
  WorkerOptions options;
  options.most_per_function = 2;
  WorkerRuntime runtime(options);
  Function& function = runtime.Add(Config("identity"));
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::mutex mutex;
  std::set<std::string> answers;
  std::set<std::string> identities;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        const std::string answer = runtime.Call(function);
        const std::scoped_lock lock(mutex);
        answers.insert(answer);
        identities.insert(answer.substr(0, answer.find(':')));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers.size(), 80U);
  EXPECT_LE(identities.size(), 2U);
}

TEST_F(Provided, IsEndedWhenItHasBeenIdle) {
  WorkerOptions options;
  options.idle_limit = milliseconds(1);
  WorkerRuntime runtime(options);
  Function& function = runtime.Add(Config("identity"));
  std::set<std::string> identities;
  while (identities.size() < 3) {
    const std::string answer = runtime.Call(function);
    identities.insert(answer.substr(0, answer.find(':')));
    std::this_thread::sleep_for(milliseconds(5));
  }
}

TEST_F(Provided, HasItsVariables_R33_R34_R37_R39_R40_K11_K12) {
  setenv("TANDEM_TEST_HOSTS_OWN", "secret", 1);
  WorkerOptions options;
  options.folders = FolderUse::kTheMachines;  // layers where they lie
  WorkerRuntime runtime(options);
  const PackageFolder one;
  const PackageFolder two;
  FunctionConfig config = Config("variables");
  config.variables["MINE"] = "a=b";
  config.variables["AWS_LAMBDA_RUNTIME_API"] = "mine";
  config.layers = {one.path(), two.path()};
  Function& function = runtime.Add(config);
  const std::string all = "\n" + runtime.Call(function);
  unsetenv("TANDEM_TEST_HOSTS_OWN");
  EXPECT_EQ(all.find("TANDEM_TEST_HOSTS_OWN"), std::string::npos);
  const std::string root = function.code_root();
  std::string libraries = "LD_LIBRARY_PATH=" + root;
  libraries.append(":").append(root).append("/lib:" + two.path() + "/lib:" + one.path() + "/lib:/opt/lib");
  for (const std::string& wanted :
       {std::string("MINE=a=b"), std::string("_HANDLER=variables"), "LAMBDA_TASK_ROOT=" + root,
        std::string("AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023"),
        "PATH=/usr/local/bin:/usr/bin:/bin:" + two.path() + "/bin:" + one.path() + "/bin:/opt/bin", libraries}) {
    EXPECT_NE(all.find("\n" + wanted + "\n"), std::string::npos) << wanted << " is not in " << all;
  }
  const std::size_t api = all.find("\nAWS_LAMBDA_RUNTIME_API=127.0.0.1:");
  ASSERT_NE(api, std::string::npos) << all;
  EXPECT_EQ(all.find("AWS_LAMBDA_RUNTIME_API=", api + 2), std::string::npos) << "twice";
  EXPECT_EQ(runtime.Call(runtime.Add(Config("directory"))), root);
  Covers("K-12");
}

TEST_F(Provided, LearnsOfItsInvocation_R02) {
  WorkerRuntime runtime;
  InvokeOptions options;
  options.request_id = RequestId("the-id");
  options.trace_id = "Root=1";
  options.client_context = R"({"custom":{}})";
  options.tenant_id = "blue";
  options.qualifier = "live";
  for (const milliseconds timeout : {milliseconds(0), milliseconds(60'000)}) {  // none, and one
    Function& function = runtime.Add(Config("head", timeout));
    const std::string head = Text(runtime.Invoke(function, "{}", options).outcome);
    for (const std::string& wanted :
         {std::string("Lambda-Runtime-Aws-Request-Id: the-id"), std::string("Lambda-Runtime-Trace-Id: Root=1"),
          std::string(R"(Lambda-Runtime-Client-Context: {"custom":{}})"),
          std::string("Lambda-Runtime-Aws-Tenant-Id: blue"),
          "Lambda-Runtime-Invoked-Function-Arn: " + function.config().arn + ":live",
          std::string("Lambda-Runtime-Deadline-Ms: ")}) {
      EXPECT_NE(head.find("\r\n" + wanted), std::string::npos) << wanted << " is not in " << head;
    }
  }
  Covers("C-26");
}

TEST_F(Provided, LogsAllBeforeTheEnd) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  InvokeOptions options;
  options.log_type = LogType::kTail;
  const InvokeResult result = runtime.Invoke(runtime.Add(Config("speaks")), "{}", options);
  EXPECT_EQ(Text(result.outcome), "null");
  const std::string all = AllText(runtime.log);
  for (const char* said : {"by standard output\n", "by standard error\n", "by a child\n"}) {
    const std::size_t at = all.find(said);
    ASSERT_NE(at, std::string::npos) << said;
    EXPECT_LT(at, all.find("END RequestId: "));
    EXPECT_GT(at, all.find("START RequestId: "));
    EXPECT_NE(result.log_tail.find(said), std::string::npos) << said;
  }
  for (const KeptRecord& record : runtime.log.records()) EXPECT_EQ(record.request_id, result.request_id.view());
}

// Far more than a pipe holds, so that it has to be read while the invocation runs.
TEST_F(Provided, AFloodIsAllThere) {
  WorkerRuntime runtime;
  EXPECT_EQ(runtime.Call(runtime.Add(Config("floods")), "4194304"), "\"flooded\"");
  const std::string all = AllText(runtime.log);
  EXPECT_EQ(std::count(all.begin(), all.end(), 'x'), 4194304 / 64 * 63);
}

TEST_F(Provided, AFloodWithoutEndKeepsNobody) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("floods_for_ever"));
  EXPECT_EQ(runtime.Call(function), "\"flooding\"");
  EXPECT_EQ(runtime.Call(function), "\"flooding\"");
}

TEST_F(Provided, ServesOnWithoutItsOutput) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("closes_its_output"));
  const std::string answer = runtime.Call(function);
  EXPECT_EQ(runtime.Call(function), answer.substr(0, answer.find(':')) + ":2");
}

TEST_F(Provided, PayloadsOfAnySizePassThrough_I34) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("echo"));
  for (const std::size_t size : {1U, 65'536U, 6'291'456U}) {
    const std::string text(size, 'p');
    ASSERT_TRUE(runtime.Call(function, text) == text) << size;
  }
}

TEST_F(Provided, ItsEndCostsOneInvocation_E40_E41_E42_E47) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  Function& other = runtime.Add(Config("identity"));
  const std::string before = runtime.Call(other);
  const auto message = [](const std::string& how) { return "Runtime exited with error: " + how; };
  const std::size_t files = OpenFiles();
  struct Case {
    const char* handler;
    const char* event;
    std::string how;
  };
  for (const auto& [handler, event, how] :
       {Case{"exit", "1", message("exit status 1")}, Case{"exit", "0", "Runtime exited without providing a reason"},
        Case{"raise", "9", message("signal: killed")}, Case{"raise", "15", message("signal: terminated")},
        Case{"raise", "11", message("signal: segmentation fault (core dumped)")}}) {
    Function& function = runtime.Add(Config(handler));
    for (int i = 0; i < 2; ++i) {
      const InvokeResult result = runtime.Invoke(function, event);
      EXPECT_EQ(Text(result.outcome), Error("Runtime.ExitError", result, how));
    }
  }
  EXPECT_NE(AllText(runtime.log).find("last wordsRequestId: "), std::string::npos) << AllText(runtime.log);
  while (OpenFiles() != files) std::this_thread::yield();  // by the thread that tells of an end
  EXPECT_EQ(runtime.Call(other), before.substr(0, before.find(':')) + ":2");
  Covers("E-40", "E-41", "E-42", "E-47");
}

TEST_F(Provided, IsKilledAtTheDeadline_E38) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  Function& function = runtime.Add(Config("stuck", milliseconds(200)));
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function);
    EXPECT_EQ(Text(result.outcome), Error("Sandbox.Timedout", result, "Task timed out after 0.20 seconds"));
    EXPECT_TRUE(result.report.timed_out);
    EXPECT_EQ(WithTag(folder_.path()), std::vector<pid_t>()) << "of it is left";
  }
  Covers("E-38");
}

TEST_F(Provided, ThatLeavesBeforeItAsksIsAnExit_E36) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  const InvokeResult result = runtime.Invoke(runtime.Add(Config("leaves_before_it_asks")));
  EXPECT_EQ(Text(result.outcome), Error("Runtime.ExitError", result, "Runtime exited with error: exit status 5"));
  EXPECT_TRUE(AllText(runtime.log).starts_with("last words\n"));
  EXPECT_TRUE(runtime.log.records().front().request_id.empty()) << "during init";
  Covers("E-36");
}

TEST_F(Provided, ThatNeverAsksTimesOut_E35) {
  WorkerOptions options;
  options.init_limit = milliseconds(50);
  WorkerRuntime runtime(options);
  const InvokeResult result = runtime.Invoke(runtime.Add(Config("never_asks", milliseconds(100))));
  EXPECT_EQ(Text(result.outcome), Error("Sandbox.Timedout", result, "Task timed out after 0.10 seconds"));
}

TEST_F(Provided, ASlowInitIsRunAgainWithinTheInvocation_E35) {
  WorkerOptions options;
  options.init_limit = milliseconds(1000);
  WorkerRuntime runtime(options);
  const std::string answer = runtime.Call(runtime.Add(Config("never_asks_first")));
  EXPECT_EQ(answer.substr(answer.find(':')), ":1");
}

TEST_F(Provided, AnInitErrorIsTriedAgain_R07_E34) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  Function& function = runtime.Add(Config("init_error"));
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function);
    EXPECT_EQ(Text(result.outcome), R"({"errorMessage":"not today","errorType":"Demo.Init"})");
    EXPECT_EQ(result.outcome.error().type, "Demo.Init");
    EXPECT_TRUE(result.report.init_duration.has_value());
  }
  const std::string all = AllText(runtime.log);
  EXPECT_NE(all.find("cannot start\n", all.find("cannot start\n") + 1), std::string::npos) << all;
  Covers("E-34");
}

TEST_F(Provided, AnAnswerIsForItsInvocationAndOnce_R09_R10) {
  WorkerRuntime runtime;
  EXPECT_EQ(runtime.Call(runtime.Add(Config("wrong_id"))), "400 404");
  Function& function = runtime.Add(Config("twice"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(runtime.Call(function), "\"first\"");
  const std::string all = AllText(runtime.log);
  EXPECT_EQ(all, "second: 403\nsecond: 403\nsecond: 403\n");
}

TEST_F(Provided, AnAnswerCountsWhateverFollows_R23) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  Function& leaves = runtime.Add(Config("answers_and_leaves"));
  Function& stays = runtime.Add(Config("answers_and_stays", milliseconds(500)));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(runtime.Call(leaves), "\"answered\"");
    EXPECT_EQ(runtime.Call(stays), "\"answered\"");
    EXPECT_EQ(WithTag(folder_.path()), std::vector<pid_t>()) << "of either is left";
  }
  const std::string all = AllText(runtime.log);
  EXPECT_NE(all.find("still here\nEND RequestId: "), std::string::npos) << all;
}

TEST_F(Provided, WhatItHasStartedSpeaksForIt) {
  WorkerRuntime runtime;
  EXPECT_EQ(runtime.Call(runtime.Add(Config("by_child"))), "\"by a child\"");
  EXPECT_EQ(runtime.Call(runtime.Add(Config("by_orphan"))), "\"by an orphan\"");
  EXPECT_EQ(runtime.Call(runtime.Add(Config("mapped"))), "\"mapped\"");
}

TEST_F(Provided, NothingThatItStartedIsLeft) {
  const std::size_t files = OpenFiles();
  {
    WorkerRuntime runtime;
    EXPECT_EQ(runtime.Call(runtime.Add(Config("daemon"))), "\"left\"");
    EXPECT_NE(WithTag(folder_.path()), std::vector<pid_t>());
  }
  EXPECT_EQ(WithTag(folder_.path()), std::vector<pid_t>());
  while (OpenFiles() != files) std::this_thread::yield();
}

TEST_F(Provided, Streams_R15) {
  WorkerRuntime runtime;
  std::string received;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    received += chunk;
    return true;
  };
  Function& function = runtime.Add(Config("streams"));
  InvokeResult result = runtime.Invoke(function, "{}", options);
  EXPECT_TRUE(result.outcome.ok());
  EXPECT_EQ(Text(result.outcome), "");
  EXPECT_EQ(received, "one two three");
  EXPECT_EQ(runtime.Call(function), "one two three") << "to a caller who takes no chunks";

  received.clear();
  result = runtime.Invoke(runtime.Add(Config("streams_and_fails")), "{}", options);
  EXPECT_EQ(received, "one two three");
  EXPECT_EQ(Text(result.outcome), R"({"errorMessage":"late","errorType":"Demo.Late"})");
}

TEST_F(Provided, ADryRunStartsItAndAsksNothing_I03) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("identity"));
  EXPECT_TRUE(runtime->Prepare(function).ok());
  const std::string answer = runtime.Call(function);
  EXPECT_EQ(answer.substr(answer.find(':')), ":1");
  EXPECT_EQ(runtime->Prepare(runtime.Add(Config("init_error"))).error().type, "Demo.Init");
}

TEST_F(Provided, TellsItsFigures_L43) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  Function& function = runtime.Add(Config("identity"));
  const Report cold = runtime.Invoke(function).report;
  const Report warm = runtime.Invoke(function).report;
  EXPECT_TRUE(cold.init_duration.has_value());
  EXPECT_FALSE(warm.init_duration.has_value());
  for (const Report& report : {cold, warm}) {
    EXPECT_GT(report.duration.count(), 0);
    EXPECT_GT(report.max_memory_used_bytes, 100'000);
  }
}

TEST_F(Provided, KeepsToItsMemorySize_E46_E47) {
  WorkerRuntime runtime;
  FunctionConfig config = Config("hungry", std::chrono::minutes(1));
  config.memory_size_mb = 64;
  Function& function = runtime.Add(std::move(config));
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function);
    EXPECT_EQ(Text(result.outcome), Error("Runtime.OutOfMemory", result, "Runtime exited with error: signal: killed"));
  }
  Covers("E-46", "E-47");
}

TEST_F(Provided, WithoutABootstrapIsAnInvalidEntrypoint_E51) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  const PackageFolder empty;
  FunctionConfig config = Config("echo");
  config.code = empty.path();
  Function& function = runtime.Add(config);
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function);
    EXPECT_EQ(Text(result.outcome),
              Error("Runtime.InvalidEntrypoint", result,
                    "Couldn't find valid bootstrap(s): [" + empty.path() + "/bootstrap /opt/bootstrap]"));
    EXPECT_EQ(result.outcome.error().exit_status, 127);
  }
  const std::string all = AllText(runtime.log);
  const std::size_t hint = all.find("tandem: hint: a function with such a runtime brings a program along");
  EXPECT_GT(hint, all.find("Runtime.InvalidEntrypoint\n"));
  EXPECT_LT(hint, all.find("END RequestId: "));
  EXPECT_EQ(all.find("tandem: hint: ", hint + 1), std::string::npos) << "said once";

  folder_.AddFile("bootstrap", "no program", PackageFolder::Mode::kExecutable);
  const InvokeResult result = runtime.Invoke(runtime.Add(Config("echo")));
  EXPECT_EQ(Text(result.outcome), Error("Runtime.InvalidEntrypoint", result,
                                        "fork/exec " + folder_.path() + "/bootstrap: exec format error"));
  Covers("E-51");
}

}  // namespace
}  // namespace tandem::test
