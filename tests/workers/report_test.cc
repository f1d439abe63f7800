// The figures of the REPORT line of functions in worker processes, in both languages (L-43).
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <string>

#include "both_languages.h"
#include "faults/native_faults.h"

namespace tandem::test {
namespace {

struct Figures {
  double duration = -1;
  long billed = -1;
  long memory_size = -1;
  long max_memory = -1;
  double init_duration = -1;  // -1: there is none
};

class ReportTest : public testing::TestWithParam<Language> {
 protected:
  // Those of the one REPORT line of an invocation.
  Figures FiguresOf(const std::string& event) {
    const InvokeResult result = both_.Invoke(function_, event);
    EXPECT_TRUE(result.outcome.ok()) << event;
    static const std::regex kLine(
        "REPORT RequestId: (\\S+)\tDuration: (\\d+\\.\\d\\d) ms\tBilled Duration: (\\d+) ms\tMemory Size: (\\d+) MB\t"
        "Max Memory Used: (\\d+) MB\t(?:Init Duration: (\\d+\\.\\d\\d) ms\t)?\n");
    Figures figures;
    int lines = 0;
    for (const KeptRecord& record : both_.log.records()) {
      std::smatch parts;
      if (!std::regex_match(record.text, parts, kLine) || parts[1].str() != result.request_id.view()) continue;
      ++lines;
      figures = {std::stod(parts[2]), std::stol(parts[3]), std::stol(parts[4]), std::stol(parts[5]),
                 parts[6].matched ? std::stod(parts[6]) : -1};
    }
    EXPECT_EQ(lines, 1) << event;
    return figures;
  }

 private:
  static FunctionConfig Config(const BothLanguages& both) {
    FunctionConfig config = both.Config(GetParam());
    config.memory_size_mb = 512;
    return config;
  }

  BothLanguages both_;
  Function& function_ = both_.Add(Config(both_));
};

TEST_P(ReportTest, L43DurationIsWhatTheHandlerTook) {
  FiguresOf("count");
  const Figures figures = FiguresOf("sleep 200");
  EXPECT_GE(figures.duration, 200);
}

TEST_P(ReportTest, L43BilledDurationIsRoundedUpToMilliseconds) {
  for (const char* event : {"count", "sleep 20", "count"}) {
    const Figures figures = FiguresOf(event);
    EXPECT_GE(static_cast<double>(figures.billed), figures.duration - 0.005);  // of which two decimals are there
    EXPECT_LT(static_cast<double>(figures.billed), figures.duration + 1.005);
  }
}

TEST_P(ReportTest, L43InitDurationIsThereOnceAndI16NoMoreWhereItIsWarm) {
  EXPECT_GT(FiguresOf("count").init_duration, 0);
  EXPECT_EQ(FiguresOf("count").init_duration, -1);
}

TEST_P(ReportTest, L43MaxMemoryUsedRisesByWhatAHandlerTouches) {
  FiguresOf("count");
  const std::string touch = "native " + std::to_string(static_cast<int>(NativeFault::kTouch));
  const Figures before = FiguresOf("count");
  const Figures after = FiguresOf(touch);
  EXPECT_EQ(after.memory_size, 512);
  EXPECT_GE(after.max_memory - before.max_memory, 95);
  EXPECT_LE(after.max_memory - before.max_memory, 110);
  EXPECT_GE(FiguresOf("count").max_memory, after.max_memory) << "it is a peak";
}

TEST_P(ReportTest, L43MaxMemoryUsedRisesByWhatTheLanguageAllocates) {
  FiguresOf("touch 1");
  const Figures before = FiguresOf("touch 1");
  const Figures after = FiguresOf("touch 200");  // more than there is in a place of the heap that has been used before
  EXPECT_GE(after.max_memory - before.max_memory, 190);
  EXPECT_LE(after.max_memory - before.max_memory, 230);
}

INSTANTIATE_TEST_SUITE_P(All, ReportTest, testing::Values(Language::kJava, Language::kPython),
                         [](const auto& tested) { return NameOf(tested.param); });

}  // namespace
}  // namespace tandem::test
