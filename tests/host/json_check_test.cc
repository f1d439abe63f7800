// Whether bytes are JSON.

#include "host/api/json_check.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "host/api/json.h"

namespace tandem::host {
namespace {

TEST(JsonCheck, TakesWhatIsJson) {
  for (const char* text : {"1",
                           "-0",
                           "0.5",
                           "1e5",
                           "-1.5E-7",
                           "\"\"",
                           "\"x\"",
                           "null",
                           "true",
                           "false",
                           "[]",
                           "{}",
                           " [ 1 , 2 ] ",
                           "{\"a\":{\"b\":[{},[]]}}",
                           "\"\\u00e4\\n\\\"\\/\"",
                           "\"\\ud800\"",
                           "\"ä✅🎉\"",
                           "\t\r\n1\n",
                           "\"\x7f\"",
                           "123456789012345678901234567890",
                           "1e999999"}) {
    EXPECT_FALSE(FindJsonFault(text)) << text;
  }
}

TEST(JsonCheck, RefusesWhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:2}",
                           "'x'",
                           "\"x",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\u12",
                           "\"\n\"",
                           "\"\x01\"",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "1e+",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "tru",
                           "nul",
                           "truee",
                           "1 2",
                           "[1}",
                           "{\"a\":1]",
                           "\xff",
                           "\"\xff\"",
                           "\"\xc3\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xe0\x80\x80\"",
                           "// x\n1",
                           "\xef\xbb\xbf\x31"}) {
    EXPECT_TRUE(FindJsonFault(text)) << text;
  }
  EXPECT_TRUE(FindJsonFault(std::string_view("1\0", 2)));
}

TEST(JsonCheck, SaysWhereAndWhat) {
  const auto fault = FindJsonFault("{\"a\": nope}");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->at, 6U);
  EXPECT_EQ(fault->token, "nope");
  EXPECT_EQ(FindJsonFault("[1,")->token, "");
}

TEST(JsonCheck, TakesAnyDepth) {
  constexpr std::size_t kDepth = 1'000'000;
  EXPECT_FALSE(FindJsonFault(std::string(kDepth, '[') + std::string(kDepth, ']')));
  EXPECT_TRUE(FindJsonFault(std::string(kDepth, '[') + std::string(kDepth - 1, ']')));
}

// Texts near JSON, by a fixed seed: Jsoncpp, strict, and the check agree.
TEST(JsonCheck, AgreesWithTheLibrary) {
  constexpr std::array kPieces = {"{", "}",    "[",    "]",    ",", ":",       "\"a\"",
                                  "1", "-2.5", "true", "null", " ", "\"\\n\"", "x"};
  std::mt19937 random(20261126);  // NOLINT(bugprone-random-generator-seed): the same texts each time
  int good = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 9 + 1; n > 0; --n) text += kPieces.at(random() % kPieces.size());
    const bool is_json = ParseJson(text).has_value();
    EXPECT_EQ(!FindJsonFault(text), is_json) << text;
    good += is_json ? 1 : 0;
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace tandem::host
