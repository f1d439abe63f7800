// RuntimeChoice: which runtime the user's options and environment ask for.
#ifndef TANDEM_CLI_RUNTIME_CHOICE_H_
#define TANDEM_CLI_RUNTIME_CHOICE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/registry.h"
#include "tandem/status.h"

namespace tandem::cli {

// What was said about runtimes, with absolute paths; empty: nothing.
struct RuntimeWishes {
  std::string identifier;   // --runtime, or a template's Runtime
  std::string python;       // --python
  std::string java_home;    // --java-home
  std::string venv;         // --venv
  std::string active_venv;  // VIRTUAL_ENV
  RuntimeMatch match = RuntimeMatch::kNearestNewer;
  // Where the identifier is said when it is not --runtime: an interpreter or JDK that an option names goes before it.
  std::string template_place;
};

// The code that a runtime is chosen for.
struct CodeToServe {
  std::string_view handler;
  std::string_view root;
  const std::vector<std::string>& layers;  // unpacked
  std::string_view named_by;               // "--code", or the place in a template
};

// One wish out of several.
struct RuntimeChoice {
  std::string identifier;  // what --runtime says, else the language that the package decides
  std::map<std::string, LanguageOptions> languages;
  RuntimeMatch match = RuntimeMatch::kNearestNewer;
  std::string option;                 // what decides, by its name; empty: nothing that was given
  std::string note;                   // what is set aside, and why; empty: nothing
  std::vector<std::string> warnings;  // the same where the user would not expect it
};

// Where loaders lie, as absolute paths.
std::vector<std::string> LoaderDirs();

// What to put before a message about the choice: "--runtime: ", or nothing.
std::string About(const RuntimeChoice& choice);

// A variable of the process that the VM is started in, or null.
using VariableOf = std::function<const char*(const std::string& name)>;

// "; PYTHONHOME is /somewhere": the variables that a VM of this choice reads when it starts, as far as they are set and
// `message` does not name them.
std::string VariablesBehind(const RuntimeChoice& choice, std::string_view message, const VariableOf& variable_of);

// The finders of all languages, without wishes. Errors: kUnavailable, in a line that names TANDEM_LOADER_PATH.
Result<std::unique_ptr<RuntimeRegistry>> OpenRegistry();

// An option goes before VIRTUAL_ENV; two options that name different runtimes are refused. Errors: kInvalidArgument, in
// a line that names the options.
Result<RuntimeChoice> ChooseRuntime(const RuntimeWishes& wishes, const RuntimeRegistry& registry,
                                    const CodeToServe& code);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_RUNTIME_CHOICE_H_
