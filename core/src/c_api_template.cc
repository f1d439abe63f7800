#include "c_api_template.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "c_api_arguments.h"
#include "c_api_reader.h"
#include "templates/template.h"

namespace tandem::c_api {
namespace {

using templates::Note;
using templates::Subject;
using templates::TemplateFunction;

constexpr std::string_view kCall = "tandem_load_from_template";

struct Wanted {
  std::string path;
  std::string function;
  templates::TemplateOptions options;
};

Result<Wanted> WantedOf(const tandem_template_options* given) {
  Reader reader(kCall);
  if (given == nullptr) reader.Fail("template_options", "is NULL");
  const tandem_template_options known = reader.Struct(given, "template_options");
  Wanted wanted;
  wanted.path = reader.Text("template_options.path", known.path);
  if (wanted.path.empty()) reader.Fail("template_options.path", "is empty");
  wanted.function = reader.Text("template_options.function", known.function);
  for (const auto& parameter : reader.List("template_options.parameters", known.parameters, known.parameters_size)) {
    std::string name = reader.Text("template_options.parameters.name", parameter.name);
    wanted.options.parameters[std::move(name)] = reader.Text("template_options.parameters.value", parameter.value);
  }
  if (known.region.size > 0) wanted.options.region = reader.Text("template_options.region", known.region);
  wanted.options.package_folders =
      reader.Texts("template_options.package_dirs", known.package_dirs, known.package_dirs_size);
  if (!reader.status().ok()) return reader.status();
  return wanted;
}

// What the caller's own options say instead of the template. They have been read before.
class Replaced {
 public:
  explicit Replaced(const tandem_load_options* given) : given_(given == nullptr ? tandem_load_defaults() : *given) {}

  bool operator()(const Note& note) const {
    switch (note.subject) {
      case Subject::kHandler:
        return given_.handler.size > 0;
      case Subject::kRuntime:
        return given_.runtime.size > 0;
      case Subject::kCode:
        return given_.code.size > 0;
      case Subject::kName:
        return given_.name.size > 0;
      case Subject::kTimeout:
        return given_.timeout_ms != 0;
      case Subject::kMemorySize:
        return given_.memory_size_mb != 0;
      case Subject::kVariable:
        return HasVariable(note.variable);
      case Subject::kLayers:
        return given_.layers_size > 0;
      case Subject::kLogging:
        return given_.log_format.size > 0 && given_.log_level.size > 0;
      case Subject::kFunction:
      case Subject::kOther:
        break;
    }
    return false;
  }

 private:
  bool HasVariable(std::string_view name) const {
    return std::any_of(given_.variables, given_.variables + given_.variables_size,
                       [&](const tandem_variable& variable) {
                         return std::string_view(variable.name.data, variable.name.size) == name;
                       });
  }

  tandem_load_options given_;
};

FunctionConfig ConfigOf(const TemplateFunction& function) {
  FunctionConfig config = function.config;
  for (const templates::Variable& variable : function.variables) config.variables[variable.name] = variable.value;
  return config;
}

void Keep(const std::vector<Note>& notes, const Replaced& is_replaced, std::vector<std::string>& warnings) {
  for (const Note& note : notes) {
    if (!is_replaced(note)) warnings.push_back(note.text);
  }
}

}  // namespace

Result<TemplateChoice> ChooseFromTemplate(const tandem_template_options* given, const tandem_load_options* options) {
  const auto wanted = WantedOf(given);
  if (!wanted) return wanted.status();
  // The options are looked at before the template is read, so that a wrong argument is told whatever lies there.
  if (const auto read = FunctionConfigOf(kCall, options); !read) return read.status();
  const auto loaded = templates::LoadTemplate(wanted->path, wanted->options);
  if (!loaded) return loaded.status();
  const auto function =
      loaded->Choose(wanted->function.empty() ? std::nullopt : std::optional<std::string_view>(wanted->function));
  if (!function) return function.status();
  const Replaced is_replaced(options);
  for (const Note& problem : (*function)->problems) {
    if (!is_replaced(problem)) return {Code::kInvalidArgument, problem.text};
  }
  auto config = FunctionConfigOf(kCall, options, ConfigOf(**function));
  if (!config) return config.status();
  TemplateChoice choice{std::move(*config), {}};
  Keep(loaded->warnings, is_replaced, choice.warnings);
  Keep((*function)->warnings, is_replaced, choice.warnings);
  if (choice.config.isolation == Isolation::kInline && !(*function)->variables.empty()) {
    choice.warnings.push_back((*function)->variables.front().place +
                              ": variables are ignored inline, where the environment is the program's own");
  }
  return choice;
}

}  // namespace tandem::c_api
