// What reaches handlers of both languages in a worker while they run.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "both_languages.h"
#include "mixture.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

class WorkerCalls : public testing::TestWithParam<Language> {
 protected:
  static std::size_t Begun(const KeepingSink& log) {
    const std::vector<KeptRecord> records = log.records();
    return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), [](const KeptRecord& record) {
      return record.text.find("begins") != std::string::npos;
    }));
  }

  BothLanguages both_;
};

TEST_P(WorkerCalls, ACancelAsksTheHandlerAndTheEnvironmentGoesOn) {
  Function& function = both_.Add(both_.Config(GetParam()));
  EXPECT_EQ(both_.Call(function, "count"), "1");
  for (std::size_t i = 1; i <= 3; ++i) {
    InvokeOptions options;
    options.request_id = RequestId("waits");
    std::thread waiting([&] {
      const InvokeResult result = both_->Invoke(function, Event(std::string_view("\"wait\"")), options);
      EXPECT_EQ(Become(result.outcome), "\"asked to yield\"");
    });
    while (Begun(both_.log) < i) std::this_thread::yield();
    both_->Cancel(function, "waits");
    waiting.join();
  }
  EXPECT_EQ(both_.Call(function, "count"), "2");
}

// Java's processes have threads anyway.
TEST_P(WorkerCalls, ACancelThatIsTurnedOffLeavesPythonsHandlerAlone) {
  WorkerOptions options;
  options.cancels = CancelUse::kOff;
  BothLanguages both(options);
  FunctionConfig config = both.Config(GetParam());
  config.timeout = std::chrono::seconds(3);
  Function& function = both.Add(config);
  EXPECT_EQ(both.Call(function, "count"), "1");
  InvokeOptions invoke;
  invoke.request_id = RequestId("waits");
  std::atomic<bool> ended{false};
  std::thread canceller([&] {
    while (!ended && Begun(both.log) == 0) std::this_thread::yield();
    both->Cancel(function, "waits");
  });
  const InvokeResult result = both->Invoke(function, Event(std::string_view("\"wait\"")), invoke);
  ended = true;
  canceller.join();
  EXPECT_EQ(result.report.timed_out, GetParam() == Language::kPython) << Become(result.outcome);
}

// Each waits for all of them. Python's meet by files, as each has a process; Java's by a lock, as they share one.
// In folders that the environments share.
WorkerOptions WithTheMachinesFolders() {
  WorkerOptions options;
  options.folders = FolderUse::kTheMachines;
  return options;
}

std::set<std::string> WhereAllMeet(BothLanguages& both, Function& function, int count) {
  const std::filesystem::path folder = testing::TempDir() + "tandem-meeting-" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  std::mutex mutex;
  std::set<std::string> places;
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      std::string place = both.Call(function, "meet " + std::to_string(count) + " " + folder.string());
      const std::scoped_lock lock(mutex);
      places.insert(std::move(place));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::filesystem::remove_all(folder);
  return places;
}

TEST(WorkerConcurrency, IsOneHandlerInstanceOnThreadsInJava_R27_HJAVA52) {
  BothLanguages both(WithTheMachinesFolders());
  FunctionConfig config = both.Config(Language::kJava);
  config.max_concurrency = 4;
  Function& function = both.Add(config);
  const auto first = WhereAllMeet(both, function, 4);
  EXPECT_EQ(first.size(), 1U) << "the process and the instance";
  EXPECT_EQ(WhereAllMeet(both, function, 4), first);
  Covers("H-JAVA-52");
}

TEST(WorkerConcurrency, IsAsManyProcessesInPython_R27) {
  BothLanguages both(WithTheMachinesFolders());
  FunctionConfig config = both.Config(Language::kPython);
  config.max_concurrency = 4;
  Function& function = both.Add(config);
  const auto first = WhereAllMeet(both, function, 4);
  EXPECT_EQ(first.size(), 4U);
  EXPECT_EQ(WhereAllMeet(both, function, 4), first);
}

// What System.out writes belongs to the invocation of the thread, also while others run.
TEST(WorkerConcurrency, JavasOutputIsThatOfItsInvocation) {
  BothLanguages both;
  FunctionConfig config = both.Config(Language::kJava);
  config.max_concurrency = 4;
  Function& function = both.Add(config);
  EXPECT_EQ(both.Call(function, "count"), "1");
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      InvokeOptions options;
      options.log_type = LogType::kTail;
      const InvokeResult result = both->Invoke(function, Event(std::string_view("\"print 50\"")), options);
      std::size_t lines = 0;
      for (std::size_t at = 0; (at = result.log_tail.find("printed\n", at)) != std::string::npos; ++at) ++lines;
      EXPECT_EQ(lines, 50U) << result.log_tail;
    });
  }
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(All, WorkerCalls, testing::Values(Language::kJava, Language::kPython),
                         [](const auto& tested) { return NameOf(tested.param); });

}  // namespace
}  // namespace tandem::test
