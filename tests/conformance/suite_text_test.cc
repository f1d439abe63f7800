// The text of a suite, apart from what it means.
#include "suite_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem::conformance {
namespace {

std::string DefectIn(std::string_view json) {
  const auto defect = FindTextDefect(json);
  return defect ? std::to_string(defect->at) + ": " + defect->problem : "none";
}

std::string Put(std::string_view json, const std::vector<Parameter>& parameters) {
  const auto put = PutParametersIn(json, parameters);
  return put ? *put : put.status().message();
}

TEST(SuiteText, CompactJsonKeepsAllButSpaceAndComments) {
  EXPECT_EQ(CompactJson("{ \"a\" : [ 1.10 , -0 ] } // end"), R"({"a":[1.10,-0]})");
  EXPECT_EQ(CompactJson("/* a */1e5/**/"), "1e5");
  EXPECT_EQ(CompactJson("[1,// \"\r2]"), "[1,2]") << "a comment ends at either line break";
  EXPECT_EQ(CompactJson(R"(["a // b", "\" /* ", "\\" /* "x" */ ])"), R"(["a // b","\" /* ","\\"])");
}

TEST(SuiteText, EveryTextHasAnEnd) {
  for (const std::string_view text :
       {"\"a", "\"a\\", "/*", "/* *", "//", "/", "\"", "a/b", "", std::string_view("\0", 1).data()}) {
    EXPECT_LE(CompactJson(text).size(), text.size()) << text;
  }
}

TEST(SuiteText, NamesWhatIsNoJson) {
  EXPECT_EQ(DefectIn(R"({"a": [1, -2.5e+3, true, false, null, 0, "é\n"]})"), "none");
  for (const std::string word : {"01", "-", "1.", ".5", "+1", "1e", "NaN", "tru", "nulll", "'a'"}) {
    EXPECT_EQ(DefectIn("[" + word + "]"), "1: '" + word + "' is no JSON");
  }
  EXPECT_EQ(DefectIn("[" + std::string(100, 'a') + "]"), "1: this is no JSON");
  EXPECT_EQ(DefectIn("[\n\"\xFF\"]"), "2: this is no UTF-8 text");
  EXPECT_EQ(DefectIn("[\"a\tb\"]"), "1: a string has a control character: write it as an escape");
  EXPECT_EQ(DefectIn("[\"a\n]"), "1: a string does not end in its line");
  EXPECT_EQ(DefectIn("[1, 2] /* é"), "none");
}

TEST(SuiteText, ParametersBecomeValuesAndTexts) {
  const std::vector<Parameter> parameters = {{"x", "1.50"}, {"s", R"("a\"b")"}, {"o", R"({"k":"v"})"}};
  EXPECT_EQ(Put(R"(["${x}", "${s}", "${o}"])", parameters), R"([1.50, "a\"b", {"k":"v"}])");
  EXPECT_EQ(Put(R"(["is ${x}", "${s}!", "${x}${x}", "${o}."])", parameters),
            R"(["is 1.50", "a\"b!", "1.501.50", "{\"k\":\"v\"}."])");
  EXPECT_EQ(Put(R"({"${x}": 1, "${s}" /* of a member */ : 2})", parameters),
            R"({"1.50": 1, "a\"b" /* of a member */ : 2})");
  EXPECT_EQ(Put(R"(["$x", "{x}", "${x", "\u0024{x}"] // ${y})", parameters),
            R"(["$x", "{x}", "${x", "\u0024{x}"] // ${y})");
}

TEST(SuiteText, ValuesOfParametersAreNotReadAgain) {
  EXPECT_EQ(Put(R"(["${x}", "a${x}"])", {{"x", R"("${y}")"}}), R"(["${y}", "a${y}"])");
}

TEST(SuiteText, ParametersHaveToBeThere) {
  EXPECT_EQ(Put(R"(["${totl}"])", {{"total", "1"}}), "there is no parameter ${totl}; did you mean 'total'?");
  EXPECT_EQ(Put(R"(["a ${}"])", {{"x", "1"}, {"y", "2"}}), "there is no parameter ${}; allowed are x and y");
}

TEST(SuiteText, AdviceIsTheNearestOrAll) {
  EXPECT_EQ(AdviceOn("paylod", {"payload", "json"}), "did you mean 'payload'?");
  EXPECT_EQ(AdviceOn("pay", {"payload", "json"}), "did you mean 'payload'?");
  EXPECT_EQ(AdviceOn("xyzzy", {"payload", "json", "log"}), "allowed are payload, json and log");
  EXPECT_EQ(AdviceOn("xyzzy", {"pattern"}), "allowed is pattern");
}

}  // namespace
}  // namespace tandem::conformance
