// What a run makes of a target, whatever that does.
#include "conformance/run.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace tandem::conformance {
namespace {

// Answers by what the case's event says, and keeps which implementations have ended after how many cases.
class OddTarget final : public Target {
 public:
  std::string_view kind() const override { return "odd"; }
  std::string ReasonAgainst(const Implementation& /*implementation*/, const Case& /*given*/) override { return ""; }
  Observation Run(const SuiteFunction& /*function*/, const Implementation& /*implementation*/,
                  const Case& given) override {
    ++cases;
    if (given.event == "throw") throw std::runtime_error("too\nlarge");
    Observation seen;
    if (given.event == "problem") seen.problem = "two\nlines";
    return seen;
  }
  void End(const Implementation& implementation) override { ended.emplace_back(implementation.handler, cases); }
  void EndFunctions() override {}

  int cases = 0;
  std::vector<std::pair<std::string, int>> ended;
};

SuiteFunction* AddFunction(Suite& suite, const std::string& handler) {
  auto function = std::make_unique<SuiteFunction>();
  function->implementations["native"].language = "native";
  function->implementations["native"].handler = handler;
  return suite.functions.emplace_back(std::move(function)).get();
}

void AddCase(Suite& suite, const SuiteFunction* function, const std::string& event) {
  Case& added = suite.cases.emplace_back();
  added.function = function;
  added.event = event;
  added.expected["native"];
}

class RunTest : public testing::Test {
 protected:
  std::vector<CaseResult> Results() { return RunSuites(suites_, targets_, {}).results; }

  std::vector<Suite> suites_ = std::vector<Suite>(1);
  std::vector<std::unique_ptr<Target>> targets_ = [] {
    std::vector<std::unique_ptr<Target>> made;
    made.push_back(std::make_unique<OddTarget>());
    return made;
  }();
  OddTarget& target_ = static_cast<OddTarget&>(*targets_.front());
  Suite& suite_ = suites_.front();
};

TEST_F(RunTest, WhatIsThrownIsAProblemOfItsCaseAndTheFunctionBeginsAnew) {
  const auto* function = AddFunction(suite_, "f");
  for (const char* event : {"throw", "answer"}) AddCase(suite_, function, event);
  const std::vector<CaseResult> results = Results();
  EXPECT_EQ(results[0].observation.problem, R"(too\nlarge)");
  EXPECT_EQ(results[0].verdict, Verdict::kDiffers);
  EXPECT_EQ(results[1].verdict, Verdict::kPassed);
  EXPECT_EQ(target_.ended, (std::vector<std::pair<std::string, int>>{{"f", 1}, {"f", 2}}));
}

TEST_F(RunTest, AProblemIsOneLine) {
  AddCase(suite_, AddFunction(suite_, "f"), "problem");
  EXPECT_EQ(Results()[0].observation.problem, R"(two\nlines)");
}

TEST_F(RunTest, AFunctionEndsAfterItsLastCase) {
  const auto* f = AddFunction(suite_, "f");
  const auto* g = AddFunction(suite_, "g");
  for (const auto* function : {f, g, f, g, g}) AddCase(suite_, function, "answer");
  Results();
  EXPECT_EQ(target_.ended, (std::vector<std::pair<std::string, int>>{{"f", 3}, {"g", 5}}));
}

}  // namespace
}  // namespace tandem::conformance
