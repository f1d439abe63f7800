#include "tandem/outcome.h"

#include <gtest/gtest.h>

#include "tests/lib/covers.h"

namespace tandem {
namespace {

std::string BodyOf(FunctionError error) {
  return std::string(Outcome::Error(std::move(error)).payload().view());
}

TEST(Outcome, ComposesAnErrorBodyFromItsParts) {
  EXPECT_EQ(BodyOf({.type = "T", .message = "m", .reported_type = {}, .stack_trace = {"a", "b"}}),
            R"({"errorMessage":"m","errorType":"T","stackTrace":["a","b"]})");
  EXPECT_EQ(BodyOf({.type = {}, .message = "m", .reported_type = {}, .stack_trace = {}}),
            R"({"errorMessage":"m","stackTrace":[]})");
}

TEST(Outcome, EscapesWhatJsonMustEscape) {
  EXPECT_EQ(BodyOf({.type = {}, .message = "\"\\\b\f\n\r\t\x01/", .reported_type = {}, .stack_trace = {}}),
            R"({"errorMessage":"\"\\\b\f\n\r\t\u0001/","stackTrace":[]})");
}

TEST(Outcome, KeepsUtf8AndReplacesWhatIsNot) {
  const auto message = [](const std::string& text) {
    const std::string body = BodyOf({.type = {}, .message = text, .reported_type = {}, .stack_trace = {}});
    const std::string prefix = R"({"errorMessage":")";
    return body.substr(prefix.size(), body.find("\",\"stackTrace") - prefix.size());
  };
  EXPECT_EQ(message("ä✅🎉"), "ä✅🎉");
  EXPECT_EQ(message("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(message("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "an overlong form";
  EXPECT_EQ(message("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD") << "a surrogate";
  EXPECT_EQ(message("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD") << "beyond U+10FFFF";
  EXPECT_EQ(message("\xE2\x9C"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut short";
}

TEST(Outcome, TakesABodyAsItIs) {
  const Outcome outcome = Outcome::Error({.type = "T", .message = "m", .reported_type = {}, .stack_trace = {}},
                                         Payload::Copy(R"({ "as": "posted" })"));
  EXPECT_EQ(outcome.payload().view(), R"({ "as": "posted" })") << "E-04";
  EXPECT_EQ(outcome.error().type, "T");
  test::Covers("E-04");
}

TEST(Outcome, AnAbsentContentTypeIsJson) {
  EXPECT_EQ(Outcome::Success(Payload::Copy("1")).content_type(), "application/json");
  EXPECT_EQ(Outcome::Success(Payload::Copy("1"), "application/unknown").content_type(), "application/unknown")
      << "J-16";
}

}  // namespace
}  // namespace tandem
