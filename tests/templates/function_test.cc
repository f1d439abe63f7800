// What a function of a template has: its variables, its layers, and its code, which may not be built.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "template_fixture.h"
#include "templates/template.h"

namespace tandem::templates {
namespace {

TEST_F(TemplateTest, Variables) {
  const TemplateFunction hello =
      Hello(std::string(kFine) +
            "      Environment:\n        Variables:\n          NUMBER: 1\n          YES: yes\n"
            "          QUOTED: 'yes'\n          EMPTY:\n          MODE: 0755\n"
            "          LIST: [a]\n          GONE: !Ref AWS::NoValue\n          TIME: 12:30:45\n");
  EXPECT_EQ(ValueOf(hello, "NUMBER"), "1");
  EXPECT_EQ(ValueOf(hello, "YES"), "true");
  EXPECT_EQ(ValueOf(hello, "QUOTED"), "yes");
  EXPECT_EQ(ValueOf(hello, "EMPTY"), "");
  EXPECT_EQ(ValueOf(hello, "MODE"), "493");
  EXPECT_EQ(ValueOf(hello, "TIME"), "45045");
  EXPECT_EQ(ValueOf(hello, "LIST") + ValueOf(hello, "GONE"), "(none)(none)");
  ASSERT_EQ(hello.warnings.size(), 5U) << Texts(hello.warnings);
  EXPECT_EQ(hello.warnings[0].variable, "YES");
  EXPECT_EQ(hello.warnings[1].text,
            "t.yaml:13: Resources.Hello.Properties.Environment.Variables.EMPTY: this has no value, so it is empty");
  EXPECT_EQ(hello.warnings[3].text,
            "t.yaml:15: Resources.Hello.Properties.Environment.Variables.LIST: this is a list; left out, --env "
            "LIST=VALUE gives it one");
}

// What is kept in an account is not the text that stands for it, wherever that comes from.
TEST_F(TemplateTest, DynamicReferencesHaveNoValueHere) {
  const TemplateFunction hello =
      Hello(std::string(kFine) +
                "      Environment:\n        Variables:\n"
                "          SECRET: '{{resolve:secretsmanager:db:SecretString:password}}'\n"
                "          URL: !Sub 'postgres://u:{{resolve:ssm-secure:/db/${AWS::Region}:1}}@h'\n"
                "          JOINED: !Join ['', ['{{resolve:', 'ssm:/x}}']]\n"
                "          JSON: {'Fn::ToJsonString': {a: '{{resolve:ssm:/x}}'}}\n"
                "          LIKE: '{{resolve:other:x}} {{ssm}} {{resolve:ssm:x'\n"
                "      LoggingConfig: {LogGroup: '{{resolve:ssm:/g}}'}\n",
            "Globals: {Function: {Environment: {Variables: {SHARED: '{{resolve:ssm:/x}}'}}}}\n");
  EXPECT_EQ(ValueOf(hello, "LIKE"), "{{resolve:other:x}} {{ssm}} {{resolve:ssm:x");
  EXPECT_EQ(hello.variables.size(), 1U);
  const std::string place = "Resources.Hello.Properties.Environment.Variables.";
  const std::string reason = " needs an account, so it has no value here; left out, --env ";
  const std::string parameter = "{{resolve:ssm:...}}" + reason;
  EXPECT_EQ(Texts(hello.warnings),
            "t.yaml:10: " + place + "SECRET: {{resolve:secretsmanager:...}}" + reason + "SECRET=VALUE gives it one\n" +
                "t.yaml:11: " + place + "URL: {{resolve:ssm-secure:...}}" + reason + "URL=VALUE gives it one\n" +
                "t.yaml:12: " + place + "JOINED: " + parameter + "JOINED=VALUE gives it one\n" + "t.yaml:13: " + place +
                "JSON: " + parameter + "JSON=VALUE gives it one\n" +
                "t.yaml:16: Globals.Function.Environment.Variables.SHARED: " + parameter + "SHARED=VALUE gives it one");
  EXPECT_EQ(Texts(hello.problems),
            "t.yaml:15: Resources.Hello.Properties.LoggingConfig: {{resolve:ssm:...}} needs an account, so it has no "
            "value here");
}

TEST_F(TemplateTest, LayersOfTheTemplate) {
  Write("l1/python/x.py", "");
  Write("l2.zip", "");
  Write("l3/requirements.txt", "requests");
  const std::string layers =
      "  One: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: l1/}}\n"
      "  Two: {Type: AWS::Lambda::LayerVersion, Properties: {Content: l2.zip}}\n"
      "  Three: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: ./l3}}\n"
      "  Far: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: b, S3Key: k}}}\n";
  const TemplateFunction hello = Hello(
      std::string(kFine) + "      Layers: [!Ref Two, !Ref One, !Ref Three, !Ref Far, !Ref AWS::NoValue]\n", layers);
  const std::string here = fs::current_path().string();
  EXPECT_EQ(hello.config.layers, (std::vector<std::string>{here + "/l2.zip", here + "/l1", here + "/l3"}));
  EXPECT_EQ(Texts(hello.warnings),
            "t.yaml:11: Resources.Three.Properties.ContentUri: " + here +
                "/l3 has neither python/ nor java/, so it is not built; run sam build\n"
                "t.yaml:8: Resources.Hello.Properties.Layers: the layer Far lies in S3, from where it is not fetched "
                "(left out)");
  fs::remove_all("l1");
  const Template again = *LoadTemplate("t.yaml", {});
  EXPECT_EQ(Texts(again.functions[0].problems),
            "t.yaml:9: Resources.One.Properties.ContentUri: there is no " + here + "/l1");
}

TEST_F(TemplateTest, PackagesOfPythonMayLieInLayersOrElsewhere) {
  const std::string layers = "  Deps: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: deps}}\n";
  Write("code/requirements.txt",
        "# comment\nrequests>=2 # web\nCharset_Normalizer==3.1\nPyYAML\n-r more.txt\n"
        "pywin32; sys_platform == 'win32'\nx @ https://example.com/x.whl\n\nboto3[crt]\n");
  Write("code/charset_normalizer/__init__.py", "");
  Write("deps/python/PyYAML-6.0.dist-info/METADATA", "");
  const std::string place = "t.yaml:5: Resources.Hello.Properties.CodeUri: requirements.txt asks for what is not in " +
                            (fs::current_path() / "code").string() + ": ";
  const std::string remedy = "; run sam build, or give a virtual environment that has it";
  const std::string properties = std::string(kFine) + "      Layers: [!Ref Deps]\n";
  EXPECT_EQ(Texts(Hello(properties, layers).warnings), place + "requests, boto3" + remedy);
  Write("venv/requests/__init__.py", "");
  Write("venv/boto3-1.2.dist-info/METADATA", "");
  TemplateOptions options;
  options.package_folders = {"venv"};
  EXPECT_EQ(Texts(Hello(properties, layers, options).warnings), "");
}

TEST_F(TemplateTest, AJarThatIsNotThereHasItsCommand) {
  Write("app/pom.xml", "");
  const TemplateFunction hello =
      Hello("      CodeUri: app/target/app-1.0.jar\n      Handler: a.B::c\n      Runtime: java17\n");
  EXPECT_TRUE(Texts(hello.problems).ends_with("app/target/app-1.0.jar; build it: sam build, or mvn package"))
      << Texts(hello.problems);
}

// The project's folder is no package (K-07), but what it has been built to is.
TEST_F(TemplateTest, AProjectThatIsBuiltHasItsJarNamed) {
  const std::string properties = "      CodeUri: app\n      Handler: a.B::c\n      Runtime: java17\n";
  const auto problem = [&] { return Texts(Hello(properties).problems); };
  Write("app/pom.xml", "");
  Write("app/target/classes/a/B.class", "");
  Write("app/target/app-1.0-sources.jar", "");
  Write("app/target/original-app-1.0.jar", "");
  EXPECT_NE(problem().find("so it is not built; run sam build, or mvn package"), std::string::npos) << problem();
  Write("app/target/app-1.0.jar", "");
  const std::string app = (folder_ / "app").string();
  EXPECT_EQ(problem(),
            "t.yaml:5: Resources.Hello.Properties.CodeUri: the folder of a pom.xml is no package; name what it has "
            "been built to, " +
                app + "/target/app-1.0.jar, or run sam build");
  fs::remove(folder_ / "app/pom.xml");
  Write("app/build.gradle.kts", "");
  EXPECT_NE(problem().find("so it is not built; run sam build, or gradle build"), std::string::npos) << problem();
  Write("app/build/libs/app-1.0.jar", "");
  Write("app/build/libs/app-1.0-all.jar", "");
  Write("app/build/libs/app-1.0-plain.jar", "");
  EXPECT_NE(problem().find(", " + app + "/build/libs/app-1.0-all.jar or " + app + "/build/libs/app-1.0.jar, or run"),
            std::string::npos)
      << problem();
}

TEST_F(TemplateTest, ClassesAnywhereInThePackageAreBuiltCode) {
  Write("p/build.gradle", "");
  Write("p/gradle/wrapper/gradle-wrapper.jar", "");
  Write("p/build/classes/a/B.class", "");
  const std::string properties = "      CodeUri: p\n      Handler: a.B::c\n      Runtime: java17\n";
  EXPECT_NE(Texts(Hello(properties).problems).find("gradle build"), std::string::npos);
  Write("p/lib/a.jar", "");
  EXPECT_EQ(Texts(Hello(properties).problems), "");
}

TEST_F(TemplateTest, NumericIdsAndAnAbsentCodeUri) {
  Write("t.yaml", "Resources:\n  0123:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: a.b}\n");
  const Template loaded = *LoadTemplate("t.yaml", {});
  ASSERT_NE(loaded.Find("0123"), nullptr);
  EXPECT_EQ(loaded.Find("0123")->config.code, fs::current_path().string());
  EXPECT_EQ(Texts(loaded.Find("0123")->warnings),
            "t.yaml:2: Resources.0123: there is no CodeUri, so the template's folder is taken");
  EXPECT_EQ(loaded.Find("83"), nullptr);
}

}  // namespace
}  // namespace tandem::templates
