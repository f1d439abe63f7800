// Random events, how they are made smaller, and what comes of them.
#include "shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "conformance/fuzz.h"
#include "event_maker.h"
#include "json_match.h"

namespace tandem::conformance {
namespace {

Json::Value Read(const std::string& text) {
  const auto value = ValueOf(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Json::Value());
}

// Whether some member x, wherever it is, is a number above 1000.
bool HasLargeX(const Json::Value& value) {
  if (value.isObject() && value.isMember("x") && value["x"].isNumeric() && value["x"].asDouble() > 1000) return true;
  if (!value.isObject() && !value.isArray()) return false;
  return std::any_of(value.begin(), value.end(), HasLargeX);
}

std::string Smallest(const std::string& event, const std::function<bool(const Json::Value&)>& holds) {
  std::size_t asked = 0;
  return LineOf(Shrink(Read(event), holds, 5000, asked));
}

TEST(Shrink, LeavesTheSmallestEventThatShowsIt) {
  EXPECT_EQ(Smallest(R"({"a": [1, {"b": {"x": 73952841, "y": "text"}}, "z"], "c": {"x": 5}})", HasLargeX),
            R"({"x": 1001})");
  EXPECT_EQ(Smallest(R"([[[{"x": 1000.01}]]])", HasLargeX), R"({"x": 1000.01})");
}

TEST(Shrink, MakesNumbersTextsAndArraysSmaller) {
  const auto above = [](const Json::Value& value) { return value.isIntegral() && value.asInt64() > 12; };
  EXPECT_EQ(Smallest("9223372036854775807", above), "13");
  const auto below = [](const Json::Value& value) { return value.isIntegral() && value.asInt64() < -12; };
  EXPECT_EQ(Smallest("-9223372036854775808", below), "-13");
  const auto has_u = [](const Json::Value& value) {
    return value.isString() && value.asString().find("\xC3\xBC") != std::string::npos;
  };
  EXPECT_EQ(Smallest("\"abcdef\xC3\xBC\xE2\x9C\x93xyz\"", has_u), "\"\xC3\xBC\"");
  const auto three = [](const Json::Value& value) { return value.isArray() && value.size() >= 3; };
  EXPECT_EQ(Smallest(R"([{"a": 1}, 2, "x", [4, 5], null, true])", three), "[null, null, null]");
}

TEST(Shrink, MakesFractionsSmaller) {
  const auto above = [](const Json::Value& value) {
    return value.isDouble() && !value.isIntegral() && value.asDouble() > 1000;
  };
  EXPECT_EQ(Smallest("73952841.37", above), "1000.3");
  const auto below = [](const Json::Value& value) {
    return value.isDouble() && !value.isIntegral() && value.asDouble() < -12;
  };
  EXPECT_EQ(Smallest("-73952841.37", below), "-12.3");
  const auto fraction = [](const Json::Value& value) { return value.isDouble() && !value.isIntegral(); };
  EXPECT_EQ(Smallest("-5.25", fraction), "0.2");
}

TEST(Shrink, GivesUpAfterSoManyQuestions) {
  std::size_t asked = 0;
  const auto always = [](const Json::Value& value) { return value.isArray(); };
  Shrink(Read("[1, 2, 3, [4, [5]]]"), always, 1, asked);
  EXPECT_EQ(asked, 1U);
}

// Answers with the language.
class Parrot final : public Target {
 public:
  Parrot(std::string name, std::string served) : name_(std::move(name)), served_(std::move(served)) {}

  std::string_view kind() const override { return name_; }
  std::string ReasonAgainst(const Implementation& implementation, const Case& /*given*/) override {
    return served_.empty() || implementation.language == served_ ? "" : "it has no tongue";
  }
  Observation Run(const SuiteFunction& /*function*/, const Implementation& implementation,
                  const Case& /*given*/) override {
    ++asked;
    Observation seen;
    seen.payload = "\"" + implementation.language + "\"";
    return seen;
  }
  void EndFunctions() override {}

  int asked = 0;

 private:
  const std::string name_;
  const std::string served_;  // a language; empty: all
};

std::vector<Suite> SuiteIn(const std::vector<std::string>& languages) {
  std::vector<Suite> suites(1);
  auto function = std::make_unique<SuiteFunction>();
  for (const std::string& language : languages) function->implementations[language].language = language;
  Case given;
  given.event = R"({"a": [1, {"b": {"x": 73952841, "y": "text"}}, "z"], "c": {"x": 5}})";
  given.function = function.get();
  suites[0].cases.push_back(std::move(given));
  suites[0].functions.push_back(std::move(function));
  return suites;
}

TEST(Fuzz, IsStoppedWhileAnEventIsMadeSmaller) {
  auto parrot = std::make_unique<Parrot>("inline", "");
  const Parrot& asked = *parrot;
  std::vector<std::unique_ptr<Target>> targets;
  targets.push_back(std::move(parrot));
  RunOptions options;
  options.is_stopped = [&] { return asked.asked >= 2; };
  const auto run = FuzzSuites(SuiteIn({"a", "b"}), targets, options, {});
  EXPECT_EQ(asked.asked, 4) << "two that differ, and both once more for the report";
  ASSERT_EQ(run.results.size(), 1U);
  EXPECT_NE(run.results[0].differences.at(0).seen.find("steps, then cut off: "), std::string::npos);
}

TEST(Fuzz, TellsHowFarTheEventHasBeenMadeSmaller) {
  std::vector<std::unique_ptr<Target>> targets;
  targets.push_back(std::make_unique<Parrot>("inline", ""));
  std::vector<std::string> told;
  RunOptions options;
  options.on_progress = [&](std::size_t, std::size_t, const CaseResult& next) { told.push_back(next.name); };
  const auto run = FuzzSuites(SuiteIn({"a", "b"}), targets, options, {});
  EXPECT_EQ(told.at(1), ", event 1, made smaller");
  EXPECT_EQ(run.results.at(0).differences.at(0).seen.find("cut off"), std::string::npos);
}

TEST(Fuzz, ATargetOfTheFirstImplementationHasAResult) {
  std::vector<std::unique_ptr<Target>> targets;
  targets.push_back(std::make_unique<Parrot>("ric", "a"));
  targets.push_back(std::make_unique<Parrot>("process", ""));
  const auto run = FuzzSuites(SuiteIn({"a", "b"}), targets, {}, {});
  std::string results;
  for (const CaseResult& each : run.results) results += each.language + " " + each.target + " " + each.reason + "\n";
  EXPECT_EQ(results, "b ric it has no tongue\na ric \nb process \n");
}

TEST(EventMaker, ASeedMakesTheSameEvents) {
  const std::vector<Json::Value> examples = {Read(R"({"x": 1, "lines": [{"q": 2}]})")};
  EventMaker one(7, examples);
  EventMaker other(7, examples);
  EventMaker third(8, examples);
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string event = LineOf(one.Next());
    EXPECT_EQ(event, LineOf(other.Next()));
    if (event == LineOf(third.Next())) ++same;
  }
  EXPECT_LT(same, 50);
}

TEST(EventMaker, FindsALargeXAndMuchElse) {
  EventMaker maker(1, {Read(R"({"order": {"lines": [{"x": 1, "name": "a"}]}})")});
  std::set<std::string> events;
  int large = 0;
  for (int i = 0; i < 1000; ++i) {
    const Json::Value event = maker.Next();
    events.insert(LineOf(event));
    if (HasLargeX(event)) ++large;
  }
  EXPECT_GT(large, 20);
  EXPECT_GT(events.size(), 500U);
}

}  // namespace
}  // namespace tandem::conformance
