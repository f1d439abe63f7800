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

// The lines of what `print` writes that are in the log of this invocation alone.
std::size_t LinesOfOne(BothLanguages& both, Function& function, int count) {
  InvokeOptions options;
  options.log_type = LogType::kTail;
  const std::string event = "\"print " + std::to_string(count) + "\"";
  const InvokeResult result = both->Invoke(function, Event(std::string_view(event)), options);
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = result.log_tail.find("printed\n", at)) != std::string::npos; ++at) ++lines;
  return lines;
}

// Each thread reads and writes values of its own, of a length of its own, and what System.out writes belongs to the
// invocation of the thread, also while others run.
void ExpectOwnValuesAndLogs(BothLanguages& both, Function& function, int count) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&both, &function, i] {
      const std::string text(static_cast<std::size_t>(100 * (i + 1)), static_cast<char>('a' + i));
      for (int k = 0; k < 50; ++k) EXPECT_EQ(both.Call(function, "echo " + text), text);
      EXPECT_EQ(LinesOfOne(both, function, 50 + i), static_cast<std::size_t>(50 + i));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(WorkerConcurrency, IsOneHandlerInstanceOnThreadsInJava_R27_HJAVA52) {
  BothLanguages both(WithTheMachinesFolders());
  FunctionConfig config = both.Config(Language::kJava);
  config.max_concurrency = 4;
  Function& function = both.Add(config);
  const auto first = WhereAllMeet(both, function, 4);
  EXPECT_EQ(first.size(), 1U) << "the process and the instance";
  EXPECT_EQ(WhereAllMeet(both, function, 4), first);
  ExpectOwnValuesAndLogs(both, function, 4);
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

INSTANTIATE_TEST_SUITE_P(All, WorkerCalls, testing::Values(Language::kJava, Language::kPython),
                         [](const auto& tested) { return NameOf(tested.param); });

}  // namespace
}  // namespace tandem::test
