// How requests name functions.

#include <gtest/gtest.h>

#include <string>

#include "host/api/call.h"
#include "host/api/function_reference.h"
#include "tests/lib/covers.h"

namespace tandem::host {
namespace {

const Account kAccount{"eu-central-1", "123456789012"};

std::string Show(const ApiResult<FunctionReference>& reference) {
  return reference ? reference->name + "|" + reference->qualifier : reference.error().type;
}

TEST(FunctionNames, AreReadInEveryForm) {
  const auto show = [](std::string_view text, std::string_view qualifier = {}) {
    return Show(ParseFunctionReference(text, qualifier, kAccount));
  };
  EXPECT_EQ(show("f"), "f|");
  EXPECT_EQ(show("f:1"), "f|1");
  EXPECT_EQ(show("f:$LATEST"), "f|$LATEST");
  EXPECT_EQ(show("123456789012:function:f"), "f|");
  EXPECT_EQ(show("arn:aws:lambda:eu-central-1:123456789012:function:f:live"), "f|live");
  EXPECT_EQ(show("f", "live"), "f|live");
  EXPECT_EQ(show("f:live", "live"), "f|live");
  test::Covers("I-09");
  EXPECT_EQ(show("f:live", "1"), "InvalidParameterValueException");
  test::Covers("I-10");
  EXPECT_EQ(show("arn:aws:lambda:us-east-1:123456789012:function:f"), "ResourceNotFoundException");
  test::Covers("I-11");
  EXPECT_EQ(show(std::string(64, 'x')), std::string(64, 'x') + "|");
  for (const std::string& bad : {std::string(), std::string(65, 'x'), std::string("a b"), std::string("a:b:c"),
                                 std::string(1000, ':'), std::string("ä"), std::string("arn:aws:s3:::f")}) {
    EXPECT_EQ(show(bad), "ValidationException") << bad;
  }
  test::Covers("A-05");
}

TEST(Targets, AreTakenApart) {
  const ApiTarget target = ParseTarget("/2015-03-31/functions/a%3A1/x%2Fy?Marker=a%20b&Empty=&Flag&Plus=a+b");
  EXPECT_EQ(target.segments, (std::vector<std::string>{"2015-03-31", "functions", "a:1", "x/y"}));
  EXPECT_EQ(target.query, (std::vector<std::pair<std::string, std::string>>{
                              {"Marker", "a b"}, {"Empty", ""}, {"Flag", ""}, {"Plus", "a b"}}));
  EXPECT_EQ(ParseTarget("%zz%4").segments, (std::vector<std::string>{"%zz%4"}));
}

}  // namespace
}  // namespace tandem::host
