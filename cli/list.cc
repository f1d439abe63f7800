#include "list.h"

#include <json/json.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "exit_status.h"
#include "options.h"
#include "runtime_choice.h"
#include "standard_streams.h"
#include "tandem/package.h"
#include "template_choice.h"
#include "text.h"

namespace tandem::cli {
namespace {

using templates::Note;
using templates::Template;
using templates::TemplateFunction;

constexpr std::string_view kUsage =
    "Usage: tandem list [--template FILE] [--json]\n"
    "\n"
    "Lists the functions of an AWS SAM or CloudFormation template, as `tandem invoke` would run them, and\n"
    "why one cannot be invoked. What is not supported is told on standard error. Exit status: 0; 2 when\n"
    "there is no such template, or it is malformed.\n";

const OptionTable& Table() {
  static const OptionTable kTable = {
      {"Options", "template", 0, "FILE", "the template (default: template.yaml, .yml or .json in this folder)"},
      {"Options", "parameter", 0, "NAME=VALUE", "a parameter of the template; may be repeated", true},
      {"Options", "json", 0, "", "print a JSON object instead of a table"},
      {"Options", "help", 'h', "", "print this"},
  };
  return kTable;
}

constexpr std::size_t kColumns = 5;
using Row = std::array<std::string, kColumns>;

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : OneLine(text);
}

std::string Columns(const Row& row, const std::array<std::size_t, kColumns>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row.at(i);
    if (i + 1 < row.size()) line.append(widths.at(i) - row.at(i).size() + 2, ' ');
  }
  return line + "\n";
}

std::string AsTable(const Template& loaded) {
  std::vector<Row> rows = {{"FUNCTION", "NAME", "RUNTIME", "HANDLER", "CODE"}};
  for (const TemplateFunction& function : loaded.functions) {
    const FunctionConfig& config = function.config;
    rows.push_back({OrDash(function.logical_id), OrDash(config.name), OrDash(config.runtime), OrDash(config.handler),
                    OrDash(config.code)});
  }
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths.at(i) = std::max(widths.at(i), row.at(i).size());
  }
  std::string text = Columns(rows.front(), widths);
  for (std::size_t i = 0; i < loaded.functions.size(); ++i) {
    text += Columns(rows[i + 1], widths);
    for (const Note& problem : loaded.functions[i].problems) {
      text += "    cannot be invoked: " + OneLine(problem.text) + "\n";
    }
  }
  return text;
}

Json::Value Texts(const std::vector<Note>& notes) {
  Json::Value list(Json::arrayValue);
  for (const Note& note : notes) list.append(note.text);
  return list;
}

Json::Value Texts(const std::vector<std::string>& texts) {
  Json::Value list(Json::arrayValue);
  for (const std::string& text : texts) list.append(text);
  return list;
}

Json::Value Describe(const TemplateFunction& function) {
  const FunctionConfig& config = function.config;
  Json::Value entry;
  entry["id"] = function.logical_id;
  entry["name"] = config.name;
  entry["runtime"] = config.runtime;
  entry["handler"] = config.handler;
  entry["code"] = config.code;
  entry["layers"] = Texts(config.layers);
  entry["timeout"] = Json::Int64{config.timeout.count() / 1000};
  entry["memorySize"] = config.memory_size_mb;
  entry["environment"] = Json::Value(Json::objectValue);
  for (const templates::Variable& variable : function.variables) entry["environment"][variable.name] = variable.value;
  entry["description"] = function.description;
  entry["architectures"] = Texts(function.architectures);
  entry["warnings"] = Texts(function.warnings);
  entry["problems"] = Texts(function.problems);
  return entry;
}

std::string AsJson(const Template& loaded) {
  Json::Value root;
  root["template"] = loaded.path;
  root["functions"] = Json::Value(Json::arrayValue);
  for (const TemplateFunction& function : loaded.functions) root["functions"].append(Describe(function));
  root["warnings"] = Texts(loaded.warnings);
  return PrettyJson(root);
}

// Adds to each function whose runtime nothing here serves why that is, as an invocation would say it.
void AddUnserved(Template& loaded) {
  const auto registry = OpenRegistry();
  if (!registry) {
    loaded.warnings.push_back({templates::Subject::kRuntime, "", registry.status().message()});
    return;
  }
  std::map<std::string, std::string> reasons;
  for (TemplateFunction& function : loaded.functions) {
    const std::string& runtime = function.config.runtime;
    if (runtime.empty()) continue;
    const auto [reason, is_new] = reasons.try_emplace(runtime);
    if (is_new) reason->second = (*registry)->Select(runtime, RuntimeMatch::kNearestNewer, nullptr).status().message();
    if (reason->second.empty()) continue;
    const std::string& place = function.PlaceOf(templates::Subject::kRuntime);
    function.problems.push_back({templates::Subject::kRuntime, "", place + ": " + reason->second});
  }
}

// Adds to each function whose code or layer is no package why that is, as far as an archive's directory tells.
void AddUnusablePackages(Template& loaded) {
  std::map<std::string, std::string> reasons;
  for (TemplateFunction& function : loaded.functions) {
    const auto check = [&](templates::Subject subject, const std::string& path) {
      const bool is_told = std::any_of(function.problems.begin(), function.problems.end(),
                                       [&](const Note& problem) { return problem.subject == subject; });
      if (is_told || path.empty()) return;
      const auto [reason, is_new] = reasons.try_emplace(path);
      if (is_new) reason->second = CheckPackage(path).message();
      if (reason->second.empty()) return;
      function.problems.push_back({subject, "", function.PlaceOf(subject) + ": " + reason->second});
    };
    check(templates::Subject::kCode, function.config.code);
    for (const std::string& layer : function.config.layers) check(templates::Subject::kLayers, layer);
  }
}

// Each line once: what Globals say is said of every function.
void SayWarnings(const Template& loaded) {
  std::set<std::string_view> said;
  const auto say = [&](const std::vector<Note>& notes) {
    for (const Note& note : notes) {
      if (said.insert(note.text).second) Complain("warning: " + note.text);
    }
  };
  say(loaded.warnings);
  for (const TemplateFunction& function : loaded.functions) say(function.warnings);
}

}  // namespace

int RunList(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(Table(), arguments);
  if (!options) {
    Complain("list: " + options.status().message());
    return kExitBadUse;
  }
  if (options->Has("help")) return Print(std::string(kUsage) + DescribeOptions(Table()));
  auto loaded = OpenTemplate(*options);
  if (!loaded) {
    Complain("list: " + loaded.status().message());
    return ExitStatusOf(loaded.status().code());
  }
  AddUnserved(*loaded);
  AddUnusablePackages(*loaded);
  if (options->Has("json")) return Print(AsJson(*loaded));
  SayWarnings(*loaded);
  return Print(AsTable(*loaded));
}

}  // namespace tandem::cli
