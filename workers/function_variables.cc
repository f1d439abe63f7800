#include "workers/function_variables.h"

#include <map>
#include <utility>

#include "core/src/platform_variables.h"
#include "workers/protocol.h"

namespace tandem::workers {

std::vector<std::string> FunctionVariables(const FunctionConfig& function, const std::vector<std::string>& layers,
                                           const RuntimeSelection& runtime, const std::string& code_root,
                                           const std::string& log_stream_name) {
  PlatformVariables platform = PlatformVariablesOf(function, runtime.identifier, code_root, log_stream_name);
  std::map<std::string, std::string> variables = std::move(platform.defaults);
  std::string programs = "/usr/local/bin:/usr/bin:/bin";
  std::string libraries = code_root + ":" + code_root + "/lib";
  // K-11, K-12
  for (const std::string& layer : std::vector<std::string>(layers.rbegin(), layers.rend())) {
    programs += ":" + layer + "/bin";
    libraries += ":" + layer + "/lib";
  }
  variables["PATH"] = programs + ":/opt/bin";
  variables["LD_LIBRARY_PATH"] = libraries + ":/opt/lib";
  for (const auto& [name, value] : function.variables) variables[name] = value;
  for (auto& [name, value] : platform.reserved) variables[name] = std::move(value);
  if (function.max_concurrency > 1 && !runtime.info.is_own()) {
    variables["AWS_LAMBDA_MAX_CONCURRENCY"] = std::to_string(function.max_concurrency);
  }
  std::vector<std::string> texts;
  texts.reserve(variables.size());
  for (const auto& [name, value] : variables) texts.push_back(std::string(name).append("=").append(value));
  return texts;
}

std::vector<std::string> WithLogStream(std::vector<std::string> variables, const std::string& log_stream_name) {
  const std::string beginning = std::string(kLogStreamVariable) + "=";
  for (std::string& variable : variables) {
    if (variable.starts_with(beginning)) variable = beginning + log_stream_name;
  }
  return variables;
}

}  // namespace tandem::workers
