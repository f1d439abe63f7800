// TemplateChoice: the function of a SAM or CloudFormation template that an invocation is about.
#ifndef TANDEM_CLI_TEMPLATE_CHOICE_H_
#define TANDEM_CLI_TEMPLATE_CHOICE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "tandem/status.h"
#include "templates/template.h"

namespace tandem::cli {

// The name by which ParseOptions keeps the function that the user names.
inline constexpr std::string_view kFunctionArgument = "NAME";

struct TemplateChoice {
  templates::TemplateFunction function;
  std::vector<std::string> warnings;  // what the options do not replace
};

// The template in the current folder; empty: there is none.
std::string DefaultTemplate();

// Reads the template that --template names, else the one in the current folder, with the values of --parameter. Errors:
// as LoadTemplate.
Result<templates::Template> OpenTemplate(const ParsedOptions& options);

// The function that the user names, or the template's only one; nullopt where no template is asked for. Errors:
// kInvalidArgument, also when the function cannot be run as the options leave it; kNotFound, in a line that lists the
// template's functions.
Result<std::optional<TemplateChoice>> ChooseFromTemplate(const ParsedOptions& options);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_TEMPLATE_CHOICE_H_
