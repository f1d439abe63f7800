#include "platform_variables.h"

namespace tandem {

PlatformVariables PlatformVariablesOf(const FunctionConfig& function, std::string_view runtime_identifier,
                                      const std::string& code_root, const std::string& log_stream_name) {
  PlatformVariables variables;
  variables.defaults = {
      {"AWS_DEFAULT_REGION", function.region},
      {"LANG", "en_US.UTF-8"},
      {"TZ", ":UTC"},
  };
  variables.reserved = {
      {"_HANDLER", function.handler},
      {"AWS_REGION", function.region},
      {"AWS_EXECUTION_ENV", "AWS_Lambda_" + std::string(runtime_identifier)},
      {"AWS_LAMBDA_FUNCTION_NAME", function.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", function.version},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_size_mb)},
      {"AWS_LAMBDA_LOG_GROUP_NAME", function.log_group_name},
      {"AWS_LAMBDA_LOG_STREAM_NAME", log_stream_name},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"LAMBDA_TASK_ROOT", code_root},
      {"PWD", code_root},
  };
  // Libraries look at these, too (L-07, L-08).
  if (!function.log_format.empty()) variables.reserved["AWS_LAMBDA_LOG_FORMAT"] = function.log_format;
  if (!function.log_level.empty()) variables.reserved["AWS_LAMBDA_LOG_LEVEL"] = function.log_level;
  return variables;
}

PlatformVariables Function::platform_variables() const {
  return PlatformVariablesOf(config_, runtime_.identifier, code_root_, log_stream_name_);
}

}  // namespace tandem
