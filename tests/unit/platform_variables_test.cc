// What the platform tells a function by environment variables.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/lib/covers.h"
#include "unit/native_runtime.h"

namespace tandem {
namespace {

using test::NativeRuntime;

TEST(PlatformVariables, TellAFunctionWhatItIs_R33_R34_R37) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.echo");
  config.name = "greeter";
  config.region = "eu-north-1";
  config.version = "7";
  config.memory_size_mb = 512;
  config.log_group_name = "/mine";
  const Function& function = runtime.Add(config);
  const PlatformVariables variables = function.platform_variables();
  EXPECT_EQ(variables.defaults, (std::map<std::string, std::string>{
                                    {"AWS_DEFAULT_REGION", "eu-north-1"}, {"LANG", "en_US.UTF-8"}, {"TZ", ":UTC"}}));
  EXPECT_EQ(variables.reserved, (std::map<std::string, std::string>{
                                    {"AWS_EXECUTION_ENV", "AWS_Lambda_" + function.runtime().identifier},
                                    {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"},
                                    {"AWS_LAMBDA_FUNCTION_NAME", "greeter"},
                                    {"AWS_LAMBDA_FUNCTION_VERSION", "7"},
                                    {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
                                    {"AWS_LAMBDA_LOG_GROUP_NAME", "/mine"},
                                    {"AWS_LAMBDA_LOG_STREAM_NAME", function.log_stream_name()},
                                    {"AWS_REGION", "eu-north-1"},
                                    {"LAMBDA_TASK_ROOT", function.code_root()},
                                    {"PWD", function.code_root()},
                                    {"_HANDLER", "native.echo"},
                                }));
  test::Covers("R-33");
}

TEST(PlatformVariables, TellAFunctionHowItLogs_L07_L08) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.echo");
  config.log_format = "JSON";
  config.log_level = "WARN";
  const PlatformVariables variables = runtime.Add(config).platform_variables();
  EXPECT_EQ(variables.reserved.at("AWS_LAMBDA_LOG_FORMAT"), "JSON");
  EXPECT_EQ(variables.reserved.at("AWS_LAMBDA_LOG_LEVEL"), "WARN");
}

}  // namespace
}  // namespace tandem
