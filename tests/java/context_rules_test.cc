// What the context object says: C-18 to C-33.

#include <json/json.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

Json::Value Parse(const Outcome& outcome) {
  Json::Value value;
  const std::string_view text = outcome.payload().view();
  std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
  EXPECT_TRUE(reader->parse(text.data(), text.data() + text.size(), &value, nullptr)) << text;
  return value;
}

TEST(Context, C18SaysWhatTheFunctionIs) {
  FunctionConfig config = JavaRuntime::Config("rules.Contexts::all");
  config.name = "context-18";
  config.version = "7";
  config.memory_size_mb = 512;
  config.timeout = std::chrono::seconds(15);
  Function& function = JavaRuntime::Add(config);
  InvokeOptions options;
  options.qualifier = "7";
  options.tenant_id = "tenant \xc3\xa9";
  options.trace_id = "Root=1-2-3";
  const InvokeResult result = Invoke(function, "{}", options);
  Json::Value value = Parse(result.outcome);
  EXPECT_EQ(value["awsRequestId"].asString(), result.request_id.view());  // C-26
  EXPECT_EQ(value["logGroupName"].asString(), "/aws/lambda/context-18");  // C-30
  EXPECT_EQ(value["logStreamName"].asString(), function.log_stream_name());
  EXPECT_EQ(value["functionName"].asString(), "context-18");
  EXPECT_EQ(value["functionVersion"].asString(), "7");  // C-29
  EXPECT_EQ(value["invokedFunctionArn"].asString(), "arn:aws:lambda:us-east-1:012345678912:function:context-18:7");
  EXPECT_EQ(value["memoryLimitInMB"].asInt(), 512);  // C-19: a number
  EXPECT_TRUE(value["memoryLimitInMB"].isInt());
  EXPECT_LE(value["remaining"].asInt(), 15000);  // C-20
  EXPECT_GT(value["remaining"].asInt(), 0);
  EXPECT_TRUE(value["identityAbsent"].asBool());  // C-21
  EXPECT_TRUE(value["clientContextAbsent"].asBool());
  EXPECT_TRUE(value["sameLogger"].asBool());  // C-25
  EXPECT_EQ(value["tenantId"].asString(), "tenant \xc3\xa9");
  EXPECT_EQ(value["xrayTraceId"].asString(), "Root=1-2-3");
  Covers("C-18", "C-08/java", "C-21", "C-03/java");
}

TEST(Context, C19TheMemoryIs128WhereNothingIsSaid) {
  const Json::Value value = Parse(Invoke(JavaRuntime::Add("rules.Contexts::all"), "{}").outcome);
  EXPECT_EQ(value["memoryLimitInMB"].asInt(), 128);
  Covers("C-19");
}

TEST(Context, C29AndC30AreTheFunctionsVersionAndItsPlacesInTheLog) {
  FunctionConfig config = JavaRuntime::Config("rules.Contexts::all");
  config.version = "7";
  Function& function = JavaRuntime::Add(config);
  InvokeOptions options;
  options.qualifier = "live";
  const Json::Value value = Parse(Invoke(function, "{}", options).outcome);
  EXPECT_EQ(value["functionVersion"].asString(), "7");
  EXPECT_EQ(value["invokedFunctionArn"].asString(), function.config().arn + ":live");
  EXPECT_EQ(value["logGroupName"].asString(), "/aws/lambda/" + config.name);
  const std::string stream = value["logStreamName"].asString();
  EXPECT_EQ(stream.substr(10, 4), "/[7]") << stream;
  EXPECT_EQ(stream.size(), std::string("2026/01/01/[7]").size() + 32) << stream;
  Covers("C-28", "C-29", "C-30");
}

// What the handler counts down to is the host's deadline: the clocks are read around what it is asked for.
TEST(Context, C37TheDeadlineIsTheHosts) {
  FunctionConfig config = JavaRuntime::Config("rules.Contexts::deadline");
  config.timeout = std::chrono::seconds(15);
  Function& function = JavaRuntime::Add(config);
  ASSERT_TRUE(JavaRuntime::Get().Prepare(function).ok());
  const auto now_ms = [] {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  constexpr int kDriftMs = 50;  // what the rule allows
  const auto before = now_ms();
  const Json::Value value = Parse(Invoke(function, "{}").outcome);
  const auto after = now_ms();
  EXPECT_LE(value[0].asInt64(), after + 15000 + kDriftMs);
  EXPECT_GE(value[1].asInt64(), before + 15000 - kDriftMs);
  EXPECT_LE(value[0].asInt64(), value[1].asInt64());
  Covers("C-37", "C-20");
}

TEST(Context, C18LeavesOutWhatIsAbsent) {
  const Json::Value value = Parse(Invoke(JavaRuntime::Add("rules.Contexts::all"), "{}").outcome);
  EXPECT_FALSE(value.isMember("tenantId"));
  EXPECT_FALSE(value.isMember("xrayTraceId"));
}

// The peer reads the environment once; here the values are the function's, whatever the process's environment says.
TEST(Context, C04ValuesAreTheFunctionsAndStay) {
  const FunctionConfig config = JavaRuntime::Config("rules.Contexts::all");
  Function& function = JavaRuntime::Add(config);
  Json::Value first = Parse(Invoke(function, "{}").outcome);
  const std::pair<const char*, const char*> others[] = {{"AWS_LAMBDA_FUNCTION_NAME", "functionName"},
                                                        {"AWS_LAMBDA_FUNCTION_VERSION", "functionVersion"},
                                                        {"AWS_LAMBDA_LOG_GROUP_NAME", "logGroupName"},
                                                        {"AWS_LAMBDA_LOG_STREAM_NAME", "logStreamName"},
                                                        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "memoryLimitInMB"}};
  for (const auto& [variable, member] : others) setenv(variable, "3008", 1);
  Json::Value second = Parse(Invoke(function, "{}").outcome);
  Json::Value opened_later = Parse(Invoke(JavaRuntime::Add("rules.Contexts::all"), "{}").outcome);
  for (const auto& [variable, member] : others) {
    unsetenv(variable);
    EXPECT_EQ(second[member], first[member]) << member;
    EXPECT_NE(opened_later[member].asString(), "3008") << member;
  }
  EXPECT_EQ(first["functionName"].asString(), config.name);
  Covers("C-04/java");
}

TEST(Context, C20RemainingTimeFollowsTheClock) {
  FunctionConfig config = JavaRuntime::Config("rules.Contexts::remainingLater");
  config.timeout = std::chrono::seconds(60);
  const Json::Value value = Parse(Invoke(JavaRuntime::Add(config), "30").outcome);
  EXPECT_GE(value.asInt(), 29);
  Covers("C-20");
}

TEST(Context, C22AndC23ClientContextAndIdentity) {
  InvokeOptions options;
  options.client_context =
      R"({"client":{"installation_id":"i","app_title":"t","app_version_name":"n","app_version_code":"c",)"
      R"("app_package_name":"p"},"custom":{"k":"v","n":5},"env":{"e":"f"}})";
  options.cognito_identity = R"({"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"})";
  Json::Value value = Parse(Invoke(JavaRuntime::Add("rules.Contexts::client"), "{}", options).outcome);
  EXPECT_EQ(value["installationId"].asString(), "i");
  EXPECT_EQ(value["appTitle"].asString(), "t");
  EXPECT_EQ(value["appVersionName"].asString(), "n");
  EXPECT_EQ(value["appVersionCode"].asString(), "c");
  EXPECT_EQ(value["appPackageName"].asString(), "p");
  EXPECT_EQ(value["custom"]["k"].asString(), "v");
  EXPECT_TRUE(value["custom"]["n"].isString());  // C-11
  EXPECT_EQ(value["custom"]["n"].asString(), "5");
  EXPECT_EQ(value["env"]["e"].asString(), "f");
  EXPECT_EQ(value["identityId"].asString(), "id");
  EXPECT_EQ(value["identityPoolId"].asString(), "pool");
  Covers("C-22", "C-23", "C-11/java");
}

TEST(Context, C24MalformedClientContextIsAFunctionError) {
  Function& function = JavaRuntime::Add("rules.Contexts::keep");
  for (const char* malformed : {"{", "[1]", "5", R"({"custom":{"k":{}}})"}) {
    InvokeOptions options;
    options.client_context = malformed;
    const Outcome outcome = Invoke(function, "{}", options).outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << malformed;
    EXPECT_FALSE(outcome.error().type.empty());
    EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
  }
  EXPECT_EQ(Show(Invoke(function, "{}").outcome), Ok(R"("none")"));
  Covers("C-24", "C-11/java");
}

TEST(Context, StaysValidAfterItsInvocation) {
  Function& function = JavaRuntime::Add("rules.Contexts::keep");
  const std::string first(Invoke(function, "{}").request_id.view());
  EXPECT_EQ(Show(Invoke(function, "{}").outcome), Ok(R"(")" + first + R"(")"));
}

TEST(Context, C32TraceHeaderIsAPropertyOfTheInvocation) {
  Function& function = JavaRuntime::Add("rules.Contexts::trace");
  InvokeOptions options;
  options.trace_id = "Root=1-5";
  EXPECT_EQ(Show(Invoke(function, "{}", options).outcome), Ok(R"("Root=1-5")"));
  EXPECT_EQ(Show(Invoke(function, "{}").outcome), Ok("null"));
  Covers("C-32/java");
}

TEST(Context, C32AndC33InvocationsAtOnceSeeTheirOwnTraceHeader) {
  FunctionConfig config = JavaRuntime::Config("rules.Contexts::traceTogether");
  config.max_concurrency = 2;
  Function* const same = &JavaRuntime::Add(config);
  std::vector<Function*> seconds = {same};
  if (!InProcessIsolation()) seconds.push_back(&JavaRuntime::Add("rules.Contexts::traceTogether"));
  for (Function* second : seconds) {
    auto see = [](Function* function, const std::string& header) {
      InvokeOptions options;
      options.trace_id = header;
      return Show(Invoke(*function, "{}", options).outcome);
    };
    std::string seen;
    std::thread first([&] { seen = see(same, "Root=1"); });
    EXPECT_EQ(see(second, "Root=2"), Ok(R"("Root=2 Root=2 Root=2")"));
    first.join();
    EXPECT_EQ(seen, Ok(R"("Root=1 Root=1 Root=1")"));
  }
  Covers("C-32/java");
}

TEST(Context, C32WhatAHandlerSetsIsItsInvocations) {
  Function& function = JavaRuntime::Add("rules.Contexts::changeTrace");
  InvokeOptions options;
  options.trace_id = "Root=1-5";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Show(Invoke(function, "{}", options).outcome), Ok(R"("Root=1-5 changed none")"));
  }
  Covers("C-32/java");
}

TEST(Context, J83AndroidsLibraryPrintsNanBareAndDropsNulls) {
  InvokeOptions options;
  options.client_context = R"({"env":{"platform":"android"}})";
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("rules.Types::aDouble"), "NaN", options).outcome), Ok("NaN"));
  Function& echo = JavaRuntime::Add("rules.Types::objectEcho");
  EXPECT_EQ(Show(Invoke(echo, R"({"a":null,"b":"c"})", options).outcome), Ok(R"({"b":"c"})"));
  Covers("J-83", "H-JAVA-76");
}

TEST(Context, HJAVA76AndroidTakesTheOtherLibrary) {
  InvokeOptions options;
  options.client_context = R"({"env":{"platform":"android"}})";
  Function& function = JavaRuntime::Add("rules.Types::object");
  EXPECT_EQ(Show(Invoke(function, "1", options).outcome), Ok(R"("java.lang.Double")"));
  EXPECT_EQ(Show(Invoke(function, "1").outcome), Ok(R"("java.lang.Integer")"));
  Covers("H-JAVA-76");
}

TEST(Context, HJAVA76AndroidsLibraryGivesNullForANumber) {
  InvokeOptions options;
  options.client_context = R"({"env":{"platform":"android"}})";
  const Outcome outcome = Invoke(JavaRuntime::Add("rules.Types::anInt"), "null", options).outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
  EXPECT_EQ(outcome.error().type, "java.lang.IllegalArgumentException");  // as reflection says it
}

}  // namespace
}  // namespace tandem::test
