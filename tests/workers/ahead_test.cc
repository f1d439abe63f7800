// Invocations that are sent to a busy worker, ahead of their turn (AheadUse).
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "beginning.h"
#include "invoked.h"
#include "tandem/runtime.h"
#include "worker_runtime.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;
using Progress = BegunInvocation::Progress;

// All are sent ahead that can be, and stay in their line for so long.
WorkerOptions Ahead(milliseconds limit = std::chrono::minutes(2)) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.ahead = AheadUse::kAlways;
  options.ahead_limit = limit;
  return options;
}

InvokeOptions Named(const std::string& id, LogType log_type = LogType::kNone) {
  InvokeOptions options;
  options.request_id = RequestId(id);
  options.log_type = log_type;
  return options;
}

// Begun one after another, and ended in that order, each by its look alone.
struct Line {
  Line(WorkerRuntime& its_runtime, Function& its_function) : runtime(its_runtime), function(its_function) {}

  BegunInvocation* Begin(const std::string& event, InvokeOptions options = {}) {
    all.push_back(std::make_unique<Beginning>(runtime, function, event, std::move(options)));
    return all.back()->begun.get();
  }
  // What each has answered.
  std::vector<InvokeResult> Results() {
    std::vector<InvokeResult> results;
    for (const auto& each : all) {
      LookUntilItEnds(*each->begun);
      results.push_back(each->begun->Finish());
    }
    return results;
  }
  std::vector<std::string> Answers() {
    std::vector<std::string> answers;
    for (const InvokeResult& result : Results()) answers.push_back(Text(result.outcome));
    return answers;
  }

  WorkerRuntime& runtime;
  Function& function;
  std::list<std::unique_ptr<Beginning>> all;
};

// Two workers that are warm and idle.
void WarmTwo(BeginningRuntime& runtime, Function& function) {
  Invoked one(runtime, function, "first of two", "say poll_cancelled");
  Invoked two(runtime, function, "second of two", "say poll_cancelled");
  runtime.WaitFor(2);
  one.Cancel();
  two.Cancel();
}

TEST(Ahead, SeveralRunInOneWorkerInTheirOrder) {
  WorkerRuntime runtime(Ahead());
  Function& function = runtime.Add("identity");
  const std::string process = ProcessOf(runtime.Call(function));
  Line line(runtime, function);
  std::vector<std::string> expected;
  for (int i = 0; i < 9; ++i) {
    ASSERT_NE(line.Begin("{}"), nullptr) << i;
    EXPECT_EQ(line.all.back()->begun->environment(), line.all.front()->begun->environment());
    expected.push_back(process + ":" + std::to_string(i + 2));
  }
  EXPECT_EQ(line.Begin("{}"), nullptr) << "nine are enough for one, and there is no other";
  line.all.pop_back();
  EXPECT_EQ(line.Answers(), expected);
  EXPECT_EQ(runtime.Call(function), process + ":11");
}

TEST(Ahead, NoneIsSentWhereThatIsOff) {
  WorkerOptions options = Ahead();
  options.ahead = AheadUse::kOff;
  WorkerRuntime runtime(options);
  Function& function = runtime.Add("identity");
  for (int i = 0; i < 100; ++i) runtime.Call(function);
  const Beginning first(runtime, function, "{}");
  ASSERT_NE(first.begun, nullptr);
  EXPECT_EQ(Beginning(runtime, function, "{}").begun, nullptr);
}

// With the library's options: which functions are short is found out.
TEST(Ahead, OnlyWhatIsShortIsSent) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("mixed");
  const auto second_begins = [&] {
    const Beginning first(runtime, function, "echo 1");
    EXPECT_NE(first.begun, nullptr);
    const Beginning second(runtime, function, "echo 2");
    const bool begins = second.begun != nullptr;
    for (const Beginning* each : {&first, &second}) {
      if (each->begun != nullptr) each->begun->Finish();
    }
    return begins;
  };
  runtime.Call(function, "sleep 5");
  EXPECT_FALSE(second_begins());
  bool begins = false;  // on a machine that has time for it
  for (int i = 0; i < 10'000 && !begins; ++i) {
    runtime.Call(function, "echo 1");
    begins = second_begins();
  }
  EXPECT_TRUE(begins);
  for (int i = 0; i < 10; ++i) runtime.Call(function, "sleep 5");
  EXPECT_FALSE(second_begins());
}

// What each logs is between its own START and END, and in its own tail, whoever writes how.
TEST(Ahead, WhatIsWrittenIsWhoseItIs) {
  constexpr int kRounds = 40;
  WorkerRuntime runtime(Ahead(), PlatformLogs::kOn);
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  runtime.log.TakeAll();
  std::string expected;
  int number = 0;
  for (int round = 0; round < kRounds; ++round) {
    Line line(runtime, function);
    std::vector<std::string> own;
    for (int i = 0; i < 9; ++i) {
      const std::string id = "id-" + std::to_string(++number);
      const bool writes = (number * 7 + round) % 3 == 0;
      const bool says = !writes && (number + round) % 2 == 0;
      ASSERT_NE(line.Begin((writes ? "write "
                            : says ? "say echo "
                                   : "echo ") +
                               id,
                           Named(id, LogType::kTail)),
                nullptr);
      own.push_back(writes ? id + "\n" : says ? "begins\n" : "");
    }
    const auto results = line.Results();
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::string id(results[i].request_id.view());
      EXPECT_EQ(Text(results[i].outcome), id);
      const std::string start = "START RequestId: " + id + " Version: $LATEST\n";
      EXPECT_EQ(results[i].log_tail.substr(0, results[i].log_tail.find("END RequestId")), start + own[i]);
      expected.append(start).append(own[i]).append("END RequestId: ").append(id).append("\n");
    }
  }
  std::string all;
  for (const KeptRecord& record : runtime.log.records()) {
    if (!record.text.starts_with("REPORT")) all += record.text;
  }
  EXPECT_EQ(all, expected);
}

// The one before runs for long: it begins in another worker that is idle, and nothing waits.
TEST(Ahead, OneThatDoesNotBeginSoonBeginsElsewhere) {
  BeginningRuntime runtime(Ahead(milliseconds(1)));
  Function& function = runtime.Add("mixed");
  WarmTwo(runtime, function);
  Line line(runtime, function);
  ASSERT_NE(line.Begin("say hold", Named("holds")), nullptr);
  runtime.log.TakeAll();
  BegunInvocation* const first = line.all.front()->begun.get();
  do {
    ASSERT_EQ(first->Look(), Progress::kRuns);
  } while (AllText(runtime.log).find("begins") == std::string::npos);
  BegunInvocation* const second = line.Begin("identity");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->environment(), first->environment());
  const auto shared = second->descriptors();
  while (second->environment() == first->environment()) {
    ASSERT_EQ(second->Look(), Progress::kRuns);
  }
  EXPECT_NE(second->descriptors(), shared);
  EXPECT_EQ(LookUntilItEnds(*second), Progress::kEnded);
  const std::string identity = AnswerOf(*second);
  EXPECT_EQ(first->Look(), Progress::kRuns);
  runtime->Cancel(function, "holds");
  EXPECT_EQ(LookUntilItEnds(*first), Progress::kEnded);
  EXPECT_NE(AnswerOf(*first), ProcessOf(identity)) << "in another process";
}

TEST(Ahead, WhereNoneIsIdleAnotherWorkerIsStarted) {
  BeginningRuntime runtime(Ahead(milliseconds(1)));
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Line line(runtime, function);
  BegunInvocation* const first = line.Begin("hold", Named("holds"));
  BegunInvocation* const second = line.Begin("identity");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(LookUntilItEnds(*second), Progress::kNeedsWait);
  const std::string identity = AnswerOf(*second);
  EXPECT_TRUE(identity.ends_with(":1")) << identity;
  runtime->Cancel(function, "holds");
  EXPECT_EQ(LookUntilItEnds(*first), Progress::kEnded);
  EXPECT_NE(AnswerOf(*first), ProcessOf(identity));
}

// Nobody looks at the first one: whoever waits for the second does not wait for that.
TEST(Ahead, FinishWaitsForNoOther) {
  BeginningRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Line line(runtime, function);
  BegunInvocation* const first = line.Begin("say hold", Named("holds"));
  runtime.log.TakeAll();
  do {
    ASSERT_EQ(first->Look(), Progress::kRuns);
  } while (AllText(runtime.log).empty());
  EXPECT_TRUE(AnswerOf(*line.Begin("identity")).ends_with(":1"));
  runtime->Cancel(function, "holds");
  first->Finish();
}

// E-40: of a process that ends, only the invocation that ran there fails; each of the others runs once, elsewhere.
TEST(Ahead, AnEndOfTheProcessIsOnlyTheRunningOnes_E40) {
  BeginningRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  for (std::size_t ends = 0; ends < 4; ++ends) {
    for (const std::string how : {"exit_now 3", "raise 9", "recycle", "close_and_run 1"}) {
      runtime.Call(function, "echo 1");
      Line line(runtime, function);
      line.Begin("hold", Named("holds"));
      runtime.log.TakeAll();
      std::vector<std::string> expected;
      for (std::size_t i = 0; i < 4; ++i) {
        const std::string id = std::to_string(i);
        ASSERT_NE(line.Begin(i == ends ? how : "write " + id), nullptr);
        if (i != ends) expected.push_back(id);
      }
      runtime->Cancel(function, "holds");
      std::vector<std::string> answers = line.Answers();
      answers.erase(answers.begin());
      if (how != "recycle") {
        EXPECT_NE(answers[ends].find("Runtime exited"), std::string::npos) << how << ": " << answers[ends];
      }
      answers.erase(answers.begin() + static_cast<std::ptrdiff_t>(ends));
      EXPECT_EQ(answers, expected) << how << " " << ends;
      std::string written;
      for (const std::string& id : expected) written += id + "\n";
      std::string log = AllText(runtime.log);
      for (const std::string_view words : {"last words", "runs on\n", "has run\n"}) {
        if (const auto at = log.find(words); at != std::string::npos) log.erase(at, words.size());
      }
      EXPECT_EQ(log, written) << how << " " << ends;
    }
  }
}

TEST(Ahead, ATimeoutIsOnlyTheRunningOnes_E38) {
  WorkerRuntime runtime(Ahead(), PlatformLogs::kOn);
  FunctionConfig config = WorkerRuntime::Config("mixed");
  config.timeout = milliseconds(300);
  Function& function = runtime.Add(config);
  runtime.Call(function, "echo 1");
  Line line(runtime, function);
  for (const std::string event : {"echo 1", "stuck", "echo 2", "echo 3"}) ASSERT_NE(line.Begin(event), nullptr);
  const auto results = line.Results();
  EXPECT_EQ(Text(results[0].outcome), "1");
  EXPECT_TRUE(results[1].report.timed_out);
  EXPECT_EQ(Text(results[2].outcome), "2");
  EXPECT_EQ(Text(results[3].outcome), "3");
}

// Waiting in line is no part of the invocation, whose deadline is its own.
TEST(Ahead, TheDeadlineBeginsWithTheInvocation) {
  WorkerRuntime runtime(Ahead());
  FunctionConfig config = WorkerRuntime::Config("sleep");
  config.timeout = milliseconds(1500);
  Function& function = runtime.Add(config);
  runtime.Call(function, "1");
  Line line(runtime, function);
  for (int i = 0; i < 4; ++i) ASSERT_NE(line.Begin("500"), nullptr);
  for (const InvokeResult& result : line.Results()) {
    EXPECT_FALSE(result.report.timed_out);
    EXPECT_EQ(result.outcome.kind(), Outcome::Kind::kSuccess);
  }
}

TEST(Ahead, OneThatHasNotBegunIsCancelledAtOnce) {
  BeginningRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Line line(runtime, function);
  BegunInvocation* const first = line.Begin("say hold", Named("holds"));
  BegunInvocation* const second = line.Begin("write never", Named("waits"));
  BegunInvocation* const third = line.Begin("echo 3");
  runtime->Cancel(function, "waits");
  EXPECT_EQ(second->Look(), Progress::kEnded);
  EXPECT_NE(AnswerOf(*second).find("Runtime.Cancelled"), std::string::npos);
  runtime->Cancel(function, "holds");
  while (LookUntilItEnds(*first) == Progress::kRuns) runtime->Cancel(function, "holds");
  EXPECT_EQ(LookUntilItEnds(*third), Progress::kEnded);
  EXPECT_EQ(AnswerOf(*third), "3");
  EXPECT_EQ(AllText(runtime.log).find("never"), std::string::npos);
}

TEST(Ahead, OneThatIsLetGoOfDoesNotRun) {
  BeginningRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  const std::string before = runtime.Call(function, "identity");
  Line line(runtime, function);
  BegunInvocation* const first = line.Begin("say hold", Named("holds"));
  do {
    ASSERT_EQ(first->Look(), Progress::kRuns);
  } while (AllText(runtime.log).empty());
  { const Beginning dropped(runtime, function, "write never"); }
  BegunInvocation* const last = line.Begin("identity");
  runtime->Cancel(function, "holds");
  EXPECT_EQ(LookUntilItEnds(*first), Progress::kEnded);
  EXPECT_EQ(LookUntilItEnds(*last), Progress::kEnded);
  EXPECT_EQ(AnswerOf(*last), ProcessOf(before) + ":2") << "in the same worker";
  EXPECT_EQ(AllText(runtime.log), "begins\n");
}

// Of one that has begun nobody knows what it does: its worker ends.
TEST(Ahead, OneThatHasBegunIsGivenUpWithItsWorker) {
  BeginningRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  const std::string before = runtime.Call(function, "identity");
  {
    Line line(runtime, function);
    BegunInvocation* const first = line.Begin("echo 1");
    const Beginning dropped(runtime, function, "say hold");
    ASSERT_NE(dropped.begun, nullptr);
    EXPECT_EQ(LookUntilItEnds(*first), Progress::kEnded);
    do {
      ASSERT_EQ(dropped.begun->Look(), Progress::kRuns);
    } while (AllText(runtime.log).empty());
  }
  EXPECT_NE(ProcessOf(runtime.Call(function, "identity")), ProcessOf(before));
}

// Until all that was sent to its worker has run, of which the last writes.
void AwaitOutput(const BegunInvocation& begun, int bytes) {
  int unread = 0;
  while (unread < bytes) ASSERT_EQ(ioctl(begun.descriptors()[1], FIONREAD, &unread), 0);
}

TEST(Ahead, OneThatHasRunAndIsLetGoOfLeavesTheNextItsAnswer) {
  WorkerRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Line line(runtime, function);
  ASSERT_NE(line.Begin("echo 1"), nullptr);
  auto second = std::make_unique<Beginning>(runtime, function, "echo 2");
  BegunInvocation* const third = line.Begin("write 3");
  ASSERT_NE(third, nullptr);
  AwaitOutput(*third, 2);
  second.reset();
  EXPECT_EQ(line.Answers(), (std::vector<std::string>{"1", "3"}));
}

// With it goes its worker, and the answer of one that has run there.
TEST(Ahead, BehindOneThatIsLetGoOfWhatHasBegunFails) {
  WorkerRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  auto first = std::make_unique<Beginning>(runtime, function, "echo 1");
  Line line(runtime, function);
  BegunInvocation* const second = line.Begin("write 2");
  AwaitOutput(*second, 2);
  BegunInvocation* const third = line.Begin("echo 3");
  ASSERT_NE(third, nullptr);
  first.reset();
  EXPECT_EQ(LookUntilItEnds(*second), Progress::kNeedsWait);
  EXPECT_NE(AnswerOf(*second).find("Runtime exited"), std::string::npos);
  LookUntilItEnds(*third);
  EXPECT_EQ(runtime.Call(function, "echo 4"), "4");
}

TEST(Ahead, FromManyThreadsEachHasItsOwnAnswer) {
  constexpr int kThreads = 4;
  WorkerRuntime runtime(Ahead(milliseconds(1)));
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number] {
      for (int i = 0; i < 150; ++i) {
        const std::string id = std::to_string(number) + "-" + std::to_string(i);
        const std::string event = "echo " + id;
        Beginning begun(runtime, function, event);
        if (begun.begun == nullptr) {
          EXPECT_EQ(runtime.Call(function, event), id);
        } else {
          LookUntilItEnds(*begun.begun);
          EXPECT_EQ(AnswerOf(*begun.begun), id);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

#ifndef TANDEM_TEST_SANITIZED  // whose memory is the sanitizer's
// What has more resident than its memory size, though not of its own, is kept, and begins nothing that is sent ahead.
TEST(Ahead, AWorkerThatTakesNoMoreLosesNone) {
  WorkerRuntime runtime(Ahead());
  FunctionConfig config = WorkerRuntime::Config("identity");
  config.memory_size_mb = 2;
  Function& function = runtime.Add(config);
  const std::string process = ProcessOf(runtime.Call(function));
  for (int round = 0; round < 3; ++round) {
    Line line(runtime, function);
    ASSERT_NE(line.Begin("{}"), nullptr);
    for (int i = 0; i < 3; ++i) {
      auto more = std::make_unique<Beginning>(runtime, function, "{}");
      if (more->begun != nullptr) line.all.push_back(std::move(more));
    }
    for (const std::string& answer : line.Answers()) EXPECT_NE(answer.find(':'), std::string::npos) << answer;
    EXPECT_EQ(ProcessOf(runtime.Call(function)), process) << "it is kept";
  }
}
#endif

// Neither does the fork wait, nor is anything taken back that is the host's.
TEST(Ahead, InAForkOfTheHostItIsRefused) {
  BeginningRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  Line line(runtime, function);
  BegunInvocation* const first = line.Begin("say hold", Named("holds"));
  BegunInvocation* const second = line.Begin("echo 2");
  ASSERT_NE(second, nullptr);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    const bool is_refused = second->Look() == Progress::kEnded && AnswerOf(*second).find("fork") != std::string::npos;
    _exit(is_refused ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  do {
    runtime->Cancel(function, "holds");
  } while (first->Look() == Progress::kRuns);
  EXPECT_EQ(LookUntilItEnds(*second), Progress::kEnded);
  EXPECT_EQ(AnswerOf(*second), "2");
}

// What needs a thread is waited for by one, and all behind it go on: those that have begun, and those that have not.
TEST(Ahead, BehindOneThatNeedsAThreadAllGoOn) {
  WorkerRuntime runtime(Ahead());
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  const std::string large(1'000'000, 'x');
  for (int round = 0; round < 20; ++round) {
    Line line(runtime, function);
    BegunInvocation* const first = line.Begin("echo " + large);
    BegunInvocation* const second = line.Begin("echo 2");
    BegunInvocation* const third = line.Begin("echo 3");
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(LookUntilItEnds(*first), Progress::kNeedsWait);
    std::string second_answer;
    std::string third_answer;
    std::thread one([&] { second_answer = AnswerOf(*second); });
    std::thread two([&] { third_answer = AnswerOf(*third); });
    EXPECT_EQ(AnswerOf(*first), large);
    one.join();
    two.join();
    EXPECT_EQ(second_answer, "2");
    EXPECT_EQ(third_answer, "3");
  }
}

// Whoever waits for a place is not kept waiting by a line that never ends.
TEST(Ahead, ALineMakesWayForWhoWaitsForAPlace) {
  WorkerOptions options = Ahead();
  options.most = 1;
  WorkerRuntime runtime(options);
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  std::atomic<bool> done{false};
  std::list<std::unique_ptr<Beginning>> line;
  line.push_back(std::make_unique<Beginning>(runtime, function, "echo 1"));
  std::thread waits([&] {
    EXPECT_EQ(runtime.Call(function, "echo waited"), "waited");
    done = true;
  });
  while (!done) {
    auto next = std::make_unique<Beginning>(runtime, function, "echo 1");
    if (next->begun != nullptr) line.push_back(std::move(next));
    if (line.empty()) continue;
    LookUntilItEnds(*line.front()->begun);
    EXPECT_EQ(AnswerOf(*line.front()->begun), "1");
    line.pop_front();
  }
  waits.join();
  for (const auto& each : line) AnswerOf(*each->begun);
}

// Everything at once: each has its own answer, runs once, and is logged where it belongs.
TEST(Ahead, AMixtureIsNeitherLostNorMixed) {
  constexpr int kInvocations = 3000;
  constexpr std::size_t kAtATime = 12;
  WorkerRuntime runtime(Ahead(milliseconds(1)), PlatformLogs::kOn);
  Function& function = runtime.Add("mixed");
  runtime.Call(function, "echo 1");
  std::mt19937 random(7);  // NOLINT(bugprone-random-generator-seed): the same each time
  struct Asked {
    std::string id;
    std::string event;
    std::unique_ptr<Beginning> beginning;
  };
  std::list<Asked> under_way;
  const auto end = [&](std::list<Asked>::iterator which) {
    const InvokeResult result = which->beginning->begun != nullptr
                                    ? which->beginning->begun->Finish()
                                    : runtime.Invoke(function, which->event, which->beginning->options);
    const bool is_fault = result.outcome.kind() == Outcome::Kind::kFault;
    const std::string said = is_fault ? result.outcome.fault().message() : Text(result.outcome);
    if (which->event.starts_with("exit_now")) {
      EXPECT_NE(said.find("Runtime exited"), std::string::npos) << said;
    } else if (which->event.starts_with("sleep")) {
      EXPECT_EQ(result.outcome.kind(), Outcome::Kind::kSuccess);
    } else {
      EXPECT_EQ(said, which->id);
    }
    under_way.erase(which);
  };
  for (int i = 0; i < kInvocations; ++i) {
    const std::string id = "mixture-" + std::to_string(i);
    const unsigned kind = random() % 100;
    const std::string event = kind < 1    ? "exit_now 1"
                              : kind < 4  ? "sleep 3"
                              : kind < 30 ? "write " + id
                              : kind < 50 ? "say echo " + id
                                          : "echo " + id;
    under_way.push_back({id, event, std::make_unique<Beginning>(runtime, function, event, Named(id))});
    if (under_way.back().beginning->begun == nullptr) end(std::prev(under_way.end()));
    while (under_way.size() >= kAtATime) {
      for (auto at = under_way.begin(); at != under_way.end();) {
        const auto which = at++;
        if (which->beginning->begun->Look() != Progress::kRuns) end(which);
      }
    }
  }
  while (!under_way.empty()) {
    LookUntilItEnds(*under_way.front().beginning->begun);
    end(under_way.begin());
  }
  std::map<std::string, std::string> by_stream;
  for (const KeptRecord& record : runtime.log.records()) by_stream[record.log_stream_name] += record.text;
  std::size_t starts = 0;
  for (const auto& [stream, text] : by_stream) {
    std::string running;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("last words")) line.erase(0, std::string_view("last words").size());
      if (line.starts_with("START RequestId: ")) {
        EXPECT_EQ(running, "") << line;
        running = line.substr(17, line.find(' ', 17) - 17);
        ++starts;
      } else if (line.starts_with("END RequestId: ")) {
        EXPECT_EQ(line, "END RequestId: " + running);
        running.clear();
      } else if (line.starts_with("mixture-")) {
        EXPECT_EQ(line, running);
      } else if (line == "begins") {
        EXPECT_NE(running, "");
      }
    }
  }
  EXPECT_EQ(starts, kInvocations + 1U);
}

}  // namespace
}  // namespace tandem::test
