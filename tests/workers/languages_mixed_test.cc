// Many invocations of both languages at once, of which some do harm.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "both_languages.h"
#include "faults/native_faults.h"
#include "mixture.h"
#include "tests/lib/covers.h"
#include "tests/workers/open_files.h"
#include "tests/workers/processes.h"

namespace tandem::test {
namespace {

using enum NativeFault;

// Some are 25 seconds' work of two processors.
constexpr HowMany kInvocations{.some = 3'000, .all = 20'000};
constexpr std::size_t kEnvironments = 8;

using Ask = std::function<std::string(std::mt19937& random, std::string& expected)>;

std::string Quoted(const std::string& text) {
  return '"' + text + '"';
}

Ask Always(const std::string& word, const std::string& expected) {
  return [word, expected](std::mt19937&, std::string& to) {
    to = expected;
    return Quoted(word);
  };
}

Ask Native(NativeFault fault, const std::string& expected) {
  return Always("native " + std::to_string(static_cast<int>(fault)), expected);
}

std::string Echo(std::mt19937& random, std::string& expected) {
  const std::string text = std::to_string(random()) + std::string(random() % 1000, 'x');
  expected = Quoted(text);
  return Quoted("echo " + text);
}

std::string Exit(std::mt19937& random, std::string& expected) {
  const std::string status = std::to_string(1 + random() % 255);
  expected = ExitText("exit status " + status);
  return Quoted((random() % 2 == 0 ? "exit " : "exit-now ") + status);
}

// Wherever it is interrupted, Python's handler may be.
std::string InTheMidstOf(Language language) {
  return std::string(language == Language::kPython ? CancelledText() : "");
}

std::vector<Kind> KindsOf(Language language, Function* function) {
  return {
      {function, 1000, Echo},
      {function, 50, Always("sleep 1", Quoted("slept"))},
      {function, 50, Always("print 100", Quoted("printed"))},
      {function, 10, Native(kFork, Quoted("0"))},
      {function, 10, Native(kForkTwice, Quoted("0"))},
      {function, 10, Native(kMaskSignals, Quoted("0"))},
      {function, 10, Native(kClearEnvironment, Quoted("0"))},
      {function, 4, Exit},
      {function, 2, Native(kKill, ExitText("signal: killed"))},
      {function, 2, Native(kAbort, ExitText("signal: aborted (core dumped)"))},
      {function, 1, Native(kHoard, OutOfMemoryText())},
      {.function = function,
       .weight = 25,
       .ask = Always("wait", Quoted("asked to yield")),
       .cancelled = Cancelled::kOnceItBegins},
      {.function = function,
       .weight = 25,
       .ask = Always("wait", Quoted("asked to yield")),
       .cancelled = Cancelled::kAgainAndAgain,
       .instead = InTheMidstOf(language)},
  };
}

// What temporary files would be in, and the start cache.
class MixedLanguages : public testing::Test {
 protected:
  MixedLanguages() {
    std::filesystem::create_directories(folder_ / "tmp");
    setenv("TMPDIR", (folder_ / "tmp").c_str(), 1);
  }
  ~MixedLanguages() override {
    unsetenv("TMPDIR");
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tmp")) << "a temporary file is left";
    std::filesystem::remove_all(folder_);
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("tandem-mixed-languages-" + std::to_string(getpid()));
};

TEST_F(MixedLanguages, EachGetsWhatItAskedForAndNothingIsLeft_E38_E40_E42_E46_E47_E48) {
  const std::size_t files_before = OpenFiles();
  std::string tag;
  {
    WorkerOptions options;
    options.most = kEnvironments;
    options.most_per_function = 2;
    BeginningSink sink;
    BothLanguages both(options, (folder_ / "cache").string(), sink);
    tag = both.tag();
    std::vector<Kind> kinds;
    for (const Language language : {Language::kJava, Language::kPython}) {
      for (int i = 0; i < 2; ++i) {
        for (const Kind& kind : KindsOf(language, &both.Add(both.Config(language)))) kinds.push_back(kind);
      }
      FunctionConfig late = both.Config(language);
      late.timeout = std::chrono::seconds(1);
      kinds.push_back({&both.Add(late), 3, Always("sleep 100000", TimeoutText("1.00"))});
    }
    FunctionConfig shared = both.Config(Language::kJava);  // by several invocations at a time
    shared.max_concurrency = 3;
    for (Kind kind : KindsOf(Language::kJava, &both.Add(shared))) {
      kind.shares = true;
      kinds.push_back(kind);
    }
    RunMixture(*both.operator->(), sink, kinds, kInvocations);
  }
  const std::vector<pid_t> left = WithTag(tag);
  EXPECT_TRUE(left.empty()) << Describe(left);
  EXPECT_EQ(OpenFiles(), files_before) << "a descriptor is left";
  Covers("E-40", "E-42", "E-46", "E-48");
}

}  // namespace
}  // namespace tandem::test
