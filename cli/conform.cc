#include "conform.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "conformance/fuzz.h"
#include "conformance/report.h"
#include "conformance/run.h"
#include "conformance/suite.h"
#include "conformance/target.h"
#include "conformance/update.h"
#include "exit_status.h"
#include "function_environment.h"
#include "options.h"
#include "report_file.h"
#include "runtime_choice.h"
#include "standard_streams.h"
#include "text.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using conformance::CaseResult;
using conformance::Suite;
using conformance::Target;

constexpr std::string_view kUsage =
    "Usage: tandem conform PATH... [options]\n"
    "\n"
    "Runs suites of cases: functions that are written once in each language and are to answer alike. A\n"
    "PATH is a directory with a suite.json, or one that holds such directories. conformance/README.md\n"
    "shows how a suite is written.\n"
    "\n"
    "Examples:\n"
    "  tandem conform examples/conformance/pricing\n"
    "  tandem conform suites --target inline --target process --language java --html report.html\n"
    "  tandem conform suites --endpoint http://127.0.0.1:9001\n";

constexpr std::string_view kStatuses =
    "\n"
    "Exit status: 0 all is as expected; 1 something differs; 2 bad use, or a suite that is none;\n"
    "3 a target cannot be set up; 4 a report cannot be written. Ctrl-C ends a run behind its case.\n";

constexpr std::string_view kPaths = "PATH";
constexpr std::string_view kInlineHost = "--inline-host";  // of the process that is itself the target `inline`
constexpr std::size_t kUsualWidth = 100;
constexpr std::size_t kLeastWidth = 40;

const OptionTable& Table() {
  static const OptionTable kTable = {
      {"What is run", "language", 0, "NAME", "java, python, ...: only its functions; may be repeated", true},
      {"What is run", "tag", 0, "NAME", "only cases that have it; may be repeated", true},
      {"What is run", "code-dir", 0, "DIR",
       "where packages are looked for that are not in their suite's directory; DIR/loaders may have loaders"},
      {"Where", "target", 0, "inline|process|ric",
       "inline: in a process that hosts the function; process: in workers; ric: in AWS's own runtime clients; may be "
       "repeated (default: process)",
       true},
      {"Where", "endpoint", 0, "URL",
       "a server that answers the Lambda API and has the functions; requests are signed where AWS_ACCESS_KEY_ID is "
       "set; may be repeated",
       true},
      {"Where", "python", 0, "PATH", "the Python interpreter to use"},
      {"Where", "java-home", 0, "DIR", "the JDK to use"},
      {"Where", "ric-python", 0, "PATH", "for ric: an interpreter that has awslambdaric"},
      {"Where", "ric-java", 0, "DIR",
       "for ric: the jars of aws-lambda-java-runtime-interface-client and what it depends on"},
      {"Reports", "html", 0, "FILE", "write a page that shows each difference"},
      {"Reports", "junit", 0, "FILE", "write JUnit's XML"},
      {"Reports", "json", 0, "FILE", "write JSON, as conformance/report.schema.json says"},
      {"What else is done", "update", 0, "",
       "make what the one target answers what is expected, after showing it; suites that say whose answers they have "
       "recorded take those of ric only"},
      {"What else is done", "fuzz", 0, "N",
       "send N events like those of the cases to all implementations of each function, and show the smallest on which "
       "they differ"},
      {"What else is done", "seed", 0, "N", "with --fuzz: other events for each number (default: 1)"},
      {"Help", "help", 'h', "", "print this"},
  };
  return kTable;
}

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

// Empty: it is not given.
std::string ValueOf(const ParsedOptions& options, std::string_view name) {
  const std::string* const value = options.Find(name);
  return value == nullptr ? "" : *value;
}

int FailConform(const Status& status) {
  Complain("conform: " + status.message());
  return ExitStatusOf(status.code());
}

// The same of a path, which is used in other folders than this, too; a program without a slash is looked up in PATH.
std::string PathOf(const ParsedOptions& options, std::string_view name) {
  std::string value = ValueOf(options, name);
  std::error_code error;
  if (value.find('/') == std::string::npos && !fs::is_directory(value, error)) return value;
  return fs::absolute(value, error).lexically_normal().string();
}

// A report, where it goes, and how it is made.
struct ReportFile {
  std::string_view option;
  std::string (*make)(const conformance::Run& run);
};
constexpr std::array<ReportFile, 3> kReportFiles = {
    {{"html", conformance::HtmlReport}, {"junit", conformance::JunitReport}, {"json", conformance::JsonReport}}};

// Before anything runs, as far as that can be said then.
Status CheckReportFiles(const ParsedOptions& options) {
  for (const ReportFile& report : kReportFiles) {
    const std::string* const file = options.Find(report.option);
    if (file == nullptr) continue;
    const std::string option = "--" + std::string(report.option);
    std::error_code error;
    const fs::path folder = fs::absolute(*file, error).parent_path();
    if (file->empty() || fs::is_directory(*file, error)) return Bad(option + ": '" + *file + "' is no file's name");
    if (!fs::is_directory(folder, error)) return Bad(option + ": there is no folder " + folder.string());
  }
  return {};
}

// With those of --code-dir.
std::vector<std::string> LoaderDirsOf(const std::string& code_dir) {
  std::vector<std::string> folders = LoaderDirs();
  std::error_code error;
  const fs::path loaders = fs::absolute(code_dir, error) / "loaders";
  if (!code_dir.empty() && fs::is_directory(loaders, error)) folders.push_back(loaders.lexically_normal());
  return folders;
}

// Runtimes that the options name; the best that are found of others.
Result<RuntimeOptions> OptionsForFunctions(const ParsedOptions& options) {
  RuntimeOptions made;
  made.loader_dirs = LoaderDirsOf(ValueOf(options, "code-dir"));
  for (const auto& [option, language] : {std::pair("python", "python"), std::pair("java-home", "java")}) {
    const std::string* const path = options.Find(option);
    if (path == nullptr) continue;
    std::error_code error;
    if (!fs::exists(*path, error)) return Bad("--" + std::string(option) + ": there is no " + *path);
    made.languages[language].path = fs::absolute(*path, error).lexically_normal();
  }
  return made;
}

std::vector<std::string> HostArguments(const ParsedOptions& options) {
  std::vector<std::string> arguments = {"conform", std::string(kInlineHost)};
  for (const std::string_view option : {"code-dir", "python", "java-home"}) {
    const std::string path = ValueOf(options, option);
    std::error_code error;
    arguments.push_back(path.empty() ? path : fs::absolute(path, error).lexically_normal().string());
  }
  return arguments;
}

Result<std::unique_ptr<Target>> MakeTarget(const std::string& name, const ParsedOptions& options,
                                           const RuntimeOptions& runtimes) {
  if (name == "process") return conformance::MakeProcessTarget(runtimes);
  if (name == "inline") {
    std::error_code error;
    return conformance::MakeInlineTarget(fs::read_symlink("/proc/self/exe", error), HostArguments(options));
  }
  if (name != "ric") {
    return Bad("--target: '" + name + "' is not inline, process or ric" +
               DidYouMean(name, "", {"inline", "process", "ric"}));
  }
  conformance::RicOptions clients;
  clients.python = PathOf(options, "ric-python");
  clients.java_jars = PathOf(options, "ric-java");
  clients.java_home = PathOf(options, "java-home");
  return conformance::MakeRicTarget(runtimes, clients);
}

Result<std::vector<std::unique_ptr<Target>>> MakeTargets(const ParsedOptions& options, const RuntimeOptions& runtimes) {
  std::vector<std::unique_ptr<Target>> targets;
  std::vector<std::string> names = options.All("target");
  const std::vector<std::string>& endpoints = options.All("endpoint");
  if (names.empty() && endpoints.empty()) names = {"process"};
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) continue;
    auto target = MakeTarget(name, options, runtimes);
    if (!target) return target.status();
    targets.push_back(std::move(*target));
  }
  for (const std::string& url : endpoints) {
    if (!seen.insert(url).second) continue;
    auto target = conformance::MakeEndpointTarget(url);
    if (!target) return target.status();
    targets.push_back(std::move(*target));
  }
  return targets;
}

// A name that no suite knows would leave out everything without a word.
Status CheckNames(const ParsedOptions& options, const std::vector<Suite>& suites) {
  std::set<std::string> languages;
  std::set<std::string> tags;
  for (const Suite& suite : suites) {
    for (const std::string& language : suite.languages()) languages.insert(language);
    for (const conformance::Case& each : suite.cases) tags.insert(each.tags.begin(), each.tags.end());
  }
  for (const auto& [option, known] : {std::pair("language", &languages), std::pair("tag", &tags)}) {
    for (const std::string& name : options.All(option)) {
      if (known->contains(name)) continue;
      const std::vector<std::string_view> names(known->begin(), known->end());
      return Bad("--" + std::string(option) + ": no case has '" + name + "'" + DidYouMean(name, "", names));
    }
  }
  return {};
}

// Whether the user has asked for the end: the case that runs is the last one.
volatile std::sig_atomic_t stopped_by = 0;

void StopAt(int signal) {
  struct sigaction action {};
  action.sa_handler = [](int number) {
    constexpr std::string_view kSaid = "\ntandem: conform: ends after this case; once more ends it at once\n";
    stopped_by = number;
    static_cast<void>(write(STDERR_FILENO, kSaid.data(), kSaid.size()));
  };
  action.sa_flags = SA_RESETHAND | SA_RESTART;  // the second one ends the process at once
  sigaction(signal, &action, nullptr);
}

void ShowProgress(std::size_t done, std::size_t total, const CaseResult& next) {
  std::string line = "\r\x1b[K" + std::to_string(done + 1) + "/" + std::to_string(total) + "  ";
  line += OneLine(next.suite + " / " + next.name + " / " + next.language + " " + next.target);
  static_cast<void>(WriteAll(STDERR_FILENO, line));
}

std::size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeastWidth) return size.ws_col;
  return kUsualWidth;
}

conformance::Colour ColourOfOutput() {
  const char* const terminal = std::getenv("TERM");
  const bool is_plain =
      std::getenv("NO_COLOR") != nullptr || terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDOUT_FILENO) == 1 && !is_plain ? conformance::Colour::kOn : conformance::Colour::kOff;
}

// A target that has run nothing was named for nothing.
Status CheckRun(const conformance::Run& run) {
  std::set<std::string> served;
  for (const CaseResult& each : run.results) {
    if (each.verdict != conformance::Verdict::kSkipped) served.insert(each.target);
  }
  for (const CaseResult& each : run.results) {
    if (!served.contains(each.target)) return Bad(each.target + " has run no case: " + each.reason);
  }
  return run.results.empty() ? Bad("there is no case to run") : Status();
}

int Report(const conformance::Run& run, const ParsedOptions& options) {
  const int printed = Print(conformance::TextReport(run, ColourOfOutput(), TerminalWidth()));
  if (printed != kExitSuccess) return printed;
  for (const ReportFile& report : kReportFiles) {
    const std::string* const file = options.Find(report.option);
    if (file == nullptr) continue;
    if (const Status written = WriteReportFile(*file, report.make(run)); !written.ok()) {
      Complain("conform: --" + std::string(report.option) + ": " + written.message());
      return kExitNoOutput;
    }
  }
  if (const Status status = CheckRun(run); !status.ok()) return FailConform(status);
  return conformance::CountsOf(run.results).differing == 0 ? kExitSuccess : kExitFunctionError;
}

// A number that is given, else the usual one.
Status TakeCount(const ParsedOptions& options, std::string_view name, std::uint64_t& number) {
  const std::string* const text = options.Find(name);
  if (text == nullptr) return {};
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc() && at == end && number > 0) return {};
  return Bad("--" + std::string(name) + ": '" + *text + "' is no number above 0");
}

Status CheckFuzz(const ParsedOptions& options, conformance::FuzzOptions& fuzz) {
  if (options.Has("seed") && !options.Has("fuzz")) return Bad("--seed goes with --fuzz");
  if (options.Has("update") && options.Has("fuzz")) return Bad("--update and --fuzz exclude each other");
  if (options.Has("tag") && options.Has("fuzz")) return Bad("--tag and --fuzz exclude each other");
  std::uint64_t events = fuzz.events;
  if (Status status = TakeCount(options, "fuzz", events); !status.ok()) return status;
  fuzz.events = events;
  return TakeCount(options, "seed", fuzz.seed);
}

// Whose answers may become what is expected.
Status CheckUpdate(const std::vector<Suite>& suites, const std::vector<std::unique_ptr<Target>>& targets) {
  if (targets.size() != 1)
    return Bad("--update: what one target answers is written: name one by --target or --endpoint");
  for (const Suite& suite : suites) {
    if (suite.recorded.empty() || targets.front()->kind() == "ric") continue;
    return Bad("--update: " + suite.file + " has recorded answers of the official clients: --target ric");
  }
  return {};
}

// Writes what was seen into the suites. Returns the exit status.
int Update(const std::vector<Suite>& suites, const conformance::Run& run) {
  int status = kExitSuccess;
  for (const Suite& suite : suites) {
    const conformance::SuiteUpdate update = conformance::UpdateSuite(suite, run.results);
    std::string text;
    for (const std::string& line : update.left) text += "left as it was: " + OneLine(line) + "\n";
    if (!update.left.empty()) status = kExitFunctionError;
    if (update.text != suite.text) {
      if (const Status written = WriteReportFile(suite.file, update.text); !written.ok()) {
        Complain("conform: " + written.message());
        return kExitNoOutput;
      }
      text += suite.file + ": " + std::to_string(update.cases) +
              (update.cases == 1 ? " case written\n" : " cases written\n");
    }
    if (const int printed = Print(text); printed != kExitSuccess) return printed;
  }
  return status;
}

int Conform(const ParsedOptions& options) {
  const std::vector<std::string>& paths = options.All(kPaths);
  if (paths.empty())
    return FailConform(Bad("a PATH is missing: a directory with a suite.json, or one that holds such"));
  if (const Status status = CheckReportFiles(options); !status.ok()) return FailConform(status);
  const std::string code_dir = ValueOf(options, "code-dir");
  std::error_code error;
  if (!code_dir.empty() && !fs::is_directory(code_dir, error)) {
    return FailConform(Bad("--code-dir: there is no folder " + code_dir));
  }
  const bool updates = options.Has("update");
  const auto expected = updates ? conformance::Expected::kOrRecorded : conformance::Expected::kAlways;
  conformance::FuzzOptions fuzz;
  if (const Status status = CheckFuzz(options, fuzz); !status.ok()) return FailConform(status);
  const auto suites = conformance::ReadSuites(paths, expected, code_dir);
  if (!suites) return FailConform(suites.status());
  if (const Status status = CheckNames(options, *suites); !status.ok()) return FailConform(status);
  const auto runtimes = OptionsForFunctions(options);
  if (!runtimes) return FailConform(runtimes.status());
  StopAt(SIGINT);
  StopAt(SIGTERM);
  auto targets = MakeTargets(options, *runtimes);
  if (!targets) return FailConform(targets.status());
  if (const Status status = updates ? CheckUpdate(*suites, *targets) : Status(); !status.ok()) {
    return FailConform(status);
  }

  conformance::RunOptions run_options;
  run_options.languages = options.All("language");
  run_options.tags = options.All("tag");
  run_options.is_stopped = [] { return stopped_by != 0; };
  const bool shows_progress = isatty(STDERR_FILENO) == 1;
  if (shows_progress) run_options.on_progress = ShowProgress;
  const conformance::Run run = options.Has("fuzz") ? conformance::FuzzSuites(*suites, *targets, run_options, fuzz)
                                                   : conformance::RunSuites(*suites, *targets, run_options);
  targets->clear();
  if (shows_progress) static_cast<void>(WriteAll(STDERR_FILENO, "\r\x1b[K"));
  if (stopped_by != 0) {
    static_cast<void>(Print(conformance::TextReport(run, ColourOfOutput(), TerminalWidth())));
    std::signal(stopped_by, SIG_DFL);
    std::raise(stopped_by);
  }
  const int status = Report(run, options);
  return updates && status <= kExitFunctionError ? Update(*suites, run) : status;
}

// CODE-DIR PYTHON JAVA-HOME DESCRIPTOR, each of the first three empty where nothing is said.
int HostInline(const std::vector<std::string>& arguments) {
  int descriptor = -1;
  const std::string& number = arguments.at(3);
  const char* const end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, descriptor);
  if (error != std::errc() || at != end || descriptor < 0) {
    return FailConform(Bad(std::string(kInlineHost) + ": '" + number + "' is no descriptor"));
  }
  RuntimeOptions options;
  options.loader_dirs = LoaderDirsOf(arguments.at(0));
  if (!arguments.at(1).empty()) options.languages["python"].path = arguments.at(1);
  if (!arguments.at(2).empty()) options.languages["java"].path = arguments.at(2);
  options.languages["java"].options["jvm.defaults"] = JvmDefaults();
  const auto enter = [](const Function& function, const std::map<std::string, std::string>& variables) {
    return EnterFunction(function, {variables.begin(), variables.end()});
  };
  EndProcess(conformance::RunInlineHost(descriptor, std::move(options), enter));
}

}  // namespace

int RunConform(const std::vector<std::string>& arguments) {
  if (arguments.size() == 5 && arguments.front() == kInlineHost)
    return HostInline({arguments.begin() + 1, arguments.end()});
  const auto options = ParseOptions(Table(), arguments, kPaths, Positionals::kAny);
  if (!options) return FailConform(options.status());
  if (options->Has("help")) return Print(std::string(kUsage) + DescribeOptions(Table()) + std::string(kStatuses));
  return Conform(*options);
}

}  // namespace tandem::cli
