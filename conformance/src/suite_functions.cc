#include <re2/re2.h>

#include <set>
#include <system_error>

#include "suite_reader.h"
#include "tandem/function.h"

namespace tandem::conformance {
namespace {

namespace fs = std::filesystem;

constexpr int kMostTimeout = 900;    // A-11, seconds
constexpr int kLeastMemory = 128;    // A-11, MB
constexpr int kMostMemory = 10'240;  // the same
constexpr std::string_view kFunctionNames = "1 to 64 of the characters a-z, A-Z, 0-9, - and _";

void CheckFunctionName(const JsonNode& node, const std::string& name) {
  if (!IsFunctionName(name))
    node.Refuse("'" + name + "' is no name of a function: it has " + std::string(kFunctionNames));
}

void ReadVariables(const JsonNode& parent, std::map<std::string, std::string>& variables) {
  const auto environment = parent.Find("environment");
  if (!environment || (environment->value().isObject() && environment->value().empty())) return;
  for (const auto& [name, value] : environment->Members()) {
    const std::string text = value.Text();
    const bool has_nul = (name + text).find('\0') != std::string::npos;
    if (name.empty() || name.find('=') != std::string::npos || has_nul) {
      value.Refuse("no environment has such a variable: a name is not empty and has no =, and there is no NUL");
    }
    variables.emplace(name, text);  // what is there already goes before it
  }
}

std::string CodeOf(const JsonNode& node, const std::vector<fs::path>& folders) {
  const std::string name = node.Line();
  std::string missing;
  for (const fs::path& folder : folders) {
    const fs::path code = (folder / name).lexically_normal();
    std::error_code error;
    if (fs::exists(code, error))
      return code.has_filename() ? code.string() : code.parent_path().string();  // of "java/"
    missing += (missing.empty() ? "there is no " : ", and no ") + code.string();
  }
  node.Refuse(missing + "; build it first", Code::kNotFound);
}

Implementation ImplementationOf(const std::string& language, const JsonNode& node, const SuiteFunction& function,
                                const std::vector<fs::path>& code_folders) {
  static const RE2 kLanguages("[a-z][a-z0-9_-]*");
  if (!RE2::FullMatch(language, kLanguages)) {
    node.Refuse("'" + language + "' is no language: java, python, native, or what else a loader is called");
  }
  node.AllowOnly({"handler", "code", "runtime", "name", "environment"});
  Implementation implementation;
  implementation.language = language;
  implementation.handler = node["handler"].Line();
  implementation.code = CodeOf(node["code"], code_folders);
  if (const auto runtime = node.Find("runtime")) implementation.runtime = runtime->Line();
  const auto name = node.Find("name");
  implementation.endpoint_name = name ? name->Text() : function.name + "-" + language;
  CheckFunctionName(name.value_or(node), implementation.endpoint_name);
  ReadVariables(node, implementation.variables);
  return implementation;
}

std::unique_ptr<SuiteFunction> FunctionOf(const std::string& name, const JsonNode& node,
                                          const std::vector<fs::path>& code_folders) {
  CheckFunctionName(node, name);
  node.AllowOnly({"timeout", "memorySize", "logFormat", "logLevel", "environment", "implementations"});
  auto function = std::make_unique<SuiteFunction>();
  function->name = name;
  if (const auto timeout = node.Find("timeout")) {
    function->timeout = std::chrono::seconds(timeout->Whole(1, kMostTimeout));
  }
  if (const auto size = node.Find("memorySize")) function->memory_size_mb = size->Whole(kLeastMemory, kMostMemory);
  if (const auto format = node.Find("logFormat")) function->log_format = format->Choice({"Text", "JSON"});
  if (const auto level = node.Find("logLevel")) {
    function->log_level = level->Choice({"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"});
  }
  for (const auto& [language, implementation] : node["implementations"].Members()) {
    Implementation read = ImplementationOf(language, implementation, *function, code_folders);
    ReadVariables(node, read.variables);
    function->implementations.emplace(language, std::move(read));
  }
  return function;
}

}  // namespace

std::vector<std::unique_ptr<SuiteFunction>> FunctionsOf(const JsonNode& node,
                                                        const std::vector<fs::path>& code_folders) {
  std::vector<std::unique_ptr<SuiteFunction>> functions;
  for (const auto& [name, function] : node.Members()) functions.push_back(FunctionOf(name, function, code_folders));
  return functions;
}

}  // namespace tandem::conformance
