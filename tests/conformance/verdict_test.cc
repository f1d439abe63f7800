// What differs between an expectation and what was seen.
#include "conformance/verdict.h"

#include <gtest/gtest.h>

#include "json_match.h"

namespace tandem::conformance {
namespace {

Json::Value Parsed(const std::string& text) {
  const auto value = ValueOf(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Json::Value());
}

Observation Answer(const std::string& payload) {
  Observation seen;
  seen.payload = payload;
  return seen;
}

Observation Failure(const std::string& type, const std::string& message) {
  Observation seen = Answer("{}");
  seen.failed = true;
  seen.error_type = type;
  seen.error_message = message;
  return seen;
}

// The differences, a line each.
std::string Lines(const std::vector<Difference>& differences) {
  std::string lines;
  for (const Difference& each : differences) lines += each.what + ": " + each.expected + " | " + each.seen + "\n";
  return lines;
}

std::string JsonLines(const std::string& expected, const std::string& seen) {
  return Lines(CompareJson(Parsed(expected), Parsed(seen)));
}

TEST(Verdict, APayloadIsEqualByteByByte) {
  Expectation expected;
  expected.payload = "{\"a\": 1}";
  EXPECT_EQ(Lines(Compare(expected, Answer("{\"a\": 1}"))), "");
  EXPECT_EQ(Lines(Compare(expected, Answer("{\"a\":1}"))), "payload: {\"a\": 1} | {\"a\":1}\n");
}

TEST(Verdict, JsonIsEqualByValue) {
  EXPECT_EQ(JsonLines(R"({"a": [1, "x", null, true]})", R"( {"a":[1.0,"x",null,true]})"), "");
  EXPECT_EQ(JsonLines("1", "2"), "json at $: 1 | 2\n");
  EXPECT_EQ(JsonLines(R"({"a": {"b": [1, 2]}})", R"({"a": {"b": [1, 3]}})"), "json at $.a.b[1]: 2 | 3\n");
  EXPECT_EQ(JsonLines("[1]", "[1, 2]"), "json at $[1]: no such element | 2\n");
  EXPECT_EQ(JsonLines("[1, 2]", "[1]"), "json at $[1]: 2 | no such element\n");
  EXPECT_EQ(JsonLines(R"({"a": 1})", "{}"), "json at $.a: 1 | no such member\n");
  EXPECT_EQ(JsonLines("{}", R"({"a": 1})"), "json at $.a: no such member | 1\n");
  EXPECT_EQ(JsonLines(R"("1")", "1"), "json at $: \"1\" | 1\n");
  EXPECT_EQ(JsonLines("0", "false"), "json at $: 0 | false\n");
  EXPECT_EQ(JsonLines("null", "{}"), "json at $: null | {}\n");
}

TEST(Verdict, IntegersAreComparedInAllDigits) {
  EXPECT_EQ(JsonLines("9007199254740993", "9007199254740993"), "");
  EXPECT_NE(JsonLines("9007199254740993", "9007199254740992"), "");
  EXPECT_NE(JsonLines("18446744073709551615", "18446744073709551614"), "");
  EXPECT_NE(JsonLines("18446744073709551615", "-1"), "");
  EXPECT_EQ(JsonLines("1.5", "1.50"), "");
  EXPECT_NE(JsonLines("1.5", "1"), "");
  EXPECT_EQ(JsonLines("1e20", "100000000000000000001"), "json at $: 1e+20 | 100000000000000000001\n");
  EXPECT_EQ(JsonLines("1e20", "100000000000000000000"), "");
  EXPECT_EQ(JsonLines("-1e20", "-100000000000000000000"), "");
  EXPECT_NE(JsonLines("18446744073709551617", "18446744073709551999"), "");
  EXPECT_NE(JsonLines("18446744073709551616", "18446744073709551615"), "");
  EXPECT_NE(JsonLines("-9223372036854775809", "-9223372036854775808"), "");
  EXPECT_EQ(JsonLines(R"({"a": [18446744073709551617]})", R"({"a": [18446744073709551617]})"), "");
}

TEST(Verdict, MatchersSayWhatMayVary) {
  EXPECT_EQ(JsonLines(R"({"$any": true})", "[1]"), "");
  EXPECT_EQ(JsonLines(R"({"$type": "number"})", "1.5"), "");
  EXPECT_EQ(JsonLines(R"({"$type": "string"})", "1"), "json at $: a value of type string | 1\n");
  EXPECT_EQ(JsonLines(R"({"$pattern": "^a+$"})", R"("aaa")"), "");
  EXPECT_EQ(JsonLines(R"({"$pattern": "^a+$"})", R"("ab")"), "json at $: a text with /^a+$/ | \"ab\"\n");
  EXPECT_NE(JsonLines(R"({"$pattern": "1"})", "1"), "") << "a number is no text";
  EXPECT_EQ(JsonLines(R"({"$near": 1, "within": 0.5})", "1.5"), "");
  EXPECT_EQ(JsonLines(R"({"$near": 1, "within": 0.5})", "1.75"), "json at $: 1 \xC2\xB1 0.5 | 1.75\n");
  EXPECT_EQ(JsonLines(R"({"$uuid": true})", R"("8476a536-e9f4-41e8-9739-000000000001")"), "");
  EXPECT_NE(JsonLines(R"({"$uuid": true})", R"("8476a536e9f441e89739000000000001")"), "");
  EXPECT_EQ(JsonLines(R"({"$time": true})", R"("2024-02-29T23:59:59.5+01:00")"), "");
  EXPECT_NE(JsonLines(R"({"$time": true})", R"("2024-02-29")"), "");
  EXPECT_EQ(JsonLines(R"({"$time": true})", R"("2016-12-31T23:59:60Z")"), "") << "a leap second";
  for (const char* const time : {"2024-99-99T99:99:99Z", "2023-02-29T00:00:00Z", "2024-00-01T00:00:00Z",
                                 "2024-04-31T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
                                 "2024-01-01T00:00:61Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60"}) {
    EXPECT_NE(JsonLines(R"({"$time": true})", "\"" + std::string(time) + "\""), "") << time;
  }
  EXPECT_EQ(JsonLines(R"({"$unordered": [1, {"a": 2}]})", R"([{"a": 2}, 1])"), "");
  EXPECT_NE(JsonLines(R"({"$unordered": [1, 1]})", "[1, 2]"), "");
  EXPECT_NE(JsonLines(R"({"$unordered": [1]})", "[1, 1]"), "");
  EXPECT_EQ(JsonLines(R"({"$unordered": [{"$type": "number"}, 1]})", "[1, 2]"), "");
  EXPECT_EQ(JsonLines(R"({"$unordered": [{"$any": true}, {"$type": "number"}, 1]})", R"([1, 2, "a"])"), "");
  EXPECT_EQ(JsonLines(R"({"$unordered": [{"$type": "number"}, 1]})", R"([1, "a"])"),
            "json at $: in any order: 1 | [1, \"a\"]\n");
  EXPECT_EQ(JsonLines(R"({"$literal": {"$any": true}})", R"({"$any": true})"), "");
  EXPECT_NE(JsonLines(R"({"$literal": {"$any": true}})", "1"), "");
}

TEST(Verdict, AMatcherThatIsNoneHasAReason) {
  EXPECT_EQ(ReasonAgainst(Parsed(R"({"a": [{"$uuid": true}, {"$near": 1, "within": 0}]})")), "");
  EXPECT_EQ(ReasonAgainst(Parsed(R"({"a": [{"$uuid": 1}]})")), "$.a[0]: $uuid wants true");
  EXPECT_EQ(ReasonAgainst(Parsed(R"({"$near": 1})")), "$: $near wants a number of 0 or more beside it, within");
  EXPECT_EQ(ReasonAgainst(Parsed(R"({"$any": true, "b": 1})")), "$: $any stands alone");
  EXPECT_EQ(ReasonAgainst(Parsed(R"({"$type": "text"})")),
            "$: $type wants one of null, boolean, string, array, object, number");
  EXPECT_EQ(ReasonAgainst(Parsed(R"({"$unordered": [{"$uuid": 1}]})")), "$.$unordered[0]: $uuid wants true");
  EXPECT_NE(ReasonAgainst(Parsed(R"({"$pattern": "("})")).find("no regular expression"), std::string::npos);
  EXPECT_NE(ReasonAgainst(Parsed(R"({"$ref": 1})")).find("there is no matcher $ref"), std::string::npos);
}

TEST(Verdict, APayloadThatIsNoJsonDiffers) {
  Expectation expected;
  expected.json = Parsed("1");
  EXPECT_EQ(Lines(Compare(expected, Answer("1 2"))), "json: 1 | no JSON: 1 2\n");
  EXPECT_EQ(Lines(Compare(expected, Answer(""))), "json: 1 | no JSON: \n");
  EXPECT_NE(Lines(Compare(expected, Answer(std::string(100'000, '[')))), "");
}

TEST(Verdict, WhatIsAlmostJsonIsNone) {
  for (const char* const text : {"01", "1.", "-", "\"\xff\"", "\"\t\"", "\xEF\xBB\xBF\x31", R"({"a": 1, "a": 1})",
                                 "[1,]", "1 // one", "NaN", "'a'", ".5", "+1"}) {
    EXPECT_FALSE(ValueOf(text)) << text;
  }
  for (const char* const text : {"0", "-0.5e+3", R"("\u0009")", " [1]\n", R"({"a": {"a": 1}})"}) {
    EXPECT_TRUE(ValueOf(text)) << text;
  }
}

TEST(Verdict, AnErrorIsExpectedOrIsNot) {
  Expectation expected;
  expected.payload = "1";
  EXPECT_EQ(Lines(Compare(expected, Failure("KeyError", "'a'"))),
            "outcome: a response | the function error KeyError: 'a'\n");
  expected = {};
  expected.error_type = TextExpectation{"KeyError"};
  expected.error_message = TextExpectation{"^'[ab]'$", true};
  EXPECT_EQ(Lines(Compare(expected, Failure("KeyError", "'a'"))), "");
  EXPECT_EQ(Lines(Compare(expected, Failure("ValueError", "c"))),
            "error type: KeyError | ValueError\nerror message: a text with /^'[ab]'$/ | c\n");
  EXPECT_EQ(
      Lines(Compare(expected, Answer("1"))),
      "outcome: a function error of the type KeyError, with the message a text with /^'[ab]'$/ | the response 1\n");
}

TEST(Verdict, TheLogHasWhatItIsToHaveAndNothingElse) {
  Expectation expected;
  expected.log = {"(?m)^first$", "second"};
  expected.no_log = {"ERROR"};
  Observation seen = Answer("1");
  seen.log = "first\nsecond\n";
  EXPECT_EQ(Lines(Compare(expected, seen)), "");
  seen.log = "second\nERROR\n";
  EXPECT_EQ(Lines(Compare(expected, seen)),
            "log: /(?m)^first$/ in it | second\nERROR\n\nlog: /ERROR/ nowhere in it | second\nERROR\n\n");
}

TEST(Verdict, ChunksAreComparedOneByOne) {
  Expectation expected;
  expected.chunks = {"a", "b"};
  Observation seen = Answer("");
  seen.chunks = {"a", "b"};
  EXPECT_EQ(Lines(Compare(expected, seen)), "");
  seen.chunks = {"ab"};
  EXPECT_EQ(Lines(Compare(expected, seen)), "chunk 1: a | ab\nchunk 2: b | no such chunk\n");
  seen.chunks = {"a", "b", "c"};
  EXPECT_EQ(Lines(Compare(expected, seen)), "chunk 3: no such chunk | c\n");
}

TEST(Verdict, ALateAnswerDiffers) {
  Expectation expected;
  expected.most_duration = std::chrono::milliseconds(100);
  Observation seen = Answer("1");
  seen.duration = std::chrono::milliseconds(100);
  EXPECT_EQ(Lines(Compare(expected, seen)), "");
  seen.duration = std::chrono::milliseconds(101);
  EXPECT_EQ(Lines(Compare(expected, seen)), "duration: at most 100 ms | 101 ms\n");
}

TEST(Verdict, WithoutAnAnswerNothingElseIsLookedAt) {
  Expectation expected;
  expected.payload = "1";
  expected.log = {"x"};
  Observation seen;
  seen.problem = "ended by signal 11";
  EXPECT_EQ(Lines(Compare(expected, seen)), "answer: a response | ended by signal 11\n");
}

TEST(Verdict, ALongTextDoesNotExhaustTheStack) {
  Expectation expected;
  expected.log = {"^(a|b)*$"};
  Observation seen = Answer("1");
  seen.log.assign(1'000'000, 'a');
  EXPECT_EQ(Lines(Compare(expected, seen)), "");
}

}  // namespace
}  // namespace tandem::conformance
