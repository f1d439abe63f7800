// Several invocations at a time in one worker: whose each answer, chunk and log record is, and what ends them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "invoked.h"
#include "tandem/runtime.h"
#include "tests/lib/covers.h"
#include "tests/workers/processes.h"
#include "worker_runtime.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;

FunctionConfig Shared(std::int32_t places, const std::string& handler = "mixed") {
  FunctionConfig config = WorkerRuntime::Config(handler);
  config.max_concurrency = places;
  return config;
}

// What as many invocations at once answer.
std::multiset<std::string> AtOnce(BeginningRuntime& runtime, Function& function, int count, const std::string& event) {
  std::vector<std::unique_ptr<Invoked>> all;
  all.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    all.push_back(std::make_unique<Invoked>(runtime, function, "id-" + std::to_string(i), event));
  }
  std::multiset<std::string> answers;
  for (const auto& each : all) answers.insert(each->Result());
  return answers;
}

// A process of their own each would keep them waiting for ever.
TEST(Concurrency, SeveralInvocationsMeetInOneProcess_R27) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(4));
  const auto cold = AtOnce(runtime, function, 4, "meet 4");
  const auto warm = AtOnce(runtime, function, 4, "meet 4");
  EXPECT_EQ(cold.count(*cold.begin()), 4U);
  EXPECT_EQ(warm, cold);
}

TEST(Concurrency, MoreThanAProcessTakesHaveAnother_R27) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(2));
  std::vector<std::unique_ptr<Invoked>> all;
  all.reserve(6);
  for (int i = 0; i < 6; ++i) {
    all.push_back(std::make_unique<Invoked>(runtime, function, "id-" + std::to_string(i), "say hold"));
  }
  runtime.WaitFor(6);
  for (const auto& each : all) each->Cancel();
  std::multiset<std::string> processes;
  for (const auto& each : all) processes.insert(each->Result());
  for (const std::string& process : processes) EXPECT_LE(processes.count(process), 2U) << process;
}

TEST(Concurrency, BeyondAllPlacesInvocationsWait) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most_per_function = 1;
  BeginningRuntime runtime(options);
  Function& function = runtime.Add(Shared(3));
  const auto answers = AtOnce(runtime, function, 9, "meet 3");
  EXPECT_EQ(answers.count(*answers.begin()), 9U);
}

TEST(Concurrency, IsToldToTheFunction_R27) {
  BeginningRuntime runtime;
  EXPECT_EQ(runtime.Call(runtime.Add(Shared(3, "variable")), "AWS_LAMBDA_MAX_CONCURRENCY"), "3");
  EXPECT_EQ(runtime.Call(runtime.Add(Shared(1, "variable")), "AWS_LAMBDA_MAX_CONCURRENCY"), "");
}

class EachOnesOwn : public testing::Test {
 protected:
  static constexpr int kThreads = 8;
  static constexpr int kRounds = 60;

  // Each thread's invocations, by a text that no other one has.
  template <typename RunOne>
  static void OnThreads(const RunOne& run) {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRounds; ++i) run("text-" + std::to_string(t) + "-" + std::to_string(i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  BeginningRuntime runtime_{WorkerRuntime::DefaultWorkers(), PlatformLogs::kOn};
  Function& function_ = runtime_.Add(Shared(kThreads));
};

TEST_F(EachOnesOwn, ResponseOfAnySize) {
  OnThreads([&](const std::string& text) {
    const std::string large = text + std::string(100'000, 'x');
    EXPECT_EQ(runtime_.Call(function_, "echo " + text), text);
    EXPECT_TRUE(runtime_.Call(function_, "echo " + large) == large);
  });
}

TEST_F(EachOnesOwn, LogAndItsTail) {
  OnThreads([&](const std::string& text) {
    InvokeOptions options;
    options.log_type = LogType::kTail;
    options.request_id = RequestId(text);
    const std::string own = "\nlogged " + text + "\nprinted " + text + "\nEND RequestId: " + text + "\n";
    const std::string tail = runtime_.Invoke(function_, "log " + text, options).log_tail;
    EXPECT_TRUE(tail.starts_with("START RequestId: " + text)) << tail;
    EXPECT_NE(tail.find(own), std::string::npos) << tail;
  });
  std::size_t count = 0;
  for (const KeptRecord& record : runtime_.log.records()) {
    if (!record.text.starts_with("logged ")) continue;
    EXPECT_EQ(record.text, "logged " + record.request_id + "\n");
    ++count;
  }
  EXPECT_EQ(count, static_cast<std::size_t>(kThreads * kRounds));
}

// L-41 to L-43, in this order, and what it logs between the first two.
TEST_F(EachOnesOwn, PlatformLines_L41_L42_L43) {
  OnThreads([&](const std::string& text) {
    InvokeOptions options;
    options.request_id = RequestId(text);
    EXPECT_GT(runtime_.Invoke(function_, "log " + text, options).report.max_memory_used_bytes, 0);
  });
  std::map<std::string, std::string> lines;
  for (const KeptRecord& record : runtime_.log.records()) lines[record.request_id] += record.text + "|";
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kRounds));
  for (const auto& [id, text] : lines) {
    std::string before =
        "START RequestId: ID Version: $LATEST\n|logged ID\n|printed ID\n|END RequestId: ID\n|REPORT RequestId: ID\t";
    for (std::size_t at = 0; (at = before.find("ID", at)) != std::string::npos; at += id.size()) {
      before.replace(at, 2, id);
    }
    EXPECT_EQ(text.substr(0, before.size()), before);
  }
  Covers("L-41", "L-42", "L-43");
}

TEST_F(EachOnesOwn, ChunksInOrder) {
  OnThreads([&](const std::string& text) {
    InvokeOptions options;
    std::string received;
    options.chunk_receiver = [&](std::string_view chunk) {
      received += chunk;
      return true;
    };
    EXPECT_TRUE(runtime_.Invoke(function_, "stream 20 " + text, options).outcome.ok());
    std::string expected;
    for (int i = 0; i < 20; ++i) expected += text + std::to_string(i);
    EXPECT_EQ(received, expected);
  });
}

TEST_F(EachOnesOwn, Context) {
  OnThreads([&](const std::string& text) {
    InvokeOptions options;
    options.request_id = RequestId(text);
    const std::string context = Text(runtime_.Invoke(function_, "context", options).outcome);
    EXPECT_NE(context.find("\"request_id\": \"" + text + "\""), std::string::npos) << context;
  });
}

TEST(Concurrency, AChunkReceiverThatWaitsHoldsNobodyUp) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(2));
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  std::mutex mutex;
  std::condition_variable changed;
  bool others_done = false;
  std::size_t received = 0;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return others_done; });
    received += chunk.size();
    return true;
  };
  std::thread streaming([&] {
    EXPECT_TRUE(runtime.Invoke(function, "say stream 1000 " + std::string(1000, 'x'), options).outcome.ok());
  });
  runtime.WaitFor(1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  {
    const std::scoped_lock lock(mutex);
    others_done = true;
    changed.notify_all();
  }
  streaming.join();
  EXPECT_EQ(received, 1000U * 1000U + 10 + 90 * 2 + 900 * 3);
}

// More than is kept for it.
TEST(Concurrency, AStreamThatIsLargerThanItsReceiverIsFastIsAllThere) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(2));
  Invoked other(runtime, function, "other", "say poll_cancelled");
  runtime.WaitFor(1);
  std::size_t received = 0;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    if (received == 0) std::this_thread::sleep_for(milliseconds(200));
    received += chunk.size();
    return true;
  };
  EXPECT_TRUE(runtime.Invoke(function, "stream 1000 " + std::string(30'000, 'x'), options).outcome.ok());
  EXPECT_EQ(received, 1000U * 30'000U + 10 + 90 * 2 + 900 * 3);
  other.Cancel();
  EXPECT_EQ(other.Result(), "\"yielded\"");
}

TEST(Concurrency, ACancelIsForOne) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(3));
  Invoked first(runtime, function, "first", "say poll_cancelled");
  Invoked second(runtime, function, "second", "say poll_cancelled");
  Invoked third(runtime, function, "third", "say poll_cancelled");
  runtime.WaitFor(3);
  second.Cancel();
  EXPECT_EQ(second.Result(), "\"yielded\"");
  EXPECT_FALSE(first.done() || third.done());
  third.Cancel();
  EXPECT_EQ(third.Result(), "\"yielded\"");
  EXPECT_FALSE(first.done());
  first.Cancel();
  EXPECT_EQ(first.Result(), "\"yielded\"");
  EXPECT_EQ(Before(runtime.Call(function, "identity"), ':'), Before(runtime.Call(function, "identity"), ':'));
}

std::string Expected(const std::string& type, const std::string& id, const std::string& what) {
  return R"({"errorType":")" + type + R"(","errorMessage":"RequestId: )" + id + " Error: " + what + "\"}";
}

// All that run in a process get the error of its end; the next one has a fresh one.
TEST(Concurrency, TheEndOfAProcessIsThatOfAllInIt_E40_E42_E47) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(4));
  const std::vector<std::pair<std::string, std::string>> ends = {
      {"raise " + std::to_string(SIGKILL), "Runtime exited with error: signal: killed"},
      {"exit_now 7", "Runtime exited with error: exit status 7"},
      {"close_all", "Runtime exited with error: exit status 1"}};
  std::set<std::string> identities;
  std::size_t begun = 0;
  for (const auto& [event, how] : ends) {
    identities.insert(Before(runtime.Call(function, "identity"), ':'));
    Invoked first(runtime, function, "first", "say poll_cancelled");
    Invoked second(runtime, function, "second", "say sleep 1000000");
    Invoked third(runtime, function, "third", "say stuck");
    runtime.WaitFor(begun += 3);
    Invoked harmful(runtime, function, "harmful", event);
    EXPECT_EQ(harmful.Result(), Expected("Runtime.ExitError", "harmful", how));
    EXPECT_EQ(first.Result(), Expected("Runtime.ExitError", "first", how));
    EXPECT_EQ(second.Result(), Expected("Runtime.ExitError", "second", how));
    EXPECT_EQ(third.Result(), Expected("Runtime.ExitError", "third", how));
  }
  EXPECT_EQ(identities.size(), ends.size());
  Covers("E-40", "E-42", "E-47");
}

// A process that was started by one with this in its environment, or in its name: a fork of a zygote has nothing else
// by which it could be told from another test's.
bool IsBelowOneWithTag(pid_t pid, const std::string& tag) {
  const std::vector<pid_t> tagged = WithTag(tag);
  for (std::string at = std::to_string(pid); !at.empty() && at != "0"; at = StatusField(std::stoi(at), "PPid")) {
    if (std::find(tagged.begin(), tagged.end(), std::stoi(at)) != tagged.end()) return true;
  }
  return false;
}

bool HasStoppedWorker(const std::string& tag) {
  const std::filesystem::directory_iterator processes("/proc");
  return std::any_of(begin(processes), end(processes), [&](const auto& entry) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) return false;
    const pid_t pid = std::stoi(name);
    return StatusField(pid, "Name") == "tandem-worker" && StatusField(pid, "State").starts_with('T') &&
           IsBelowOneWithTag(pid, tag);
  });
}

// Their events fill the channel, which nobody reads.
TEST(Concurrency, InAProcessThatStandsStillEachEndsAtItsDeadline_E38) {
  const std::string tag = "tandem-stopped-" + std::to_string(getpid());
  setenv("TANDEM_TEST_TAG", tag.c_str(), 1);  // which the supervisor has in its environment
  BeginningRuntime runtime;
  FunctionConfig config = Shared(12);
  config.timeout = milliseconds(1500);
  Function& function = runtime.Add(config);
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  unsetenv("TANDEM_TEST_TAG");
  Invoked stopped(runtime, function, "stopped", "raise " + std::to_string(SIGSTOP));
  while (!HasStoppedWorker(tag)) {
  }
  std::vector<std::unique_ptr<Invoked>> others;
  others.reserve(11);
  for (int i = 0; i < 11; ++i) {
    others.push_back(
        std::make_unique<Invoked>(runtime, function, std::to_string(i), "echo " + std::string(60'000, 'x')));
  }
  for (const auto& other : others)
    EXPECT_NE(other->Result().find("Task timed out after 1.50 seconds"), std::string::npos);
  EXPECT_NE(stopped.Result().find("Task timed out after 1.50 seconds"), std::string::npos);
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
}

#ifndef TANDEM_TEST_SANITIZED  // whose own memory comes on top
TEST(Concurrency, TooMuchMemoryIsTheEndOfAllInTheProcess_E46) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(3));
  Invoked first(runtime, function, "first", "say poll_cancelled");
  Invoked second(runtime, function, "second", "say stuck");
  runtime.WaitFor(2);
  Invoked hungry(runtime, function, "hungry", "hoard 300");
  const std::string how = "Runtime exited with error: signal: killed";
  EXPECT_EQ(hungry.Result(), Expected("Runtime.OutOfMemory", "hungry", how));
  EXPECT_EQ(first.Result(), Expected("Runtime.OutOfMemory", "first", how));
  EXPECT_EQ(second.Result(), Expected("Runtime.OutOfMemory", "second", how));
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
}
#endif

class OneIsLate : public testing::TestWithParam<std::string> {};

// What one that is late ends with, and another one in its process that has begun half a timeout later and is cancelled
// then; whether the other one's own deadline was still to come, without which its end says nothing.
bool EndsAlone(const std::string& late_one) {
  using std::chrono::steady_clock;
  constexpr milliseconds kTimeout{3000};
  BeginningRuntime runtime;
  FunctionConfig config = Shared(3);
  config.timeout = kTimeout;
  Function& function = runtime.Add(config);
  const std::string identity = Before(runtime.Call(function, "identity"), ':');
  Invoked late(runtime, function, "late", "say " + late_one);
  runtime.WaitFor(1);
  std::this_thread::sleep_for(kTimeout / 2);
  const auto before_other = steady_clock::now();
  Invoked other(runtime, function, "other", "say poll_cancelled");
  runtime.WaitFor(2);
  EXPECT_EQ(late.Result(), Expected("Sandbox.Timedout", "late", "Task timed out after 3.00 seconds"));
  const bool ended_with_it = other.done();
  const std::string next = Before(runtime.Call(function, "identity"), ':');
  EXPECT_NE(next, identity);
  other.Cancel();
  const std::string answer = other.Result();
  EXPECT_EQ(Before(runtime.Call(function, "identity"), ':'), next);
  if (steady_clock::now() - before_other >= kTimeout) return false;
  EXPECT_FALSE(ended_with_it);
  EXPECT_EQ(answer, "\"yielded\"");
  return true;
}

// It ends at its deadline; the others have theirs, and those that come are in another process. On a machine that stood
// still meanwhile, once more.
TEST_P(OneIsLate, AndTheOthersEndByTheirOwn_E38) {
  while (!EndsAlone(GetParam()) && !HasFailure()) {
  }
}

// One that yields when it is asked, and answers late; one that does not.
INSTANTIATE_TEST_SUITE_P(Concurrency, OneIsLate, testing::Values("wait", "stuck"));

// A sink that does something once, when it is asked to.
class OnceInSink {
 public:
  OnceInSink(BeginningRuntime& runtime, std::function<void()> run) : run_(std::move(run)) {
    runtime.log.on_write = [this](std::string_view) {
      if (armed_.exchange(false)) run_();
    };
  }
  void Arm() { armed_ = true; }

 private:
  std::atomic<bool> armed_{false};
  const std::function<void()> run_;
};

// A gate that a sink waits at.
class Gate {
 public:
  void Wait() {
    std::unique_lock lock(mutex_);
    is_waited_at_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_; });
  }
  void UntilSomebodyWaits() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_waited_at_; });
  }
  void Open() {
    const std::scoped_lock lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_waited_at_ = false;
  bool is_open_ = false;
};

// Records of the invocation's own, and output that is anybody's.
class ASinkThatWaits : public testing::TestWithParam<std::string> {};

TEST_P(ASinkThatWaits, HoldsNobodyUp) {
  Gate gate;
  BeginningRuntime runtime;
  OnceInSink sink(runtime, [&] { gate.Wait(); });
  Function& function = runtime.Add(Shared(4));
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  Invoked other(runtime, function, "other", "say poll_cancelled");
  runtime.WaitFor(1);
  sink.Arm();
  Invoked logging(runtime, function, "logging", GetParam());
  gate.UntilSomebodyWaits();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  gate.Open();
  other.Cancel();
  EXPECT_EQ(other.Result(), "\"yielded\"");
  EXPECT_EQ(logging.Result(), "null");
}

INSTANTIATE_TEST_SUITE_P(Concurrency, ASinkThatWaits, testing::Values("speak_everywhere", "print_everywhere"));

TEST(Concurrency, ASinkMayInvokeAndCancel) {
  BeginningRuntime runtime;
  Function* function = nullptr;
  std::atomic<int> answers{0};
  OnceInSink sink(runtime, [&] {
    EXPECT_EQ(runtime.Call(*function, "echo from the sink"), "from the sink");
    runtime->Cancel(*function, "none");
    ++answers;
  });
  function = &runtime.Add(Shared(3));
  EXPECT_EQ(runtime.Call(*function, "echo on"), "on");
  Invoked other(runtime, *function, "other", "say poll_cancelled");
  runtime.WaitFor(1);
  for (int i = 0; i < 20; ++i) {
    sink.Arm();
    EXPECT_EQ(runtime.Call(*function, "speak_everywhere"), "null");
    while (answers == i) std::this_thread::yield();
  }
  other.Cancel();
  EXPECT_EQ(other.Result(), "\"yielded\"");
}

// A line that is anybody's is logged before the end of who wrote it.
TEST(Concurrency, ALogIsCompleteBeforeTheEnd) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(2));
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  Invoked other(runtime, function, "other", "say poll_cancelled");
  runtime.WaitFor(1);
  for (std::size_t i = 1; i <= 200; ++i) {
    EXPECT_EQ(runtime.Call(function, "print_everywhere"), "null");
    const std::string all = AllText(runtime.log);
    std::size_t count = 0;
    for (std::size_t at = 0; (at = all.find("by a child\n", at)) != std::string::npos; ++at) ++count;
    EXPECT_EQ(count, i);
  }
  other.Cancel();
  EXPECT_EQ(other.Result(), "\"yielded\"");
}

// Nobody is left that is in time, though both are still there.
TEST(Concurrency, TwoThatAreLateTogetherEndTheirProcess_E38) {
  const std::string tag = "tandem-late-" + std::to_string(getpid());
  Gate gate;
  WorkerOptions options;
  options.zygotes = ZygoteUse::kOff;
  BeginningRuntime runtime(options, PlatformLogs::kOn);
  FunctionConfig config = Shared(2);
  config.timeout = milliseconds(1000);
  config.variables["TANDEM_TEST_TAG"] = tag;
  std::atomic<bool> waits{false};
  runtime.log.on_write = [&](std::string_view) {
    if (waits) gate.Wait();
  };
  Function& function = runtime.Add(config);
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  Invoked first(runtime, function, "first", "say stuck");
  Invoked second(runtime, function, "second", "say stuck");
  runtime.WaitFor(2);
  waits = true;  // from their ends on
  UntilNoneHas(tag);
  gate.Open();
  const std::string late = "Task timed out after 1.00 seconds";
  EXPECT_NE(first.Result().find(late), std::string::npos);
  EXPECT_NE(second.Result().find(late), std::string::npos);
  waits = false;
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
}

TEST(Concurrency, WhatMayBeAnybodysOutputIsNobodys) {
  BeginningRuntime runtime;
  Function& function = runtime.Add(Shared(2));
  InvokeOptions options;
  options.request_id = RequestId("speaks");
  const auto id_of = [&](const std::string& text) {
    std::string id = "none";
    for (const KeptRecord& record : runtime.log.records()) {
      if (record.text.find(text) != std::string::npos) id = record.request_id;
    }
    return id;
  };
  runtime.Invoke(function, "speak_everywhere", options);
  EXPECT_EQ(id_of("by standard output\n"), "speaks");
  Invoked other(runtime, function, "other", "say poll_cancelled");
  runtime.WaitFor(1);
  runtime.Invoke(function, "speak_everywhere", options);
  EXPECT_EQ(id_of("by standard output\n"), "");
  EXPECT_EQ(id_of("by a child\n"), "");
  EXPECT_EQ(id_of("by the log\n"), "speaks");
  other.Cancel();
  EXPECT_EQ(other.Result(), "\"yielded\"");
}

TEST(Concurrency, AnInitErrorIsThatOfEachThatWaits_E34) {
  BeginningRuntime runtime;
  FunctionConfig config = Shared(4);
  config.handler = "init.fail";
  const auto answers = AtOnce(runtime, runtime.Add(config), 6, "{}");
  EXPECT_EQ(answers.size(), 6U);
  for (const std::string& answer : answers) EXPECT_NE(answer.find("Native.InitError"), std::string::npos) << answer;
}

}  // namespace
}  // namespace tandem::test
