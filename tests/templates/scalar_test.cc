// Values as YAML 1.1 has them.
#include "scalar.h"

#include <gtest/gtest.h>

namespace tandem::templates {
namespace {

TreeNode Plain(const std::string& text) {
  TreeNode node;
  node.text = text;
  node.plain = true;
  return node;
}

struct Case {
  const char* written;
  Scalar::Kind kind;
  const char* text;
};

class ScalarCases : public testing::TestWithParam<Case> {};

TEST_P(ScalarCases, AreReadAsTheDeploymentToolsReadThem) {
  const Scalar scalar = ReadScalar(Plain(GetParam().written));
  EXPECT_EQ(scalar.kind, GetParam().kind) << GetParam().written;
  EXPECT_EQ(scalar.text, GetParam().text);
}

using Kind = Scalar::Kind;

INSTANTIATE_TEST_SUITE_P(Yaml11, ScalarCases,
                         testing::Values(Case{"", Kind::kNull, ""}, Case{"~", Kind::kNull, ""},
                                         Case{"null", Kind::kNull, ""}, Case{"on", Kind::kBoolean, "true"},
                                         Case{"Yes", Kind::kBoolean, "true"}, Case{"true", Kind::kBoolean, "true"},
                                         Case{"off", Kind::kBoolean, "false"}, Case{"NO", Kind::kBoolean, "false"},
                                         Case{"y", Kind::kText, "y"}, Case{"n", Kind::kText, "n"},
                                         Case{"tRUE", Kind::kText, "tRUE"}, Case{"10", Kind::kInteger, "10"},
                                         Case{"+5", Kind::kInteger, "5"}, Case{"-5", Kind::kInteger, "-5"},
                                         Case{"1_000", Kind::kInteger, "1000"}, Case{"0755", Kind::kInteger, "493"},
                                         Case{"0", Kind::kInteger, "0"}, Case{"0o17", Kind::kText, "0o17"},
                                         Case{"012345678912", Kind::kText, "012345678912"},
                                         Case{"0x1F", Kind::kInteger, "31"}, Case{"0b101", Kind::kInteger, "5"},
                                         Case{"0b2", Kind::kText, "0b2"}, Case{"1:30", Kind::kInteger, "90"},
                                         Case{"190:20:30", Kind::kInteger, "685230"}, Case{"1:60", Kind::kText, "1:60"},
                                         Case{"1:", Kind::kText, "1:"}, Case{"0:30", Kind::kText, "0:30"},
                                         Case{":30", Kind::kText, ":30"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, ScalarCases,
    testing::Values(Case{"123456789012345678901234567890", Kind::kInteger, "123456789012345678901234567890"},
                    Case{"0xFFFFFFFFFFFFFFFFFF", Kind::kText, "0xFFFFFFFFFFFFFFFFFF"},
                    Case{"99999999999999999999:30", Kind::kText, "99999999999999999999:30"},
                    Case{"1.10", Kind::kFloat, "1.1"}, Case{"3.0", Kind::kFloat, "3.0"},
                    Case{"-1.5", Kind::kFloat, "-1.5"}, Case{".5", Kind::kFloat, "0.5"},
                    Case{"1.", Kind::kFloat, "1.0"}, Case{"1.5e+3", Kind::kFloat, "1500.0"},
                    Case{"1e3", Kind::kText, "1e3"}, Case{"1.5e3", Kind::kText, "1.5e3"},
                    Case{"1.2.3", Kind::kText, "1.2.3"}, Case{".", Kind::kText, "."}, Case{"_1", Kind::kText, "_1"},
                    Case{"+", Kind::kText, "+"}, Case{"--1", Kind::kText, "--1"},
                    Case{"python3.11", Kind::kText, "python3.11"}, Case{"2010-09-09", Kind::kText, "2010-09-09"}));

TEST(Scalar, WhatIsQuotedIsText) {
  EXPECT_EQ(ReadScalar(*MakeText("on", {})).text, "on");
  EXPECT_EQ(ReadScalar(*MakeText("0755", {})).text, "0755");
  EXPECT_EQ(ReadScalar(*MakeText("", {})).kind, Kind::kText);
}

TEST(Scalar, WholeNumbers) {
  EXPECT_EQ(IntegerOf(Plain("10")), 10);
  EXPECT_EQ(IntegerOf(*MakeText("10", {})), 10) << "a text that is a number";
  EXPECT_EQ(IntegerOf(Plain("010")), 8);
  EXPECT_EQ(IntegerOf(*MakeText("010", {})), 10);
  for (const char* text : {"", "ten", "1.5", "99999999999999999999", "10s", " 10"}) {
    EXPECT_EQ(IntegerOf(*MakeText(text, {})), std::nullopt) << text;
  }
  EXPECT_EQ(IntegerOf(Plain("on")), std::nullopt);
  EXPECT_EQ(IntegerOf(*MakeList({}, {})), std::nullopt);
}

}  // namespace
}  // namespace tandem::templates
