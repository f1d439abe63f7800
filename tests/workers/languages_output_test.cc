// What handlers of both languages print while all of them run.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "both_languages.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

TEST(WorkerOutput, OfBothLanguagesIsAttributed_L40) {
  constexpr std::size_t kLines = 50;
  constexpr int kRounds = 10;
  BothLanguages both;
  std::vector<Function*> functions = {&both.Add(both.Config(Language::kJava)),
                                      &both.Add(both.Config(Language::kPython))};
  for (Function* function : functions) EXPECT_EQ(both.Call(*function, "count"), "1");
  EXPECT_NE(functions[0]->log_stream_name(), functions[1]->log_stream_name());
  std::vector<std::thread> threads;
  threads.reserve(functions.size());
  for (Function* function : functions) {
    threads.emplace_back([&both, function] {
      for (int i = 0; i < kRounds; ++i) {
        EXPECT_EQ(both.Call(*function, "print " + std::to_string(kLines)), "printed");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::pair<std::string, std::string>, std::string> texts;  // by function and request
  for (const KeptRecord& record : both.log.records()) {
    if (record.origin == LogOrigin::kFunction) texts[{record.function_name, record.request_id}] += record.text;
  }
  std::map<std::string, int> complete;
  std::string expected;
  for (std::size_t i = 0; i < kLines; ++i) expected += "printed\n";
  for (const auto& [of, text] : texts) complete[of.first] += text == expected ? 1 : 0;
  for (Function* function : functions) EXPECT_EQ(complete[function->config().name], kRounds);
  Covers("L-40");
}

// A folder of this process's own: the program runs beside itself, with another JDK.
std::string CacheOfThisProcess(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").string() + "-" + name + "-" + std::to_string(getpid());
}

// As at the end of the interpreter's own program.
TEST(WorkerOutput, HasWhatAtexitsFunctionsSayOfAHandlerThatExits_E43) {
  for (const ZygoteUse use : {ZygoteUse::kOff, ZygoteUse::kAlways}) {
    WorkerOptions options;
    options.zygotes = use;
    KeepingSink log;
    const std::string cache = CacheOfThisProcess("exits");
    {
      BothLanguages both(options, cache, log);
      Function& function = both.Add(both.Config(Language::kPython));
      EXPECT_NE(both.Call(function, "exit-with-functions 3").find("exit status 3"), std::string::npos);
      const std::string text = log.TextOf(function.config().name);
      EXPECT_EQ(text.find("called last\n"), 0U) << text;
      EXPECT_NE(text.find("RuntimeError: in a function\n"), std::string::npos) << text;
      EXPECT_TRUE(text.ends_with("called first\n")) << text;
      for (const KeptRecord& record : log.records()) EXPECT_FALSE(record.request_id.empty()) << record.text;
    }
    std::filesystem::remove_all(cache);
  }
  Covers("E-43");
}

// Forked and taken from standbys, too, and known to the language.
TEST(WorkerLog, EachEnvironmentHasAStreamOfItsOwn_C30_L40) {
  for (const ZygoteUse use : {ZygoteUse::kOff, ZygoteUse::kAlways}) {
    WorkerOptions options;
    options.zygotes = options.standbys = use;
    KeepingSink log;
    const std::string cache = CacheOfThisProcess("streams");
    {
      BothLanguages both(options, cache, log);
      for (const Language language : {Language::kJava, Language::kPython}) {
        Function& function = both.Add(both.Config(language));
        std::set<std::string> streams;
        for (int i = 0; i < 3; ++i) {
          log.TakeAll();
          const std::string stream = both.Call(function, "environment AWS_LAMBDA_LOG_STREAM_NAME");
          EXPECT_EQ(both.Call(function, "log-stream"), stream) << NameOf(language);
          const std::vector<KeptRecord> records = log.records();
          ASSERT_FALSE(records.empty()) << stream;
          EXPECT_EQ(records.back().log_stream_name, stream);
          streams.insert(stream);
          EXPECT_NE(both.Call(function, "exit-now 1").find("exit status 1"), std::string::npos);
        }
        EXPECT_EQ(streams.size(), 3U) << NameOf(language);
      }
    }
    std::filesystem::remove_all(cache);
  }
  Covers("C-30", "L-40");
}

class WorkerOutputOf : public testing::TestWithParam<Language> {};

TEST_P(WorkerOutputOf, IsInTheOrderInWhichAThreadHasWrittenIt_L14) {
  constexpr int kTurns = 50;
  BothLanguages both;
  Function& function = both.Add(both.Config(GetParam()));
  EXPECT_EQ(both.Call(function, "speak " + std::to_string(kTurns)), "spoken");
  std::string text;
  for (const KeptRecord& record : both.log.records()) {
    if (record.origin != LogOrigin::kFunction) continue;
    const std::size_t said = record.text.find("logged");  // behind its level and time
    text += said == std::string::npos ? record.text : record.text.substr(said);
  }
  std::string expected;
  for (int i = 0; i < kTurns; ++i) expected += "printed\nlogged\nwritten\nby a child\n";
  EXPECT_EQ(text, expected);
}

INSTANTIATE_TEST_SUITE_P(Languages, WorkerOutputOf, testing::Values(Language::kJava, Language::kPython),
                         [](const auto& tested) { return NameOf(tested.param); });

}  // namespace
}  // namespace tandem::test
