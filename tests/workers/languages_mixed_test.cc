// Many invocations of both languages at once, of which some do harm.
#include <gtest/gtest.h>

#include <array>
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

std::vector<Kind> KindsOf(Function* function) {
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
  };
}

TEST(MixedLanguages, EachGetsWhatItAskedForAndNothingIsLeft_E40_E42_E46_E47_E48) {
  const std::size_t files_before = OpenFiles();
  std::string tag;
  {
    WorkerOptions options;
    options.most = 10;
    options.most_per_function = 2;
    BothLanguages both(options);
    tag = both.tag();
    std::vector<Kind> kinds;
    for (int i = 0; i < 2; ++i) {
      for (const Language language : {Language::kJava, Language::kPython}) {
        for (const Kind& kind : KindsOf(&both.Add(both.Config(language)))) kinds.push_back(kind);
      }
    }
    FunctionConfig shared = both.Config(Language::kJava);  // by several invocations at a time
    shared.max_concurrency = 3;
    for (Kind kind : KindsOf(&both.Add(shared))) {
      kind.shares = true;
      kinds.push_back(kind);
    }
    RunMixture(*both.operator->(), kinds, 20'000, std::chrono::seconds(8));
  }
  const std::vector<pid_t> left = WithTag(tag);
  EXPECT_TRUE(left.empty()) << Describe(left);
  EXPECT_EQ(OpenFiles(), files_before) << "a descriptor is left";
  Covers("E-40", "E-42", "E-46", "E-48");
}

}  // namespace
}  // namespace tandem::test
