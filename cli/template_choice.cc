#include "template_choice.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "function_environment.h"
#include "templates/utf8.h"
#include "text.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using templates::Note;
using templates::Subject;
using templates::Template;
using templates::TemplateFunction;

constexpr std::array<std::string_view, 3> kDefaultNames = {"template.yaml", "template.yml", "template.json"};

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

Result<std::string> FindTemplate(const ParsedOptions& options) {
  if (const std::string* given = options.Find("template"); given != nullptr) {
    if (given->empty()) return Bad("--template is empty: give a SAM or CloudFormation template");
    std::error_code error;
    if (!fs::exists(*given, error)) return {Code::kNotFound, "--template: there is no template " + *given};
    return *given;
  }
  if (const std::string found = DefaultTemplate(); !found.empty()) return found;
  const std::string nothing = "there is no template.yaml, template.yml or template.json in this folder";
  const std::string* function = options.Find(kFunctionArgument);
  if (function == nullptr) return {Code::kNotFound, nothing + "; name one with --template"};
  if (!options.Has("handler")) {
    return {Code::kNotFound, nothing + " that could have " + *function +
                                 "; name one with --template, or run a handler by --handler and --code"};
  }
  // Beside --handler most likely the rest of a value that the shell took apart.
  return Bad("unexpected argument '" + *function + "': beside --handler only a function of a template is taken, and " +
             nothing + "; leave it out, or put a value with a blank into quotes");
}

// The folders with the packages of the virtual environment that is in use.
std::vector<std::string> PackageFolders(const ParsedOptions& options) {
  const std::string* given = options.Find("venv");
  const char* active = std::getenv("VIRTUAL_ENV");
  const std::string venv = given != nullptr ? *given : active == nullptr ? "" : active;
  std::vector<std::string> folders;
  if (venv.empty()) return folders;
  std::error_code error;
  const fs::path versions = fs::path(venv) / "lib";
  for (fs::directory_iterator at(versions, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    folders.push_back((at->path() / "site-packages").string());
  }
  return folders;
}

// The option that says the same; empty: none does.
std::string_view OptionOf(Subject subject) {
  switch (subject) {
    case Subject::kHandler:
      return "handler";
    case Subject::kRuntime:
      return "runtime";
    case Subject::kCode:
      return "code";
    case Subject::kName:
      return "function-name";
    case Subject::kTimeout:
      return "timeout";
    case Subject::kMemorySize:
      return "memory-size";
    case Subject::kFunction:
    case Subject::kVariable:
    case Subject::kLayers:
    case Subject::kLogging:
    case Subject::kOther:
      break;
  }
  return {};
}

bool IsReplaced(const Note& note, const ParsedOptions& options) {
  if (const std::string_view option = OptionOf(note.subject); !option.empty()) return options.Has(option);
  if (note.variable.empty()) return false;
  const auto& given = options.All("env");
  return std::any_of(given.begin(), given.end(),
                     [&](const std::string& text) { return text.starts_with(note.variable + "="); });
}

Result<const TemplateFunction*> Choose(const Template& loaded, const std::string* name) {
  if (name == nullptr) return loaded.Choose(std::nullopt);
  if (loaded.Find(*name) != nullptr) return loaded.Choose(*name);
  std::vector<std::string_view> known;
  for (const TemplateFunction& function : loaded.functions) {
    known.insert(known.end(), {function.logical_id, function.config.name});
  }
  return loaded.Choose(*name, DidYouMean(*name, "", known));
}

// Errors: kInvalidArgument, when something that the options do not replace makes it unusable.
Status CheckUsable(const TemplateFunction& function, const ParsedOptions& options) {
  for (const Note& problem : function.problems) {
    if (!IsReplaced(problem, options)) return Bad(problem.text);
  }
  for (const templates::Variable& variable : function.variables) {
    const std::string reason = ReasonAgainstVariable(variable.name);
    if (!reason.empty()) return Bad(variable.place + ": " + reason);
  }
  return {};
}

}  // namespace

std::string DefaultTemplate() {
  std::error_code error;
  for (const std::string_view name : kDefaultNames) {
    if (fs::exists(name, error)) return std::string(name);
  }
  return {};
}

Result<Template> OpenTemplate(const ParsedOptions& options) {
  templates::TemplateOptions wanted;
  wanted.region = Region();
  wanted.package_folders = PackageFolders(options);
  for (const std::string& text : options.All("parameter")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return Bad("--parameter takes NAME=VALUE, not '" + text + "'");
    if (!templates::IsUtf8(text))
      return Bad("--parameter: " + text.substr(0, equals) + " is not UTF-8, as a template is");
    wanted.parameters[text.substr(0, equals)] = text.substr(equals + 1);
  }
  const auto path = FindTemplate(options);
  if (!path) return path.status();
  return templates::LoadTemplate(*path, wanted);
}

Result<std::optional<TemplateChoice>> ChooseFromTemplate(const ParsedOptions& options) {
  const std::string* name = options.Find(kFunctionArgument);
  if (name == nullptr && !options.Has("template")) {
    if (options.Has("parameter")) return Bad("--parameter needs a template: name a function, or give --template");
    return std::optional<TemplateChoice>();
  }
  const auto loaded = OpenTemplate(options);
  if (!loaded) return loaded.status();
  const auto function = Choose(*loaded, name);
  if (!function) return function.status();
  if (Status status = CheckUsable(**function, options); !status.ok()) return status;
  TemplateChoice choice{**function, {}};
  const auto keep = [&](const std::vector<Note>& notes) {
    for (const Note& note : notes) {
      if (!IsReplaced(note, options)) choice.warnings.push_back(note.text);
    }
  };
  keep(loaded->warnings);
  keep(choice.function.warnings);
  return std::optional(std::move(choice));
}

}  // namespace tandem::cli
