// The `tandem` command: its verbs.
#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "conform.h"
#include "exit_status.h"
#include "invoke.h"
#include "list.h"
#include "logs.h"
#include "runtimes.h"
#include "serve.h"
#include "standard_streams.h"
#include "text.h"
#include "version.h"

namespace tandem::cli {
namespace {

constexpr std::string_view kHelp =
    "Tandem runs AWS-Lambda-style handlers written in Java and Python.\n"
    "\n"
    "Usage:\n"
    "  tandem invoke --handler NAME [options]   run a handler once\n"
    "  tandem invoke NAME [options]             run a function of a SAM or CloudFormation template once\n"
    "  tandem serve [options]                   serve the Lambda API to the AWS CLI and SDKs\n"
    "  tandem conform PATH... [options]         run suites of cases in each language, and compare\n"
    "  tandem logs FUNCTION [--follow]          print what a function of the server has logged\n"
    "  tandem list [--template FILE] [--json]   list the functions of a template\n"
    "  tandem runtimes [--json]                 list the JDKs and Python interpreters found\n"
    "  tandem help [VERB]                       print help, as VERB --help does\n"
    "  tandem --version                         print the version and the loaders installed\n"
    "\n"
    "Examples:\n"
    "  tandem invoke --handler example.Hello::myHandler --code hello-java.jar --payload 123\n"
    "  tandem invoke --handler hello_python.my_handler --code deployment-package.zip -e event.json\n"
    "  tandem invoke HelloWorldFunction --template template.yaml -e events/event.json\n";

struct Verb {
  std::string_view name;
  int (*run)(const std::vector<std::string>& arguments);
};

constexpr std::array<Verb, 6> kVerbs = {{{"conform", RunConform},
                                         {"invoke", RunInvoke},
                                         {"list", RunList},
                                         {"logs", RunLogs},
                                         {"runtimes", RunRuntimes},
                                         {"serve", RunServe}}};

const Verb* FindVerb(std::string_view name) {
  for (const Verb& verb : kVerbs) {
    if (verb.name == name) return &verb;
  }
  return nullptr;
}

int UnknownVerb(const std::string& name) {
  const bool is_option = name.starts_with('-');
  const std::vector<std::string_view> known =
      is_option ? std::vector<std::string_view>{"--help", "--version"}
                : std::vector<std::string_view>{"conform", "invoke", "list", "logs", "runtimes", "serve", "help"};
  Complain(std::string(is_option ? "unknown option " : "unknown verb ") + name + DidYouMean(name, "", known) +
           "; see tandem --help");
  return kExitBadUse;
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    Complain("a verb is missing: conform, invoke, list, logs, runtimes or serve; see tandem --help");
    return kExitBadUse;
  }
  const std::string& first = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (const Verb* verb = FindVerb(first); verb != nullptr) return verb->run(rest);
  if (first == "help" && rest.size() == 1) {
    const Verb* verb = FindVerb(rest.front());
    return verb == nullptr ? UnknownVerb(rest.front()) : verb->run({"--help"});
  }
  const bool asks_help = first == "--help" || first == "-h" || first == "help";
  if (!asks_help && first != "--version") return UnknownVerb(first);
  if (!rest.empty()) {
    Complain("unexpected argument '" + rest.back() + "' after " + first);
    return kExitBadUse;
  }
  return asks_help ? Print(kHelp) : PrintVersion();
}

}  // namespace
}  // namespace tandem::cli

int main(int argc, char** argv) {
  tandem::cli::PrepareStandardStreams();
  try {
    return tandem::cli::Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    return tandem::cli::ComplainInternal(error);
  }
}
