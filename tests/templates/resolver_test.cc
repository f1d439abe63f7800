// Functions, parameters, conditions and mappings of a template, worked out.
#include "resolver.h"

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>

#include "scalar.h"

namespace tandem::templates {
namespace {

constexpr char kTemplate[] = R"(
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Debug: {Type: String, Default: yes, AllowedValues: [yes, no]}
  Port: {Type: Number, Default: 8080}
  Zones: {Type: CommaDelimitedList, Default: "a, b ,c"}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: ''}
  Secret: {Type: String, NoEcho: true}
  Kept: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
  Wrong: {Type: String, Default: x, AllowedValues: [y]}
Mappings:
  Sizes: {dev: {Memory: 128}, prod: {Memory: 1024}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]}
  HasDebug: !Equals [!Ref Debug, "yes"]
  HasTrue: !Equals [!Ref Debug, "true"]
  Circle: !Not [!Condition Circle]
  Odd: true
Resources:
  Hello: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub "hello-${Stage}"}}
  Plain: {Type: AWS::Lambda::Function}
  Layer: {Type: AWS::Serverless::LayerVersion}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "t-${Stage}"}}
  Queue: {Type: AWS::SQS::Queue}
  Loop: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Ref Loop}}
)";

// A template and what one value in it comes to.
class ResolverTest : public testing::Test {
 protected:
  NodePtr Value(const std::string& text, const std::map<std::string, std::string>& parameters = {}) {
    TemplateOptions options;
    options.parameters = parameters;
    options.region = "eu-west-1";
    const auto root = ParseDocument(kTemplate, "t.yaml");
    const auto value = ParseDocument(text, "value");
    auto stack = Stack::Create(*root, "t.yaml", options);
    EXPECT_TRUE(root && value && stack) << stack.status().message() << value.status().message();
    stack_ = std::make_unique<Stack>(std::move(*stack));
    resolver_ = std::make_unique<Resolver>(*stack_);
    return resolver_->Resolve(*value);
  }

  // A scalar's text, a list's in brackets.
  static std::string Shown(const TreeNode& node) {
    if (node.is_scalar()) return TextOf(node);
    if (node.is_absent()) return "(absent)";
    std::string all;
    for (const NodePtr& item : node.items) all += (all.empty() ? "" : "|") + Shown(*item);
    for (const Entry& entry : node.entries) all += (all.empty() ? "" : "|") + entry.key + "=" + Shown(*entry.value);
    return (node.is_list() ? "[" : "{") + all + (node.is_list() ? "]" : "}");
  }

  std::string Resolved(const std::string& text, const std::map<std::string, std::string>& parameters = {}) {
    return Shown(*Value(text, parameters));
  }

  std::string Reason(const std::string& text) {
    try {
      return "resolved: " + Shown(*Value(text));
    } catch (const Unresolvable& error) {
      return error.what();
    }
  }

  std::unique_ptr<Stack> stack_;
  std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverTest, Parameters) {
  EXPECT_EQ(Resolved("!Ref Stage"), "dev");
  EXPECT_EQ(Resolved("{\"Ref\": \"Stage\"}", {{"Stage", "prod"}}), "prod");
  EXPECT_EQ(Resolved("!Ref Debug"), "true") << "as YAML 1.1 reads its default";
  EXPECT_EQ(Resolved("!Ref Debug", {{"Debug", "no"}}), "no") << "the command line is text";
  EXPECT_EQ(Resolved("!Ref Port"), "8080");
  EXPECT_EQ(Resolved("!Ref Zones"), "[a|b|c]");
  EXPECT_EQ(Resolved("!Ref Subnets"), "[]");
  EXPECT_EQ(Resolved("!Ref Kept", {{"Kept", "v"}}), "v");
  EXPECT_EQ(Reason("!Ref Secret"), "the parameter Secret has no Default; give one with --parameter Secret=VALUE");
  EXPECT_NE(Reason("!Ref Kept").find("kept in an account"), std::string::npos);
  EXPECT_EQ(Reason("!Ref Wrong"), "the Default of Wrong, 'x' is none of its AllowedValues: y");
  EXPECT_EQ(Reason("!Ref Gone"), "there is no parameter or resource 'Gone'");
  EXPECT_EQ(Reason("!Ref [a]"), "Ref takes a name, not a list");
}

TEST_F(ResolverTest, PseudoParametersHaveLocalValues) {
  EXPECT_EQ(Resolved("!Ref AWS::Region"), "eu-west-1");
  EXPECT_EQ(Resolved("!Sub '${AWS::AccountId}.${AWS::Partition}.${AWS::URLSuffix}.${AWS::StackName}'"),
            "012345678912.aws.amazonaws.com.local");
  EXPECT_EQ(Resolved("!Ref AWS::StackId"), "arn:aws:cloudformation:eu-west-1:012345678912:stack/local/local");
  EXPECT_EQ(Resolved("[a, !Ref AWS::NoValue, {x: !Ref AWS::NoValue, y: 1}]"), "[a|{y=1}]");
  EXPECT_EQ(Resolved("!Ref AWS::NoValue"), "(absent)");
  EXPECT_EQ(Resolved("!Ref AWS::NotificationARNs"), "[]");
  EXPECT_EQ(Reason("!Ref AWS::Nothing"), "there is no pseudo parameter AWS::Nothing");
}

TEST_F(ResolverTest, Resources) {
  EXPECT_EQ(Resolved("!Ref Hello"), "hello-dev");
  EXPECT_EQ(Resolved("!Ref Plain"), "Plain");
  EXPECT_EQ(Resolved("!GetAtt Hello.Arn"), "arn:aws:lambda:eu-west-1:012345678912:function:hello-dev");
  EXPECT_EQ(Resolved("{\"Fn::GetAtt\": \"Plain.Arn\"}"), "arn:aws:lambda:eu-west-1:012345678912:function:Plain");
  EXPECT_EQ(Resolved("!Ref Layer"), "arn:aws:lambda:eu-west-1:012345678912:layer:Layer:1");
  EXPECT_EQ(Resolved("!Ref Table"), "t-dev");
  EXPECT_TRUE(resolver_->TakeRemarks().empty());
  EXPECT_EQ(Reason("!GetAtt Table.Arn"), "nothing of AWS::DynamoDB::Table is created here, so Table.Arn has no value");
  EXPECT_EQ(Reason("!GetAtt Gone.Arn"), "there is no resource 'Gone'");
  EXPECT_EQ(Reason("!GetAtt Plain"), "Fn::GetAtt takes a list of 2");
}

TEST_F(ResolverTest, AnIdStandsForWhatIsNotCreatedAndIsRemarked) {
  EXPECT_EQ(Resolved("\n\n!Ref Queue"), "Queue");
  const auto remarks = resolver_->TakeRemarks();
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_EQ(remarks[0].mark.line, 3);
  EXPECT_EQ(remarks[0].text,
            "nothing of AWS::SQS::Queue is created here, so the id Queue stands for what Ref would give");
  EXPECT_TRUE(resolver_->TakeRemarks().empty());
}

TEST_F(ResolverTest, Sub) {
  EXPECT_EQ(Resolved("!Sub 'a-${Stage}-${!Literal}-$x-${Hello.Arn}'"),
            "a-dev-${Literal}-$x-arn:aws:lambda:eu-west-1:012345678912:function:hello-dev");
  EXPECT_EQ(Resolved("!Sub ['${A}/${Stage}', {A: !Ref Port}]"), "8080/dev");
  EXPECT_EQ(Resolved("!Sub ['${Stage}', {Stage: own}]"), "own");
  EXPECT_EQ(Resolved("!Sub 'open ${'"), "open ${");
  EXPECT_EQ(Resolved("!Sub '${Debug}'"), "true");
  EXPECT_EQ(Reason("!Sub '${Gone}'"), "there is no parameter or resource 'Gone'");
  EXPECT_EQ(Reason("!Sub '${Zones}'"), "${Zones} takes a text here, not a list");
  EXPECT_EQ(Reason("!Sub [a]"), "Fn::Sub takes a list of 2");
}

TEST_F(ResolverTest, TextsAndLists) {
  EXPECT_EQ(Resolved("!Join ['-', [a, !Ref Stage, 010, !Ref AWS::NoValue]]"), "a-dev-8");
  EXPECT_EQ(Resolved("!Join [',', !Ref Zones]"), "a,b,c");
  EXPECT_EQ(Resolved("!Select [1, !Ref Zones]"), "b");
  EXPECT_EQ(Resolved("!Select ['0', !Split ['/', 'x/y']]"), "x");
  EXPECT_EQ(Resolved("!Split [',', 'a,,b']"), "[a||b]");
  EXPECT_EQ(Resolved("Fn::Base64: !Sub 'hi ${Stage}'"), "aGkgZGV2");
  EXPECT_EQ(Resolved("!FindInMap [Sizes, !Ref Stage, Memory]"), "128");
  EXPECT_EQ(Resolved("!FindInMap [Sizes, test, Memory, {DefaultValue: 1}]"), "1");
  EXPECT_EQ(Reason("!FindInMap [Sizes, test, Memory]"), "there is no Mappings.Sizes.test.Memory");
  EXPECT_EQ(Reason("!Select [3, !Ref Zones]"), "Fn::Select: there is no item 3 among 3");
  EXPECT_EQ(Reason("!Select [-1, !Ref Zones]"), "Fn::Select: there is no item -1 among 3");
  EXPECT_EQ(Reason("!Split ['', a]"), "Fn::Split takes a delimiter that is not empty");
}

TEST_F(ResolverTest, LanguageExtensions) {
  EXPECT_EQ(Resolved("!Length [a, !Ref Stage, !Ref AWS::NoValue]"), "2");
  EXPECT_EQ(Resolved("{'Fn::Length': {Ref: Zones}}"), "3");
  EXPECT_EQ(Resolved("!Select [!Length [a], !Split [',', 'x,y']]"), "y");
  EXPECT_EQ(Reason("!Length abc"), "Fn::Length takes a list, not a text");
  EXPECT_EQ(
      Resolved("!ToJsonString {b: !Ref Stage, a: [1, 1.50, yes, ~, 'yes', {}, []], \"q\\\"\\n\\x01\\\\\": !Ref Zones, "
               "n: !Ref AWS::NoValue}"),
      R"({"b":"dev","a":[1,1.5,true,null,"yes",{},[]],"q\"\n\u0001\\":["a","b","c"]})");
  EXPECT_EQ(Reason("!ToJsonString text"), "Fn::ToJsonString takes a map or a list, not a text");
  EXPECT_EQ(Reason("!ToJsonString [!Ref Gone]"), "there is no parameter or resource 'Gone'");
}

TEST_F(ResolverTest, Conditions) {
  const std::string both = "!If [IsProd, p, d]";
  EXPECT_EQ(Resolved(both), "d");
  EXPECT_EQ(Resolved(both, {{"Stage", "prod"}}), "p");
  EXPECT_EQ(Resolved("[!If [IsDev, 1, 2], !If [Both, 1, 2], !If [Either, 1, 2]]"), "[1|2|1]");
  EXPECT_EQ(Resolved("!If [IsProd, !Ref Gone, fine]"), "fine") << "the other branch is not looked at";
  EXPECT_EQ(Resolved("[!If [HasDebug, 1, 2], !If [HasTrue, 1, 2]]"), "[1|1]") << "either reading of an unquoted yes";
  EXPECT_EQ(Reason("!If [Gone, 1, 2]"), "there is no condition 'Gone'");
  EXPECT_EQ(Reason("!If [Circle, 1, 2]"), "this goes in a circle, or is nested too deeply");
  EXPECT_EQ(Reason("!If [Odd, 1, 2]"), "this is no condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not");
}

TEST_F(ResolverTest, WhatNeedsAnAccountHasNoValue) {
  EXPECT_EQ(Reason("!ImportValue x"), "Fn::ImportValue needs an account, so it has no value here");
  EXPECT_EQ(Reason("Fn::Transform: {Name: AWS::Include}"), "Fn::Transform needs an account, so it has no value here");
  EXPECT_EQ(Reason("!Cidr [a, 1, 2]"), "Fn::Cidr is not worked out here");
  EXPECT_EQ(Reason("!Foo x"), "!Foo is not worked out here");
}

TEST_F(ResolverTest, CirclesAndBombsEnd) {
  EXPECT_EQ(Reason("!Ref Loop"), "this goes in a circle, or is nested too deeply");
  std::ostringstream bomb;
  std::ostringstream join;
  bomb << "a0: &a0 [x, x]\n";
  join << "b0: &b0 xxxxxxxx\n";
  for (int i = 1; i < 30; ++i) {
    bomb << 'a' << i << ": &a" << i << " [*a" << i - 1 << ", *a" << i - 1 << "]\n";
    join << 'b' << i << ": &b" << i << " !Join ['', [*b" << i - 1 << ", *b" << i - 1 << "]]\n";
  }
  std::ostringstream json;
  json << "c0: &c0 " << std::string(1000, 'x') << "\nall: !ToJsonString [";
  for (int i = 0; i < 2000; ++i) json << "*c0, ";
  EXPECT_EQ(Reason(json.str() + "a]"), "this is too large to be worked out");
  std::ostringstream patterns;
  const std::string pattern = std::string(190, 'a') + "*b";
  patterns << "Parameters: {";
  for (int i = 0; i < 500; ++i) {
    patterns << 'P' << i << ": {Type: String, AllowedPattern: '" << pattern << "', Default: " << std::string(250, 'a')
             << "}, ";
  }
  patterns << "}\nResources: {}";
  const auto many = ParseDocument(patterns.str(), "t.yaml");
  ASSERT_TRUE(many) << many.status().message();
  const auto stack = Stack::Create(*many, "t.yaml", {});
  Resolver resolver(*stack);
  const auto refer = [&](int to) -> std::string {
    try {
      return Shown(*resolver.Resolve(*ParseDocument("!Ref P" + std::to_string(to), "value")));
    } catch (const Unresolvable& error) {
      return error.what();
    }
  };
  const std::string refused =
      "the Default of P0, '" + std::string(250, 'a') + "' does not match its AllowedPattern " + pattern;
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(refer(0), refused) << "looked at once";
  for (int i = 0; i < 499; ++i) refer(i);
  EXPECT_EQ(refer(499), "this is too large to be worked out");

  EXPECT_EQ(Reason(bomb.str()), "this is too large to be worked out");
  EXPECT_EQ(Reason(join.str()), "this is too large to be worked out");
}

TEST(StackTest, ParametersAreChecked) {
  const auto root = ParseDocument(kTemplate, "t.yaml");
  const auto refusal = [&](const std::string& name, const std::string& value) {
    TemplateOptions options;
    options.parameters = {{name, value}};
    return Stack::Create(*root, "t.yaml", options).status().message();
  };
  EXPECT_EQ(refusal("Stage", "prod"), "");
  EXPECT_EQ(refusal("Debug", "yes"), "");
  EXPECT_EQ(refusal("Stage", "x"),
            "--parameter: t.yaml:3: Parameters.Stage: 'x' is none of its AllowedValues: dev, prod");
  EXPECT_EQ(refusal("Port", "x"), "--parameter: t.yaml:5: Parameters.Port: 'x' is no number");
  EXPECT_TRUE(refusal("Stag", "x").starts_with("--parameter: t.yaml has no parameter 'Stag'; it has Stage, Debug,"));
}

TEST(StackTest, ParametersAreHeldToTheirLimits) {
  const auto refusal = [](const std::string& declared, const std::string& value) {
    const auto root = ParseDocument("Resources: {}\nParameters:\n  P: {" + declared + "}", "t.yaml");
    EXPECT_TRUE(root) << root.status().message();
    TemplateOptions options;
    options.parameters = {{"P", value}};
    const std::string message = Stack::Create(*root, "t.yaml", options).status().message();
    const std::string place = "--parameter: t.yaml:3: Parameters.P: ";
    return message.starts_with(place) ? message.substr(place.size()) : message;
  };
  const std::string range = "Type: Number, MinValue: -1, MaxValue: '2.5'";
  for (const char* fine : {"-1", "0", "2.5"}) EXPECT_EQ(refusal(range, fine), "") << fine;
  for (const char* beyond : {"-1.1", "2.6", "1e9"}) {
    EXPECT_EQ(refusal(range, beyond), "'" + std::string(beyond) + "' is not within its MinValue and MaxValue");
  }
  const std::string length = "Type: String, MinLength: 2, MaxLength: 3";
  for (const char* fine : {"ab", "abc", "\u00E4\u00F6\u00FC"}) EXPECT_EQ(refusal(length, fine), "") << fine;
  for (const char* beyond : {"", "a", "abcd"}) {
    EXPECT_EQ(refusal(length, beyond),
              "'" + std::string(beyond) + "' is not as long as its MinLength and MaxLength allow");
  }
  const std::string pattern = "Type: String, AllowedPattern: '[a-z][a-z0-9-]*'";
  EXPECT_EQ(refusal(pattern, "my-1"), "");
  EXPECT_EQ(refusal(pattern, "my-1 "), "'my-1 ' does not match its AllowedPattern [a-z][a-z0-9-]*") << "all of it";
  EXPECT_EQ(refusal("Type: String, AllowedPattern: '^$|^\\d{3}$'", "12"),
            "'12' does not match its AllowedPattern ^$|^\\d{3}$");
  EXPECT_EQ(refusal("Type: String, AllowedPattern: '(?i)x'", "y"), "") << "not known here";
  EXPECT_EQ(refusal("Type: String, AllowedPattern: '" + std::string(300, '(') + "'", "y"), "");
  EXPECT_EQ(refusal("Type: String, AllowedPattern: '(a|aa)*b'", std::string(250, 'a')).find("'aaa"), 0U)
      << "and it ends";
  EXPECT_EQ(refusal("Type: String, AllowedPattern: '(a{0,99}){0,99}'", "b"), "") << "too much";
  EXPECT_EQ(refusal("Type: String, AllowedPattern: 'a{1,63}b{2}'", "ab"),
            "'ab' does not match its AllowedPattern a{1,63}b{2}");
  EXPECT_EQ(refusal("Type: CommaDelimitedList, AllowedPattern: '[a-z]'", "a,b"), "");
}

TEST(StackTest, IsATemplate) {
  const auto refusal = [](const std::string& text) {
    return Stack::Create(*ParseDocument(text, "t.yaml"), "t.yaml", {}).status().message();
  };
  EXPECT_EQ(refusal("[1]"), "t.yaml:1:1: a template is a map with Resources");
  EXPECT_EQ(refusal("a: 1"), "t.yaml:1:1: there are no Resources, so this is no template");
  EXPECT_EQ(refusal("Resources: []"), "t.yaml:1:1: Resources must be a map, not a list");
  EXPECT_EQ(refusal("Resources: {}\nParameters: x"), "t.yaml:2:1: Parameters must be a map, not a text");
}

}  // namespace
}  // namespace tandem::templates
