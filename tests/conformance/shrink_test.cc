// Random events, and how they are made smaller.
#include "shrink.h"

#include <gtest/gtest.h>

#include <set>

#include "event_maker.h"
#include "json_match.h"

namespace tandem::conformance {
namespace {

Json::Value Read(const std::string& text) {
  auto value = ValueOf(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Json::Value());
}

// Whether some member x, wherever it is, is a number above 1000.
bool HasLargeX(const Json::Value& value) {
  if (value.isObject() && value.isMember("x") && value["x"].isNumeric() && value["x"].asDouble() > 1000) return true;
  if (!value.isObject() && !value.isArray()) return false;
  for (const Json::Value& each : value) {
    if (HasLargeX(each)) return true;
  }
  return false;
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

TEST(Shrink, GivesUpAfterSoManyQuestions) {
  std::size_t asked = 0;
  const auto always = [](const Json::Value& value) { return value.isArray(); };
  Shrink(Read("[1, 2, 3, [4, [5]]]"), always, 1, asked);
  EXPECT_EQ(asked, 1U);
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
