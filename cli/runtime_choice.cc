#include "runtime_choice.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <utility>

#include "tandem/runtime.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kPython[] = "python";
constexpr char kJava[] = "java";
constexpr char kActive[] = "VIRTUAL_ENV";

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

std::string Describe(const RuntimeInfo& info) {
  return info.identifier + " (" + info.version + ", " + info.path + ")";
}

Status CheckEnvironment(const std::string& folder, const std::string& option) {
  std::error_code error;
  if (fs::is_regular_file(fs::path(folder) / "pyvenv.cfg", error)) return {};
  return Bad(option + ": " + folder + " is no virtual environment, as it holds no pyvenv.cfg; " +
             (option == kActive ? "unset it, or name one with --venv" : "make one with python3 -m venv"));
}

// Why VIRTUAL_ENV does not serve the version that --runtime asks for; empty: it does.
std::string ReasonAgainstActive(const RuntimeWishes& wishes, const RuntimeRegistry& registry) {
  const RuntimeInfo active = registry.Named(kPython, wishes.active_venv);
  if (!active.usable()) return active.reason;
  if (active.identifier == wishes.identifier) return {};
  const auto selection = registry.Select(wishes.identifier, wishes.match, nullptr);
  if (selection && selection->info.identifier == active.identifier) return {};
  const std::string asker = wishes.template_place.empty() ? "--runtime" : wishes.template_place;
  return "it is " + Describe(active) + ", and " + asker + " asks for " + wishes.identifier;
}

// A template's Runtime yields to the interpreter or JDK that an option names, where that is of another version.
void YieldToOption(const RuntimeRegistry& registry, const std::string& language, const std::string& path,
                   const std::string& option, RuntimeWishes& wishes, RuntimeChoice& choice) {
  if (path.empty() || wishes.template_place.empty() || !wishes.identifier.starts_with(language)) return;
  const RuntimeInfo named = registry.Named(language, path);
  if (!named.usable() || named.identifier == wishes.identifier) return;
  choice.note =
      wishes.template_place + ": " + wishes.identifier + " is set aside: " + option + " names " + Describe(named);
  wishes.identifier = language;
}

// An option for another language than the function's: a script may give the same ones to all functions.
void WarnOfOthers(const RuntimeWishes& wishes, RuntimeChoice& choice) {
  const auto warn = [&](const std::string& given, const char* option, const char* language) {
    if (given.empty() || choice.identifier.starts_with(language)) return;
    choice.warnings.push_back(std::string(option) + " is not used: it is for " + language +
                              ", and the function runs on " + choice.identifier);
  };
  warn(wishes.java_home, "--java-home", kJava);
  warn(wishes.python, "--python", kPython);
  warn(wishes.venv, "--venv", kPython);
}

class PythonChoice {
 public:
  PythonChoice(const RuntimeWishes& wishes, const RuntimeRegistry& registry, RuntimeChoice& choice)
      : wishes_(wishes), registry_(registry), choice_(choice) {}

  Status Make() {
    if (!wishes_.venv.empty()) return TakeEnvironment();
    if (!wishes_.python.empty()) Take(wishes_.python, "--python");
    return wishes_.active_venv.empty() ? Status() : ConsiderActive();
  }

 private:
  void Take(const std::string& path, const char* option) {
    choice_.languages[kPython].path = path;
    choice_.option = option;
  }

  Status TakeEnvironment() {
    if (Status status = CheckEnvironment(wishes_.venv, "--venv"); !status.ok()) return status;
    Take(wishes_.venv, "--venv");
    choice_.match = RuntimeMatch::kStrict;  // its packages are for its own version
    if (wishes_.python.empty()) return {};
    const RuntimeInfo python = registry_.Named(kPython, wishes_.python);
    const RuntimeInfo venv = registry_.Named(kPython, wishes_.venv);
    if (!python.usable()) Take(wishes_.python, "--python");
    const bool known = !python.identifier.empty() && !venv.identifier.empty();
    const bool other_version = known && python.identifier != venv.identifier;
    const bool other_environment = python.origin == venv.origin && python.path != venv.path;
    const bool usable = python.usable() && venv.usable();
    const bool other = other_version || (usable && (python.library != venv.library || other_environment));
    if (!other) return {};
    return Bad("--python: it names " + Describe(python) + ", but --venv is made with " + Describe(venv) +
               "; give one of them only");
  }

  Status ConsiderActive() {
    const std::string& active = wishes_.active_venv;
    std::string reason;
    std::error_code error;
    const bool is_gone = !fs::exists(active, error) && !error;
    if (!wishes_.python.empty()) {
      reason = "--python names the interpreter";
    } else if (!wishes_.identifier.empty() && wishes_.identifier != kPython) {
      reason = ReasonAgainstActive(wishes_, registry_);
    } else if (is_gone) {  // left over from a shell's session, and not asked for here
      choice_.warnings.push_back(std::string(kActive) + "=" + active + " is not used: there is no such folder");
      return {};
    } else if (Status status = CheckEnvironment(active, kActive); !status.ok()) {
      return status;
    }
    if (reason.empty()) {
      Take(active, kActive);
    } else {
      choice_.note = std::string(kActive) + "=" + active + " is not used: " + reason;
    }
    return {};
  }

  const RuntimeWishes& wishes_;
  const RuntimeRegistry& registry_;
  RuntimeChoice& choice_;
};

}  // namespace

std::string About(const RuntimeChoice& choice) {
  return choice.option.empty() ? std::string() : choice.option + ": ";
}

std::string VariablesBehind(const RuntimeChoice& choice, std::string_view message, const VariableOf& variable_of) {
  static constexpr std::array kJavas = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"};
  static constexpr std::array kPythons = {"PYTHONHOME", "PYTHONPATH", "PYTHONHASHSEED", "PYTHONMALLOC", "PYTHONUTF8"};
  std::span<const char* const> names;
  if (choice.identifier.starts_with(kJava)) names = kJavas;
  if (choice.identifier.starts_with(kPython)) names = kPythons;
  std::string text;
  for (const char* name : names) {
    const char* value = variable_of(name);
    if (value == nullptr || *value == '\0' || message.find(name) != std::string_view::npos) continue;
    text.append("; ").append(name).append(" is ").append(value);
  }
  return text;
}

std::vector<std::string> LoaderDirs() {
  std::vector<std::string> folders;
  for (const std::string& folder : DefaultLoaderDirs()) {
    std::error_code error;
    folders.push_back(fs::absolute(folder, error).string());
  }
  return folders;
}

Result<std::unique_ptr<RuntimeRegistry>> OpenRegistry() {
  auto registry = RuntimeRegistry::Open(LoaderDirs(), {});
  if (registry) return registry;
  const bool given = std::getenv("TANDEM_LOADER_PATH") != nullptr;
  return {Code::kUnavailable, (given ? "TANDEM_LOADER_PATH: " : "") + registry.status().message() +
                                  (given ? "" : "; install Tandem again, or name the folder in TANDEM_LOADER_PATH")};
}

Result<RuntimeChoice> ChooseRuntime(const RuntimeWishes& wishes, const RuntimeRegistry& registry,
                                    const CodeToServe& code) {
  RuntimeChoice choice;
  RuntimeWishes settled = wishes;
  YieldToOption(registry, kJava, settled.java_home, "--java-home", settled, choice);
  YieldToOption(registry, kPython, settled.venv, "--venv", settled, choice);
  YieldToOption(registry, kPython, settled.python, "--python", settled, choice);
  choice.identifier = settled.identifier;
  choice.match = settled.match;
  if (!choice.identifier.empty()) choice.option = settled.template_place.empty() ? "--runtime" : settled.template_place;
  if (choice.identifier.empty()) {
    auto language = registry.DecideLanguage(code.handler, code.root, code.layers);
    if (!language) {
      const Status& status = language.status();
      const std::string about(status.code() == Code::kNotFound ? code.named_by : "--runtime");
      return {status.code(), about + ": " + status.message()};
    }
    choice.identifier = *language;
  }
  WarnOfOthers(settled, choice);
  if (choice.identifier.starts_with(kJava) && !settled.java_home.empty()) {
    choice.languages[kJava].path = settled.java_home;
    choice.option = "--java-home";
  }
  if (choice.identifier.starts_with(kPython)) {
    if (Status status = PythonChoice(settled, registry, choice).Make(); !status.ok()) return status;
  }
  return choice;
}

}  // namespace tandem::cli
