// What a test records of the rules that it shows.
#include "tests/lib/covers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tandem::test {
namespace {

// Run by the tests below in a process of their own, so that what they record is in no result that counts.
class Recorded : public ::testing::Test {};

TEST_F(Recorded, DISABLED_Passes) {
  Covers("X-01");
  Covers("X-03 X-02/java", std::string("X-01"));
}

TEST_F(Recorded, DISABLED_Fails) {
  Covers("X-01");
  ADD_FAILURE() << "on purpose";
  Covers("X-02");
}

TEST_F(Recorded, DISABLED_Boasts) {
  Covers("X-01", "X-02", "X-03", "X-04");
  Covers("X-05");
}

// The JUnit result of one of them.
std::string ResultOf(const std::string& name, bool passes) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string file = ::testing::TempDir() + "covers-" + std::to_string(getpid()) + ".xml";
  const std::string command = "env -u GTEST_TOTAL_SHARDS -u GTEST_SHARD_INDEX -u GTEST_REPEAT '" + self +
                              "' --gtest_also_run_disabled_tests '--gtest_filter=Recorded.DISABLED_" + name +
                              "' '--gtest_output=xml:" + file + "' >/dev/null 2>&1";
  EXPECT_EQ(std::system(command.c_str()) == 0, passes) << command;
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  return text.str();
}

TEST(Covers, AddsUpWhatATestShows) {
  const std::string result = ResultOf("Passes", true);
  EXPECT_NE(result.find(R"(<property name="covers" value="X-01 X-02/java X-03"/>)"), std::string::npos) << result;
}

TEST(Covers, RecordsNothingAfterAFailure) {
  const std::string result = ResultOf("Fails", false);
  EXPECT_NE(result.find(R"(<property name="covers" value="X-01"/>)"), std::string::npos) << result;
}

TEST(Covers, FailsATestOfMoreThanFourRules) {
  const std::string result = ResultOf("Boasts", false);
  EXPECT_NE(result.find("covers more than 4 rules: X-01 X-02 X-03 X-04 X-05"), std::string::npos) << result;
  EXPECT_NE(result.find(R"(<property name="covers" value="X-01 X-02 X-03 X-04"/>)"), std::string::npos) << result;
}

}  // namespace
}  // namespace tandem::test
