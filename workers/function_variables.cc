#include "workers/function_variables.h"

#include <map>

namespace tandem::workers {

std::vector<std::string> FunctionVariables(const FunctionConfig& function, const std::vector<std::string>& layers,
                                           const RuntimeSelection& runtime, const std::string& code_root,
                                           const std::string& log_stream_name) {
  std::map<std::string, std::string> variables;
  // What the user may replace.
  variables["LANG"] = "en_US.UTF-8";
  variables["TZ"] = ":UTC";
  std::string programs = "/usr/local/bin:/usr/bin:/bin";
  variables["AWS_DEFAULT_REGION"] = function.region;
  std::string libraries = code_root + ":" + code_root + "/lib";
  // K-11, K-12
  for (const std::string& layer : std::vector<std::string>(layers.rbegin(), layers.rend())) {
    programs += ":" + layer + "/bin";
    libraries += ":" + layer + "/lib";
  }
  variables["PATH"] = programs + ":/opt/bin";
  variables["LD_LIBRARY_PATH"] = libraries + ":/opt/lib";
  for (const auto& [name, value] : function.variables) variables[name] = value;
  // What is the platform's.
  variables["_HANDLER"] = function.handler;
  variables["AWS_REGION"] = function.region;
  variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + runtime.identifier;
  variables["AWS_LAMBDA_FUNCTION_NAME"] = function.name;
  variables["AWS_LAMBDA_FUNCTION_VERSION"] = function.version;
  variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(function.memory_size_mb);
  variables["AWS_LAMBDA_LOG_GROUP_NAME"] = function.log_group_name;
  variables["AWS_LAMBDA_LOG_STREAM_NAME"] = log_stream_name;
  variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  if (function.max_concurrency > 1 && !runtime.info.is_own()) {
    variables["AWS_LAMBDA_MAX_CONCURRENCY"] = std::to_string(function.max_concurrency);
  }
  variables["LAMBDA_TASK_ROOT"] = code_root;
  variables["PWD"] = code_root;
  std::vector<std::string> texts;
  texts.reserve(variables.size());
  for (const auto& [name, value] : variables) texts.push_back(std::string(name).append("=").append(value));
  return texts;
}

}  // namespace tandem::workers
