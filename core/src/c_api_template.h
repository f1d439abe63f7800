// A function of a template, for the C API.
#ifndef TANDEM_CORE_C_API_TEMPLATE_H_
#define TANDEM_CORE_C_API_TEMPLATE_H_

#include <string>
#include <vector>

#include "tandem/function.h"
#include "tandem/status.h"
#include "tandem/tandem.h"

namespace tandem::c_api {

struct TemplateChoice {
  FunctionConfig config;              // its layers may be archives yet
  std::vector<std::string> warnings;  // a line each
};

// What the template says of the function, and `options`, which may be NULL, instead or besides. Errors:
// kInvalidArgument, kNotFound.
Result<TemplateChoice> ChooseFromTemplate(const tandem_template_options* given, const tandem_load_options* options);

}  // namespace tandem::c_api

#endif  // TANDEM_CORE_C_API_TEMPLATE_H_
