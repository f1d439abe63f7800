// Runs a Java handler and a Python handler at the same time in one process, by nothing but Tandem's C++ API.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "log_book.h"
#include "tandem/runtime.h"

namespace {

enum ExitStatus : int { kSuccess = 0, kFunctionFailed = 1, kBadUse = 2, kUnavailable = 3 };

struct Arguments {
  std::string java_package;
  std::string python_package;
  bool wait = false;
};

// One function, what it is given and what came of it.
struct Job {
  tandem::FunctionConfig config;
  std::string event;
  tandem::Function* function = nullptr;
  tandem::InvokeResult result;
};

constexpr std::string_view kUsage =
    "Usage: side-by-side [--wait] [JAVA_PACKAGE PYTHON_PACKAGE]\n"
    "\n"
    "Runs example.Hello::myHandler of the one and hello_python.my_handler of the other in this process.\n"
    "The packages default to ../examples/hello-java.jar and ../examples/deployment-package.zip beside this program.\n"
    "--wait keeps the process alive until standard input ends, so that it can be looked at.\n";

std::optional<Arguments> Parse(const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::string> packages;
  for (const std::string& word : words) {
    if (word == "--wait") {
      arguments.wait = true;
    } else if (word.starts_with('-')) {
      return std::nullopt;
    } else {
      packages.push_back(word);
    }
  }
  if (packages.empty()) {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path examples = program.parent_path().parent_path() / "examples";
    packages = {examples / "hello-java.jar", examples / "deployment-package.zip"};
  }
  if (packages.size() != 2) return std::nullopt;
  arguments.java_package = packages[0];
  arguments.python_package = packages[1];
  return arguments;
}

Job MakeJob(std::string name, std::string handler, std::string code, std::string event) {
  Job job;
  job.config.name = std::move(name);
  job.config.handler = std::move(handler);
  job.config.code = std::move(code);
  // The first calls of a process are slow on a busy machine.
  job.config.timeout = std::chrono::seconds(30);
  job.event = std::move(event);
  return job;
}

std::vector<Job> Jobs(const Arguments& arguments) {
  return {MakeJob("hello-java", "example.Hello::myHandler", arguments.java_package, "123"),
          MakeJob("hello-python", "hello_python.my_handler", arguments.python_package,
                  R"({"first_name": "Ada", "last_name": "Lovelace"})")};
}

// Invokes both functions at once, the one that prefers the process's main thread on this one.
void RunAll(tandem::Runtime& runtime, std::vector<Job>& jobs) {
  std::stable_partition(jobs.begin(), jobs.end(), [](const Job& job) {
    const tandem::Result<bool> prefers_main = job.function->PrefersMainThread();
    return !prefers_main || !*prefers_main;
  });
  const auto run = [&runtime](Job& job) { job.result = runtime.Invoke(*job.function, tandem::Event(job.event)); };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i + 1 < jobs.size(); ++i) threads.emplace_back(run, std::ref(jobs[i]));
  run(jobs.back());
}

// The shared libraries of VMs that the kernel has mapped into this process.
std::set<std::string> MappedMachines() {
  std::set<std::string> machines;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos) continue;
    const std::string name = std::filesystem::path(line.substr(path)).filename();
    if (name.starts_with("libjvm.") || name.starts_with("libpython")) machines.insert(line.substr(path));
  }
  return machines;
}

void Print(const Job& job, const LogBook& log_book) {
  const tandem::RuntimeInfo& runtime = job.function->runtime().info;
  const tandem::Outcome& outcome = job.result.outcome;
  std::cout << '\n' << job.config.handler << "   (" << runtime.language << ' ' << runtime.version << ")\n";
  std::cout << "  event     " << job.event << '\n';
  const char* label = "  log       ";
  for (const std::string& line : log_book.Lines(job.config.name)) {
    std::cout << label << line << '\n';
    label = "            ";
  }
  switch (outcome.kind()) {
    case tandem::Outcome::Kind::kSuccess:
      std::cout << "  response  " << outcome.payload().view() << '\n';
      break;
    case tandem::Outcome::Kind::kFunctionError:
      std::cout << "  error     " << outcome.payload().view() << '\n';
      break;
    case tandem::Outcome::Kind::kFault:
      std::cout << "  fault     " << outcome.fault().message() << '\n';
      break;
  }
}

int ExitStatusOf(const tandem::Status& status) {
  const bool bad_use = status.code() == tandem::Code::kInvalidArgument || status.code() == tandem::Code::kNotFound;
  return bad_use ? kBadUse : kUnavailable;
}

int Fail(const tandem::Status& status) {
  std::cerr << "side-by-side: " << status.message() << '\n';
  return ExitStatusOf(status);
}

int Run(const Arguments& arguments) {
  LogBook log_book;
  tandem::RuntimeOptions options;
  options.log_sink = &log_book;
  options.platform_logs = tandem::PlatformLogs::kOn;
  tandem::Result<std::unique_ptr<tandem::Runtime>> runtime = tandem::Runtime::Create(std::move(options));
  if (!runtime) return Fail(runtime.status());

  std::vector<Job> jobs = Jobs(arguments);
  for (Job& job : jobs) {
    const tandem::Result<tandem::Function*> added = (*runtime)->Add(job.config);
    if (!added) return Fail(added.status());
    job.function = *added;
    // Here, one after the other, so that no invocation pays for a VM's start.
    if (const tandem::Status warm = (*runtime)->Warm(**added); !warm.ok()) return Fail(warm);
  }
  RunAll(**runtime, jobs);

  std::cout << "One process, pid " << ::getpid() << ", has these mapped:\n";
  for (const std::string& machine : MappedMachines()) std::cout << "  " << machine << '\n';
  int status = kSuccess;
  for (const Job& job : jobs) {
    Print(job, log_book);
    if (!job.result.outcome.ok()) status = kFunctionFailed;
  }
  for (const std::string& line : log_book.Lines({})) std::cerr << line << '\n';
  std::cout.flush();
  if (arguments.wait) std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::optional<Arguments> arguments = Parse(words);
  if (!arguments) {
    std::cerr << kUsage;
    return kBadUse;
  }
  try {
    return Run(*arguments);
  } catch (const std::exception& error) {
    std::cerr << "side-by-side: " << error.what() << '\n';
    return kUnavailable;
  }
}
