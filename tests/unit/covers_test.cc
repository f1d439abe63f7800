// What a test records of the rules that it shows.
#include "tests/lib/covers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace tandem::test {
namespace {

// Tests that are none, but in a process that the tests below start: what they record is in no result that counts.
constexpr char kIsStarted[] = "TANDEM_TEST_COVERS";

void Passes() {
  Covers("X-01");
  Covers("X-03 X-02/java", std::string("X-01"));
}

void Fails() {
  Covers("X-01");
  ADD_FAILURE() << "on purpose";
  Covers("X-02");
}

void Boasts() {
  Covers("X-01", "X-02", "X-03", "X-04");
  Covers("X-05");
}

class Recorded : public ::testing::Test {
 public:
  explicit Recorded(void (*body)()) : body_(body) {}
  void TestBody() override { body_(); }

 private:
  void (*const body_)();
};

[[maybe_unused]] const bool kRegistered = [] {
  if (std::getenv(kIsStarted) == nullptr) return false;
  const std::pair<const char*, void (*)()> bodies[] = {{"Passes", Passes}, {"Fails", Fails}, {"Boasts", Boasts}};
  for (const auto& [name, body] : bodies) {
    ::testing::RegisterTest("Recorded", name, nullptr, nullptr, __FILE__, __LINE__,
                            [body = body]() -> Recorded* { return new Recorded(body); });
  }
  return true;
}();

// The JUnit result of one of them.
std::string ResultOf(const std::string& name, bool passes) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string file = ::testing::TempDir() + "covers-" + std::to_string(getpid()) + ".xml";
  const std::string command = std::string("env -u GTEST_TOTAL_SHARDS -u GTEST_SHARD_INDEX -u GTEST_REPEAT ") +
                              kIsStarted + "=1 '" + self + "' '--gtest_filter=Recorded." + name +
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
