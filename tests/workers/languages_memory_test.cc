// How handlers of both languages fit into the memory size of their functions.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "both_languages.h"
#include "mixture.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

// A full heap is the language's own error where it has one.
TEST(FullHeap, IsAnErrorInJavaAndAKillInPython_E25_E46) {
  BothLanguages both;
  Function& java = both.Add(both.Config(Language::kJava));
  EXPECT_EQ(both.Call(java, "count"), "1");
  const InvokeResult full = both.Invoke(java, "fill");
  ASSERT_EQ(full.outcome.kind(), Outcome::Kind::kFunctionError) << Become(full.outcome);
  EXPECT_EQ(full.outcome.error().type, "java.lang.OutOfMemoryError") << Become(full.outcome);
  EXPECT_EQ(both.Call(java, "count"), "1") << "E-25: its process is replaced";

  Function& python = both.Add(both.Config(Language::kPython));
  EXPECT_EQ(both.Call(python, "count"), "1");
  const InvokeResult killed = both.Invoke(python, "fill");
  std::string expected = OutOfMemoryText();
  expected.replace(expected.find("ID"), 2, killed.request_id.view());
  EXPECT_EQ(Become(killed.outcome), expected);
  EXPECT_EQ(both.Call(python, "count"), "1");
  Covers("E-25/java", "E-46");
}

// What docs/isolation.md has of the options by which a JVM fits into the memory size.
TEST(JavasHeap, FitsTheMemorySize) {
  BothLanguages both;
  struct Case {
    std::int32_t memory_mb;
    int heap_mb;
    bool with_second_compiler;
  };
  for (const Case& tested :
       {Case{128, 80, false}, Case{256, 208, false}, Case{512, 435, true}, Case{3008, 2556, true}}) {
    FunctionConfig config = both.Config(Language::kJava);
    config.memory_size_mb = tested.memory_mb;
    Function& function = both.Add(config);
    const int heap = std::stoi(both.Call(function, "heap"));
    EXPECT_LE(heap, tested.heap_mb);  // less one of the two spaces of survivors
    EXPECT_GE(heap, tested.heap_mb * 9 / 10);
    EXPECT_EQ(both.Call(function, "collectors"), "Copy;MarkSweepCompact;") << "the serial one";
    const std::string options = both.Call(function, "options");
    EXPECT_EQ(options.find("TieredStopAtLevel=1") == std::string::npos, tested.with_second_compiler) << options;
    EXPECT_NE(options.find("-XX:-UsePerfData"), std::string::npos) << "it would leave a file in /tmp; " << options;
    for (const char* const file : {"-XX:ErrorFile=/dev/null", "-XX:ReplayDataFile=/dev/null"}) {
      EXPECT_NE(options.find(file), std::string::npos) << "it would leave a file in the package; " << options;
    }
  }
}

TEST(JavasHeap, IsWhatTheFunctionsOwnOptionsSay) {
  BothLanguages both;
  FunctionConfig config = both.Config(Language::kJava);
  config.variables["JAVA_TOOL_OPTIONS"] = "-Xmx40m -XX:+UseParallelGC";
  Function& function = both.Add(config);
  EXPECT_LE(std::stoi(both.Call(function, "heap")), 40);
  EXPECT_EQ(both.Call(function, "collectors"), "PS MarkSweep;PS Scavenge;");
}

TEST(SmallFunctions, HaveRoomForTheirHeap) {
  BothLanguages both;
  for (const Language language : {Language::kJava, Language::kPython}) {
    Function& function = both.Add(both.Config(language));
    for (int i = 0; i < 30; ++i) ASSERT_EQ(both.Call(function, "touch 32"), "32") << NameOf(language) << " " << i;
  }
}

// Which is not the machine's /tmp in either case (docs/isolation.md).
TEST(TemporaryFiles, OfAJvmAreWhereTheEnvironmentsAre) {
  BothLanguages both;
  Function& function = both.Add(both.Config(Language::kJava));
  const std::string named = both.Call(function, "environment TMPDIR");
  EXPECT_EQ(both.Call(function, "property java.io.tmpdir"), named == "null" ? "/tmp" : named);
}

}  // namespace
}  // namespace tandem::test
