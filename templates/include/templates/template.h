// Template: the functions of an AWS SAM or CloudFormation template, as far as they can be run on this machine.
#ifndef TANDEM_TEMPLATES_TEMPLATE_H_
#define TANDEM_TEMPLATES_TEMPLATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/function.h"
#include "tandem/status.h"

namespace tandem::templates {

// What a note is about, so that whoever has the thing from elsewhere need not hear it.
enum class Subject : std::uint8_t {
  kFunction,  // as a whole
  kHandler,
  kRuntime,
  kCode,
  kName,
  kTimeout,
  kMemorySize,
  kVariable,
  kLayers,
  kLogging,
  kOther,  // nothing that an invocation needs
};

// One line, without control characters: "template.yaml:12: Resources.Hello.Properties.Handler: ...".
struct Note {
  Subject subject = Subject::kOther;
  std::string variable;  // which one, where it is about one
  std::string text;
};

// An environment variable.
struct Variable {
  std::string name;
  std::string value;
  std::string place;  // as notes begin: "template.yaml:12: Resources.Hello.Properties.Environment.Variables.A"
};

// One function. What the template does not say has FunctionConfig's default.
struct TemplateFunction {
  std::string logical_id;
  FunctionConfig config;  // paths absolute, layers as folders or archives; no variables, as they are the process's
  std::string description;
  std::vector<std::string> architectures;
  std::vector<Variable> variables;
  std::map<Subject, std::string> places;  // where the template says it, as notes begin; only what it says
  std::vector<Note> warnings;             // what is not as the template has it
  std::vector<Note> problems;             // why it cannot be run, unless that comes from elsewhere

  // "template.yaml:12: Resources.Hello.Properties.Handler"; of the function itself where the template says nothing.
  const std::string& PlaceOf(Subject subject) const;
};

struct Template {
  std::string path;
  std::vector<TemplateFunction> functions;  // in the template's order
  std::vector<Note> warnings;               // about no single function

  // By logical id, else by the function's name; null when there is none.
  const TemplateFunction* Find(std::string_view name) const;
  // The one that `name` finds, or, where none is named, the only one. Errors: kInvalidArgument when there are several,
  // kNotFound; the message lists the functions, `hint` before them.
  Result<const TemplateFunction*> Choose(std::optional<std::string_view> name, std::string_view hint = {}) const;
};

struct TemplateOptions {
  std::map<std::string, std::string> parameters;
  std::string region = "us-east-1";
  std::vector<std::string> package_folders;  // where Python's packages lie besides the code and its layers
};

// Reads a template. It takes part of nothing: no network, no account, no stack. Errors: kNotFound when there is no such
// file; kInvalidArgument when it cannot be read, is malformed ("<path>:<line>:<column>: ...") or is given a parameter
// that it does not take, in one line. What is wrong with one function is among its problems.
Result<Template> LoadTemplate(const std::string& path, const TemplateOptions& options);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_TEMPLATE_H_
