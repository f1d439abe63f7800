// The context object: C-01 to C-17, and C-31.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

Function& AddTimed(const std::string& handler) {
  FunctionConfig config = PythonRuntime::Config(handler);
  config.timeout = std::chrono::seconds(15);
  return PythonRuntime::Add(config);
}

TEST(Context, C01ClassIsWhatUserCodeImports) {
  EXPECT_EQ(
      Answer(PythonRuntime::Add("contexts.attributes"),
             R"(["function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb", "aws_request_id",
                    "log_group_name", "log_stream_name", "identity", "client_context", "tenant_id"])"),
      R"(ok {"class": "LambdaContext", "module": "awslambdaric.lambda_context", "types": {"function_name": "str", )"
      R"("function_version": "str", "invoked_function_arn": "str", "memory_limit_in_mb": "str", )"
      R"("aws_request_id": "str", "log_group_name": "str", "log_stream_name": "str", )"
      R"("identity": "CognitoIdentity", "client_context": "NoneType", "tenant_id": "NoneType"}})");
  Covers("C-01", "C-02", "C-03/python", "C-14");
}

TEST(Context, C02ValuesAreTheFunctionsAndTheInvocations) {
  FunctionConfig config = PythonRuntime::Config("contexts.values");
  config.version = "7";
  config.memory_size_mb = 512;
  config.log_group_name = "/group";
  Function& function = PythonRuntime::Add(config);
  InvokeOptions options;
  options.tenant_id = "tenant é";
  options.request_id = RequestId("another-id");
  EXPECT_EQ(
      Answer(function,
             R"(["function_name", "function_version", "memory_limit_in_mb", "log_group_name", "log_stream_name",
                    "aws_request_id"])",
             options),
      "ok [\"" + config.name + R"(", "7", "512", "/group", ")" + function.log_stream_name() + R"(", "another-id"])");
  EXPECT_EQ(Answer(function, R"(["invoked_function_arn"])"),
            "ok [\"arn:aws:lambda:us-east-1:012345678912:function:" + config.name + "\"]");
  const std::string tenant = PythonRuntime::Minor() < 12 ? "tenant \\u00e9" : "tenant é";
  EXPECT_EQ(Answer(function, R"(["tenant_id"])", options), "ok [\"" + tenant + "\"]");
  Covers("C-02", "C-14", "C-29", "C-30");
}

TEST(Context, C05RemainingTimeDecreases) {
  EXPECT_EQ(Answer(AddTimed("contexts.remaining"), "1"), "ok [\"int\", true]");
  EXPECT_EQ(Answer(AddTimed("contexts.after_deadline"), "1"), "ok 0");
  Covers("C-05");
}

// What the handler counts down to is the host's deadline: the clocks are read around what it is asked for.
TEST(Context, C37TheDeadlineIsTheHosts) {
  Function& function = AddTimed("contexts.deadline");
  ASSERT_TRUE(PythonRuntime::Get().Prepare(function).ok());
  const auto now_ms = [] {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  const auto before = now_ms();
  const std::string shown = Answer(function, "1");
  const auto after = now_ms();
  long long least = 0;
  long long most = 0;
  char comma = 0;
  std::istringstream numbers(shown.substr(std::string("ok [").size()));
  ASSERT_TRUE(numbers >> least >> comma >> most) << shown;
  constexpr int kDriftMs = 50;  // what the rule allows
  EXPECT_LE(least, after + 15000 + kDriftMs);
  EXPECT_GE(most, before + 15000 - kDriftMs);
  EXPECT_LE(least, most);
  Covers("C-06", "C-37");
}

TEST(Context, C37NoDeadlineIsTheLargestInt) {
  EXPECT_EQ(Answer(PythonRuntime::Add("contexts.no_deadline"), "1"), "ok 2147483647");
}

TEST(Context, C07LogAddsNothing) {
  Function& function = PythonRuntime::Add("contexts.log");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(PythonRuntime::Log().TextOf(function.config().name), "plain5\n");
  Covers("C-07", "L-30/python");
}

TEST(Context, C08IdentityIsAlwaysAnObject) {
  Function& function = PythonRuntime::Add("contexts.identity");
  EXPECT_EQ(Answer(function, "1"), R"(ok ["CognitoIdentity", null, null])");
  InvokeOptions options;
  options.cognito_identity = R"({"cognitoIdentityId": "id", "cognitoIdentityPoolId": "pool", "other": 1})";
  EXPECT_EQ(Answer(function, "1", options), R"(ok ["CognitoIdentity", "id", "pool"])");
  Covers("C-08/python");
}

TEST(Context, C09ClientContextHasItsParts) {
  Function& function = PythonRuntime::Add("contexts.client");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  InvokeOptions options;
  options.client_context =
      R"({"custom": {"a": [1]}, "env": {"b": null}, "client": {"installation_id": "i", "unknown": 1}})";
  EXPECT_EQ(Answer(function, "1", options), R"(ok [{"a": [1]}, {"b": null}, ["i", null, false], true])");  // C-10, C-11
  options.client_context = "{}";
  EXPECT_EQ(Answer(function, "1", options), "ok [null, null, null, true]");  // C-12
  Covers("C-09", "C-10", "C-11/python", "C-12");
}

TEST(Context, C13BadClientContextIsAFunctionError) {
  Function& function = PythonRuntime::Add("contexts.client");
  InvokeOptions options;
  options.client_context = "{bad";
  EXPECT_EQ(
      Answer(function, "1", options),
      Error("Runtime.LambdaContextUnmarshalError",
            "Unable to parse Client Context JSON: Expecting property name enclosed in double quotes: line 1 column 2 "
            "(char 1)"));
  options.client_context = "[1]";
  EXPECT_EQ(Answer(function, "1", options), Error("AttributeError", "'list' object has no attribute 'get'"));
  options.client_context.clear();
  options.cognito_identity = "x";
  EXPECT_EQ(Answer(function, "1", options),
            Error("Runtime.LambdaContextUnmarshalError",
                  "Unable to parse Cognito Identity JSON: Expecting value: line 1 column 1 (char 0)"));
  EXPECT_EQ(Answer(function, "1"), "ok null");
  Covers("C-13");
}

TEST(Context, C15ReprShowsEveryMember) {
  FunctionConfig config = PythonRuntime::Config("contexts.shown");
  config.name = "shown";
  Function& function = PythonRuntime::Add(config);
  EXPECT_EQ(Answer(function, "1"),
            "ok \"LambdaContext([aws_request_id=test-id,log_group_name=/aws/lambda/shown,log_stream_name=" +
                function.log_stream_name() +
                ",function_name=shown,memory_limit_in_mb=128,function_version=$LATEST,invoked_function_arn=arn:aws:"
                "lambda:us-east-1:012345678912:function:shown,client_context=None,identity=CognitoIdentity(["
                "cognito_identity_id=None,cognito_identity_pool_id=None]),tenant_id=None])\"");
  Covers("C-15");
}

TEST(Context, C16IsNewEachTimeAndTakesAttributes) {
  Function& function = PythonRuntime::Add("contexts.settable");
  const std::string rest = R"(, true, {"any": "thing"}, "other", {"any": "thing"}, true, {"any": "thing"}])";
  EXPECT_EQ(Answer(function, "1"), "ok [[]" + rest);
  InvokeOptions options;
  options.request_id = RequestId("second");
  EXPECT_EQ(Answer(function, "1", options), "ok [[\"test-id\"]" + rest);  // the first one keeps its values
  Covers("C-16");
}

TEST(Context, C16UnknownAttributesAreMissing) {
  const std::string shown = Answer(PythonRuntime::Add("contexts.missing"), "1");
  EXPECT_EQ(shown.find(R"(error {"errorMessage": "'LambdaContext' object has no attribute 'nothing_of_that_name'")"),
            0u)
      << shown;
}

TEST(Context, C17VarsHasAllInOrder) {
  const std::string shown = Answer(PythonRuntime::Add("contexts.every"), "1");
  size_t last = 0;
  for (const char* name : {"aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
                           "function_version", "invoked_function_arn", "tenant_id", "client_context", "identity"}) {
    const size_t at = shown.find("\"" + std::string(name) + "\": ");
    ASSERT_NE(at, std::string::npos) << name << " in " << shown;
    EXPECT_GE(at, last) << name;
    last = at;
  }
  Covers("C-17");
}

TEST(Context, C01UserCodeMayMakeOne) {
  EXPECT_EQ(Answer(PythonRuntime::Add("contexts.construct"), "1"), R"(ok ["id", {"a": 1}, "c", 0, "arn", "tenant"])");
  Covers("C-01");
}

const OnlyInline kOneOfSeveral("Context.C31OneOfSeveralFunctionsLeavesTheEnvironmentAlone",
                               "each function has an interpreter to itself");

TEST(Context, C31OneOfSeveralFunctionsLeavesTheEnvironmentAlone) {
  InvokeOptions options;
  options.trace_id = "Root=1-5759e988";
  EXPECT_EQ(Answer(PythonRuntime::Add("contexts.trace"), "1", options), "ok null");
}

// The environment is the process's; only an object that user code makes reads it.
TEST(Context, C04ValuesAreTheConfigsWhateverTheEnvironmentSays) {
  FunctionConfig config = PythonRuntime::Config("contexts.renamed");
  config.memory_size_mb = 256;
  Function& function = PythonRuntime::Add(config);
  const std::string own = "[\"" + config.name + "\", \"256\"]";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Answer(function, "1"), "ok [" + own + ", [\"renamed\", null]]");
  }
  Covers("C-04/python");
}

// Inline, it runs itself again in a process of its own, where no other function has the interpreter.
TEST(Context, C31TraceIdOfAFunctionByItself) {
  if (!InProcessIsolation() && getenv("TANDEM_TEST_ALONE") == nullptr) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string command =
        "TANDEM_TEST_ALONE=1 '" + self + "' --gtest_output= --gtest_filter='*C31TraceIdOfAFunctionByItself' >&2";
    EXPECT_EQ(std::system(command.c_str()), 0);
    Covers("C-31", "C-32/python");
    return;
  }
  setenv("_X_AMZN_TRACE_ID", "the host's", 1);
  Function& function = PythonRuntime::Add("contexts.trace");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  InvokeOptions options;
  options.trace_id = "Root=1-5759e988";
  EXPECT_EQ(Answer(function, "1", options), "ok \"Root=1-5759e988\"");
  options.trace_id = "Root=2";
  EXPECT_EQ(Answer(function, "1", options), "ok \"Root=2\"");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  if (InProcessIsolation()) return;

  EXPECT_EQ(Answer(function, "1", options), "ok \"Root=2\"");
  EXPECT_EQ(Answer(PythonRuntime::Add("hello_python.trace", "twin"), "1", options), "ok null") << "in its interpreter";
  const FunctionConfig second = PythonRuntime::Config("contexts.trace");
  ASSERT_TRUE(PythonRuntime::Get().Prepare(PythonRuntime::Add(second)).ok());
  EXPECT_EQ(getenv("_X_AMZN_TRACE_ID"), nullptr) << "it has the interpreter to itself no more";
  EXPECT_EQ(Answer(function, "1", options), "ok null");
  ASSERT_TRUE(PythonRuntime::Get().Remove(second.name).ok());
  EXPECT_EQ(Answer(function, "1", options), "ok \"Root=2\"");
}

}  // namespace
}  // namespace tandem::test
