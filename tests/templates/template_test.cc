// Whole templates, as `sam init`, CDK and people write them, and what becomes of their functions.
#include "templates/template.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "template_fixture.h"

namespace tandem::templates {
namespace {

TEST_F(TemplateTest, SamInitForPython) {
  const Template loaded = Fixture("sam-python", "template.yaml");
  ASSERT_EQ(loaded.functions.size(), 1U);
  const TemplateFunction& hello = loaded.functions.front();
  EXPECT_EQ(hello.logical_id, "HelloWorldFunction");
  EXPECT_EQ(hello.config.name, "HelloWorldFunction");
  EXPECT_EQ(hello.config.handler, "app.lambda_handler");
  EXPECT_EQ(hello.config.runtime, "python3.11");
  EXPECT_EQ(hello.config.code, (fs::path(TANDEM_TEST_TEMPLATES) / "sam-python/hello_world").string());
  EXPECT_EQ(hello.config.timeout, std::chrono::seconds(3));
  EXPECT_EQ(hello.config.memory_size_mb, 128);
  EXPECT_EQ(hello.config.log_format, "JSON");
  EXPECT_EQ(hello.architectures, std::vector<std::string>{"x86_64"});
  EXPECT_EQ(Texts(hello.problems), "");
  EXPECT_EQ(
      Texts(hello.warnings),
      "template.yaml:26: Resources.HelloWorldFunction.Properties.Events.HelloWorld: event sources are not served "
      "here (ignored)\n"
      "template.yaml:20: Resources.HelloWorldFunction.Properties.CodeUri: requirements.txt asks for what is not in " +
          hello.config.code + ": requests; run sam build, or give a virtual environment that has it");
  EXPECT_EQ(
      Texts(loaded.warnings),
      "template.yaml:32: Resources.ApplicationResourceGroup: nothing of AWS::ResourceGroups::Group is created here "
      "(ignored)\n"
      "template.yaml:39: Resources.ApplicationInsightsMonitoring: nothing of AWS::ApplicationInsights::Application "
      "is created here (ignored)");
  EXPECT_EQ(hello.PlaceOf(Subject::kRuntime), "template.yaml:22: Resources.HelloWorldFunction.Properties.Runtime");
  EXPECT_EQ(hello.PlaceOf(Subject::kTimeout), "template.yaml:11: Globals.Function.Timeout");
  EXPECT_EQ(hello.PlaceOf(Subject::kName), "template.yaml:17: Resources.HelloWorldFunction");
}

TEST_F(TemplateTest, SamInitForJavaIsNotBuilt) {
  const Template loaded = Fixture("sam-java", "template.yaml");
  ASSERT_EQ(loaded.functions.size(), 1U);
  const TemplateFunction& hello = loaded.functions.front();
  EXPECT_EQ(hello.config.handler, "helloworld.App::handleRequest");
  EXPECT_EQ(hello.config.timeout, std::chrono::seconds(20));
  EXPECT_EQ(hello.config.memory_size_mb, 512);
  EXPECT_EQ(ValueOf(hello, "PARAM1"), "VALUE");
  ASSERT_EQ(hello.problems.size(), 1U);
  EXPECT_EQ(hello.problems[0].subject, Subject::kCode);
  EXPECT_EQ(hello.problems[0].text,
            "template.yaml:17: Resources.HelloWorldFunction.Properties.CodeUri: there is a pom.xml and neither classes "
            "nor jars in " +
                hello.config.code + ", so it is not built; run sam build, or mvn package and name the jar");
}

TEST_F(TemplateTest, WhatSamBuildHasMadeIsProposedAndUsable) {
  fs::copy(fs::path(TANDEM_TEST_TEMPLATES) / "sam-java", ".", fs::copy_options::recursive);
  Write(".aws-sam/build/HelloWorldFunction/helloworld/App.class", "");
  fs::copy("template.yaml", ".aws-sam/build/template.yaml");
  const auto sources = LoadTemplate("template.yaml", {});
  ASSERT_TRUE(sources);
  const std::string text = Texts(sources->functions.front().problems);
  EXPECT_TRUE(text.ends_with("; --template .aws-sam/build/template.yaml is what sam build has made")) << text;
  const auto built = LoadTemplate(".aws-sam/build/template.yaml", {});
  ASSERT_TRUE(built);
  EXPECT_EQ(Texts(built->functions.front().problems), "");
  EXPECT_EQ(built->functions.front().config.code, (fs::current_path() / ".aws-sam/build/HelloWorldFunction").string());
}

TEST_F(TemplateTest, ALargeTemplate) {
  TemplateOptions options;
  options.region = "eu-west-1";
  const Template loaded = Fixture("orders", "template.yaml", options);
  ASSERT_EQ(loaded.functions.size(), 3U);
  const TemplateFunction& create = loaded.functions[0];
  EXPECT_EQ(create.config.name, "local-dev-create-order");
  EXPECT_EQ(create.description, "Creates an order");
  EXPECT_EQ(create.config.memory_size_mb, 256);
  EXPECT_EQ(create.config.timeout, std::chrono::seconds(3)) << "AWS::NoValue overrides what Globals say";
  EXPECT_EQ(create.config.region, "eu-west-1");
  EXPECT_EQ(create.config.layers,
            std::vector<std::string>{(fs::path(TANDEM_TEST_TEMPLATES) / "orders/shared").string()});
  EXPECT_EQ(ValueOf(create, "STAGE"), "dev");
  EXPECT_EQ(ValueOf(create, "LOG_LEVEL"), "DEBUG");
  EXPECT_EQ(ValueOf(create, "VERSION"), "1.1");
  EXPECT_EQ(ValueOf(create, "FLAG"), "true");
  EXPECT_EQ(ValueOf(create, "ORDERS"), "orders-dev");
  EXPECT_EQ(ValueOf(create, "QUEUE"), "Queue");
  EXPECT_EQ(ValueOf(create, "NEXT"), "arn:aws:lambda:eu-west-1:012345678912:function:NotifyCustomer");
  for (const char* name : {"QUEUE_ARN", "VPC", "TOPIC"}) EXPECT_EQ(ValueOf(create, name), "(none)") << name;
  EXPECT_EQ(Texts(create.problems), "");
  EXPECT_EQ(loaded.Find("local-dev-create-order"), loaded.Find("CreateOrder"));
  EXPECT_EQ(ValueOf(loaded.functions[1], "EXTRA"), "x");
  EXPECT_EQ(ValueOf(loaded.functions[1], "STAGE"), "dev");
  EXPECT_EQ(
      Texts(loaded.functions[2].problems),
      "template.yaml:79: Resources.Audit.Condition: IsProd does not hold with these parameters, so there is no such "
      "function");
}

TEST_F(TemplateTest, EveryThingThatIsNotSupportedHasOneLine) {
  const Template loaded = Fixture("orders", "template.yaml");
  const std::string base = "Resources.CreateOrder.Properties.";
  const std::string variables = base + "Environment.Variables.";
  EXPECT_EQ(Texts(loaded.functions[0].warnings),
            "template.yaml:52: " + base +
                "Layers: the layer arn:aws:lambda:us-east-1:017000801446:layer:"
                "AWSLambdaPowertoolsPythonV2:58 is not fetched (left out)\n"
                "template.yaml:57: " +
                variables +
                "QUEUE: nothing of AWS::SQS::Queue is created here, so the id Queue stands for "
                "what Ref would give\n"
                "template.yaml:58: " +
                variables +
                "QUEUE_ARN: nothing of AWS::SQS::Queue is created here, so Queue.Arn has no value; "
                "left out, --env QUEUE_ARN=VALUE gives it one\n"
                "template.yaml:59: " +
                variables +
                "VPC: Fn::ImportValue needs an account, so it has no value here; left out, "
                "--env VPC=VALUE gives it one\n"
                "template.yaml:61: " +
                variables +
                "TOPIC: the parameter AlarmTopic has no Default; give one with --parameter "
                "AlarmTopic=VALUE; left out, --env TOPIC=VALUE gives it one\n"
                "template.yaml:34: Globals.Function.Environment.Variables.VERSION: YAML reads 1.10 as 1.1; quotes keep "
                "it as it is "
                "written\n"
                "template.yaml:35: Globals.Function.Environment.Variables.FLAG: YAML reads on as true; quotes keep it "
                "as it is "
                "written\n"
                "template.yaml:62: " +
                base +
                "Policies: not supported here (ignored)\n"
                "template.yaml:66: " +
                base +
                "Events.Post: event sources are not served here (ignored)\n"
                "template.yaml:67: " +
                base +
                "Events.Nightly: event sources are not served here (ignored)\n"
                "template.yaml:68: " +
                base +
                "DeadLetterQueue: not supported here (ignored)\n"
                "template.yaml:27: Globals.Function.Tracing: not supported here (ignored)");
  EXPECT_EQ(
      Texts(loaded.warnings),
      "template.yaml:4: Transform: the transform AWS::LanguageExtensions is not applied here (ignored)\n"
      "template.yaml:20: Rules: not supported here (ignored)\n"
      "template.yaml:36: Globals.Api: nothing of this kind is created here (ignored)\n"
      "template.yaml:84: Resources.Orders: nothing of AWS::Serverless::SimpleTable is created here (ignored)\n"
      "template.yaml:85: Resources.Queue: nothing of AWS::SQS::Queue is created here (ignored)\n"
      "template.yaml:86: Resources.Flow: nothing of AWS::Serverless::StateMachine is created here (ignored)\n"
      "template.yaml:89: Resources.Billing: nested templates are not read: give theirs with --template (ignored)\n"
      "template.yaml:90: Resources.Old: nested templates are not read: give theirs with --template (ignored)");
}

TEST_F(TemplateTest, ParametersChangeWhatTheyAreUsedFor) {
  TemplateOptions options;
  options.parameters = {{"Stage", "prod"}, {"AlarmTopic", "t"}};
  const Template loaded = Fixture("orders", "template.yaml", options);
  const TemplateFunction& create = loaded.functions[0];
  EXPECT_EQ(create.config.name, "local-prod-create-order");
  EXPECT_EQ(create.config.memory_size_mb, 1024);
  EXPECT_EQ(create.config.timeout, std::chrono::seconds(30));
  EXPECT_EQ(ValueOf(create, "TOPIC"), "t");
  EXPECT_EQ(Texts(loaded.functions[2].problems), "");
}

TEST_F(TemplateTest, CloudFormationInJson) {
  const Template loaded = Fixture("cfn-json", "template.json");
  ASSERT_EQ(loaded.functions.size(), 3U);
  const TemplateFunction& echo = loaded.functions[0];
  EXPECT_EQ(echo.config.code, (fs::path(TANDEM_TEST_TEMPLATES) / "cfn-json/code").string());
  EXPECT_EQ(echo.config.timeout, std::chrono::seconds(10)) << "a number as a text";
  EXPECT_EQ(ValueOf(echo, "B"), "x-us-east-1");
  EXPECT_EQ(Texts(echo.warnings), "template.json:11: Resources.Echo.Properties.Role: not supported here (ignored)");
  EXPECT_EQ(Texts(loaded.functions[1].problems),
            "template.json:21: Resources.Stored.Properties.Code: code in S3 is not fetched; name a folder, zip or jar "
            "instead");
  EXPECT_EQ(Texts(loaded.functions[2].problems),
            "template.json:29: Resources.Inline.Properties.Code: inline code is not run here; put it into a file, and "
            "name its folder");
}

TEST_F(TemplateTest, AnAssetOfCdkIsItsFolder) {
  const Template loaded = Fixture("cdk", "Stack.template.json");
  ASSERT_EQ(loaded.functions.size(), 1U);
  EXPECT_EQ(Texts(loaded.functions[0].problems), "");
  EXPECT_EQ(loaded.functions[0].config.code, (fs::path(TANDEM_TEST_TEMPLATES) / "cdk/asset.0a1b").string());
}

// As CDK 1 writes it, whose parameters for the bucket and the key have no defaults.
TEST_F(TemplateTest, AnAssetGoesBeforeCodeThatHasNoValue) {
  Write("asset.1/app.py", "");
  Write("asset.2/python/x.py", "");
  Write(
      "t.yaml",
      "Parameters: {Bk: {Type: String}, Key: {Type: String}}\nResources:\n  Hello:\n    Type: AWS::Lambda::Function\n"
      "    Metadata: {'aws:asset:path': asset.1, 'aws:asset:property': Code}\n"
      "    Properties: {Handler: app.handler, Code: {S3Bucket: !Ref Bk, S3Key: !Select [0, !Split ['||', !Ref Key]]},\n"
      "                 Layers: [!Ref Shared]}\n"
      "  Shared:\n    Type: AWS::Lambda::LayerVersion\n"
      "    Metadata: {'aws:asset:path': asset.2, 'aws:asset:property': Content}\n"
      "    Properties: {Content: {S3Bucket: !Ref Bk, S3Key: k}}\n");
  const Template loaded = *LoadTemplate("t.yaml", {});
  ASSERT_EQ(loaded.functions.size(), 1U);
  const TemplateFunction& hello = loaded.functions[0];
  EXPECT_EQ(Texts(hello.problems) + Texts(hello.warnings), "");
  EXPECT_EQ(hello.config.code, (fs::current_path() / "asset.1").string());
  EXPECT_EQ(hello.config.layers, std::vector<std::string>{(fs::current_path() / "asset.2").string()});
}

TEST_F(TemplateTest, GlobalsMergeAsSamMergesThem) {
  const std::string globals =
      "Globals:\n  Function:\n    Timeout: 5\n    MemorySize: 256\n    Architectures: [arm64]\n"
      "    Environment: {Variables: {A: global, B: global}}\n";
  const TemplateFunction hello = Hello(std::string(kFine) +
                                           "      Timeout: 7\n      Architectures: [x86_64]\n"
                                           "      Environment: {Variables: {B: own, C: own}}\n",
                                       globals);
  EXPECT_EQ(hello.config.timeout, std::chrono::seconds(7));
  EXPECT_EQ(hello.config.memory_size_mb, 256);
  EXPECT_EQ(hello.architectures, (std::vector<std::string>{"arm64", "x86_64"}));
  EXPECT_EQ(ValueOf(hello, "A") + ValueOf(hello, "B") + ValueOf(hello, "C"), "globalownown");
}

TEST_F(TemplateTest, AFunctionInGlobalsIsNoMapToMerge) {
  const TemplateFunction hello =
      Hello(std::string(kFine) + "      Environment: {Variables: !If [Yes, {A: 1}, {A: 2}]}\n",
            "Conditions: {Yes: !Equals [a, a]}\nGlobals: {Function: {Environment: {Variables: {B: 1}}}}\n");
  EXPECT_EQ(ValueOf(hello, "A"), "1");
  EXPECT_EQ(ValueOf(hello, "B"), "(none)");
}

TEST_F(TemplateTest, GlobalsAreServerlessFunctionsOnly) {
  Write("t.yaml", "Globals: {Function: {Timeout: 9}}\nResources: {A: {Type: AWS::Lambda::Function, Properties: {}}}\n");
  EXPECT_EQ(LoadTemplate("t.yaml", {})->functions.front().config.timeout, std::chrono::seconds(3));
}

struct ProblemCase {
  const char* properties;
  Subject subject;
  const char* text;
};

class TemplateProblems : public TemplateTest, public testing::WithParamInterface<ProblemCase> {};

TEST_P(TemplateProblems, NameThePropertyAndItsLine) {
  const TemplateFunction hello = Hello(GetParam().properties);
  ASSERT_FALSE(hello.problems.empty());
  EXPECT_EQ(hello.problems.front().subject, GetParam().subject);
  const std::string& text = hello.problems.front().text;
  EXPECT_TRUE(text.starts_with(GetParam().text)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Values, TemplateProblems,
    testing::Values(
        ProblemCase{"      CodeUri: code\n", Subject::kHandler, "t.yaml:2: Resources.Hello: there is no Handler"},
        ProblemCase{"      CodeUri: code\n      Handler:\n", Subject::kHandler,
                    "t.yaml:6: Resources.Hello.Properties.Handler: this must be a text, not nothing"},
        ProblemCase{"      CodeUri: code\n      Handler: '{{resolve:ssm:/handler}}'\n", Subject::kHandler,
                    "t.yaml:6: Resources.Hello.Properties.Handler: {{resolve:ssm:...}} needs an account, so it has no "
                    "value here"},
        ProblemCase{"      CodeUri: code\n      Handler: a.b\n      Timeout: '{{resolve:ssm:/t}}'\n", Subject::kTimeout,
                    "t.yaml:7: Resources.Hello.Properties.Timeout: {{resolve:ssm:...}} needs an account"},
        ProblemCase{"      CodeUri: code\n      Handler: [a]\n", Subject::kHandler,
                    "t.yaml:6: Resources.Hello.Properties.Handler: this must be a text, not a list"},
        ProblemCase{"      CodeUri: code\n      Handler: !Ref Gone\n", Subject::kHandler,
                    "t.yaml:6: Resources.Hello.Properties.Handler: there is no parameter or resource 'Gone'"},
        ProblemCase{"      CodeUri: code\n      Handler:\n        Fn::Sub:\n          a.${Gone}\n", Subject::kHandler,
                    "t.yaml:8: Resources.Hello.Properties.Handler: there is no parameter or resource 'Gone'"},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      Timeout: soon\n", Subject::kTimeout,
                    "t.yaml:7: Resources.Hello.Properties.Timeout: this must be a whole number from 1 to 5400, not "
                    "'soon'"},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      Timeout: 0\n", Subject::kTimeout, "t.yaml:7: "},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      Timeout: 1.5\n", Subject::kTimeout, "t.yaml:7: "},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      MemorySize: 64\n", Subject::kMemorySize,
                    "t.yaml:7: Resources.Hello.Properties.MemorySize: this must be a whole number from 128 to 32768"},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      FunctionName: a b\n", Subject::kName,
                    "t.yaml:7: Resources.Hello.Properties.FunctionName: this must be 1 to 64 of the characters"},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      Environment: [a]\n", Subject::kVariable,
                    "t.yaml:7: Resources.Hello.Properties.Environment: this must be a map with Variables"},
        ProblemCase{"      Handler: a.b\n      CodeUri: code\n      Layers: x\n", Subject::kLayers,
                    "t.yaml:7: Resources.Hello.Properties.Layers: this must be a list"}));

INSTANTIATE_TEST_SUITE_P(
    Code, TemplateProblems,
    testing::Values(ProblemCase{"      Handler: a.b\n      CodeUri: gone\n", Subject::kCode,
                                "t.yaml:6: Resources.Hello.Properties.CodeUri: there is no /"},
                    ProblemCase{"      Handler: a.b\n      CodeUri: s3://bucket/key.zip\n", Subject::kCode,
                                "t.yaml:6: Resources.Hello.Properties.CodeUri: code in S3 is not fetched"},
                    ProblemCase{"      Handler: a.b\n      CodeUri: {Bucket: b, Key: k}\n", Subject::kCode,
                                "t.yaml:6: Resources.Hello.Properties.CodeUri: code in S3 is not fetched"},
                    ProblemCase{"      Handler: a.b\n      InlineCode: |\n        x = 1\n", Subject::kCode,
                                "t.yaml:6: Resources.Hello.Properties.InlineCode: inline code is not run here"},
                    ProblemCase{"      PackageType: Image\n", Subject::kCode,
                                "t.yaml:5: Resources.Hello.Properties.PackageType: container images are not run here"},
                    ProblemCase{"      ImageUri: repo/image\n", Subject::kCode,
                                "t.yaml:5: Resources.Hello.Properties.ImageUri: container images are not run here"},
                    ProblemCase{"      Handler: a.b\n      CodeUri: !GetAtt Gone.X\n", Subject::kCode,
                                "t.yaml:6: Resources.Hello.Properties.CodeUri: there is no resource 'Gone'"}));

TEST_F(TemplateTest, YamlsOwnReadingsOfNumbers) {
  EXPECT_EQ(Hello(std::string(kFine) + "      Timeout: 010\n").config.timeout, std::chrono::seconds(8));
  EXPECT_EQ(Hello(std::string(kFine) + "      Timeout: \"010\"\n").config.timeout, std::chrono::seconds(10));
  const TemplateFunction hello = Hello(std::string(kFine) + "      Timeout: 1:30\n");
  EXPECT_EQ(hello.config.timeout, std::chrono::seconds(90));
  EXPECT_EQ(Texts(hello.warnings),
            "t.yaml:8: Resources.Hello.Properties.Timeout: YAML reads 1:30 as 90; quotes keep it as it is written");
}

TEST_F(TemplateTest, WhatIsNoTemplate) {
  EXPECT_EQ(LoadTemplate("gone.yaml", {}).status().message(), "there is no template gone.yaml");
  EXPECT_EQ(LoadTemplate("/", {}).status().message(), "/ is a folder, not a template");
  EXPECT_EQ(Refusal("Resources: {A: 1, A: 2}"), "t.yaml:1:19: the key 'A' is there twice, first in line 1");
  EXPECT_EQ(Refusal(std::string(2'000'000, ' ')), "t.yaml: a template has 1000000 bytes at most");
  EXPECT_EQ(Refusal("hello"), "t.yaml:1:1: a template is a map with Resources");
  for (const std::string null : {"", " null", " ~"}) {
    EXPECT_EQ(Refusal("Resources: {}\nParameters:" + null), "t.yaml:2:1: Parameters must be a map, not nothing")
        << null;
  }
  EXPECT_EQ(Refusal("Resources:\n  '': {Type: 'AWS::Serverless::Function'}"),
            "t.yaml:2:3: a resource needs a name, and this one's is empty");
  EXPECT_EQ(Refusal("Resources: 'null'"), "t.yaml:1:1: Resources must be a map, not a text");
}

TEST_F(TemplateTest, OddResourcesAreToldAndDoNoHarm) {
  Write("t.yaml",
        "Resources:\n  A: 1\n  B: {Properties: {}}\n  C: {Type: AWS::Lambda::Function, Properties: [x]}\n"
        "  Fn::Transform: {Name: AWS::Include}\n  D: {Type: [AWS::Lambda::Function]}\nGlobals: [x]\n");
  const Template loaded = *LoadTemplate("t.yaml", {});
  EXPECT_EQ(Texts(loaded.warnings),
            "t.yaml:7: Globals: this is no map (ignored)\nt.yaml:2: Resources.A: this has no Type (ignored)\n"
            "t.yaml:3: Resources.B: this has no Type (ignored)\n"
            "t.yaml:5: Resources.Fn::Transform: functions among the Resources are not worked out here (ignored)\n"
            "t.yaml:6: Resources.D: this has no Type (ignored)");
  ASSERT_EQ(loaded.functions.size(), 1U);
  EXPECT_EQ(loaded.functions[0].problems.front().text,
            "t.yaml:4: Resources.C.Properties: this must be a map, not a list");
}

// Many functions with many variables each, in a short text: none is worked out by halves.
// What the template says in quotes may have line breaks and control characters: they are escaped in all that is told.
TEST_F(TemplateTest, NotesPlacesAndErrorsAreOneLine) {
  Write("template.yaml",
        "Resources:\n"
        "  \"He\\nl\\x1blo\":\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      CodeUri: \"gone\\r\\x85\\u2028\\u2029x\"\n"
        "      Handler: a.b\n"
        "      \"odd\\nkey\": 1\n"
        "      Environment: {Variables: {\"V\\n\": {\"Fn::No\\e\": \"\"}, A: 1}}\n");
  const auto loaded = LoadTemplate("template.yaml", {});
  ASSERT_TRUE(loaded) << loaded.status().message();
  const TemplateFunction& hello = loaded->functions.at(0);
  const std::string place = R"(Resources.He\nl\x1blo.Properties)";
  EXPECT_EQ(hello.logical_id, "He\nl\x1blo");
  EXPECT_EQ(hello.PlaceOf(Subject::kHandler), "template.yaml:6: " + place + ".Handler");
  EXPECT_EQ(hello.variables.at(0).place, "template.yaml:8: " + place + ".Environment.Variables.A");
  EXPECT_EQ(Texts(hello.problems), "template.yaml:5: " + place + ".CodeUri: there is no " + folder_.string() +
                                       R"(/gone\x0d\u0085\u2028\u2029x)");
  EXPECT_EQ(Texts(hello.warnings), "template.yaml:7: " + place +
                                       R"(.odd\nkey: not supported here (ignored))"
                                       "\n" +
                                       "template.yaml:8: " + place +
                                       R"(.Environment.Variables.V\n: Fn::No\x1b is not worked out here; )" +
                                       R"(left out, --env V\n=VALUE gives it one)");
  EXPECT_EQ(hello.warnings.at(1).variable, "V\n") << "as it is written: it is compared";

  Write("template.yaml", "{\"Resources\": {\"a\\nb\": {}, \"a\\nb\": {}}}");
  EXPECT_EQ(LoadTemplate("template.yaml", {}).status().message(),
            R"(template.yaml:1:28: the key 'a\nb' is there twice, first in line 1)");
}

TEST_F(TemplateTest, ATemplateThatIsTooLargeIsRefused) {
  std::ostringstream text;
  text << "Globals: {Function: {Environment: {Variables: {";
  for (int i = 0; i < 2000; ++i) text << 'k' << i << ": v,";
  text << "}}}}\nResources:\n";
  for (int i = 0; i < 1000; ++i)
    text << "  F" << i << ": {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}\n";
  Write("t.yaml", text.str());
  const auto loaded = LoadTemplate("t.yaml", {});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.status().code(), Code::kInvalidArgument);
  EXPECT_NE(loaded.status().message().find("the template before is too large to be worked out"), std::string::npos)
      << loaded.status().message();
}

}  // namespace
}  // namespace tandem::templates
