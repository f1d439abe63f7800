// Python environments that are forked from a zygote, beside those that are executed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/workers/package_folder.h"
#include "tests/workers/processes.h"
#include "tests/workers/python_workers.h"

namespace tandem::test {
namespace {

constexpr char kForked[] = R"(["forked", 1])";
constexpr char kExecuted[] = R"(["executed", 1])";

using Variables = std::map<std::string, std::string>;

TEST(PythonZygote, EnvironmentsAreForkedFromIt) {
  PythonWorkers forked(ZygoteUse::kAlways);
  PythonWorkers executed(ZygoteUse::kOff);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(forked.Call("state.start"), kForked);
    EXPECT_EQ(executed.Call("state.start"), kExecuted);
  }
}

// R-33 to R-37, and all else that a handler may ask its process.
TEST(PythonZygote, HandlersCannotTellAForkFromAProgram_R33_R34_R37) {
  PythonWorkers forked(ZygoteUse::kAlways);
  PythonWorkers executed(ZygoteUse::kOff);
  const Variables several[] = {
      {},
      {{"MINE", "a=b\nc"}, {"EMPTY", ""}, {"TZ", "America/New_York"}},
      {{"MINE", "\xC3\xA4"}, {"LANG", "C"}, {"PYTHONPATH", "/usr:relative"}, {"HOME", "/tmp"}},
      {{"TZ", "JST-9"}, {"PYTHONDONTWRITEBYTECODE", "1"}, {"PYTHONHASHSEED", "5"}, {"PYTHONUTF8", "0"}},
  };
  for (const Variables& variables : several) {
    EXPECT_EQ(forked.Call("state.start", variables), kForked);
    const std::string state = forked.Call("state.state", variables);
    EXPECT_EQ(state, executed.Call("state.state", variables));
    EXPECT_NE(state.find("LAMBDA_TASK_ROOT"), std::string::npos) << state;
  }
}

// The host's fork: neither warm workers nor zygotes are its own, nor ended by it.
TEST(PythonZygote, AForkOfTheHostIsRefused) {
  PythonWorkers host(ZygoteUse::kAlways);
  Function& function = *host.Add("state.start");
  EXPECT_EQ(host.Invoke(function, "{}").outcome.payload().view(), kForked);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    const InvokeResult result = host.Invoke(function, "{}");
    const bool refused = result.outcome.kind() == Outcome::Kind::kFault &&
                         result.outcome.fault().message().find("this process is a fork") != std::string::npos;
    host.End();
    _exit(refused ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(host.Invoke(function, "{}").outcome.payload().view(), R"(["forked", 2])");
  host.Remove(function);
  EXPECT_EQ(host.Call("state.start"), kForked);
}

constexpr char kForking[] = R"(
import ctypes, os

def fork(way):
    child = os.fork() if way == "fork" else ctypes.CDLL(None).syscall(57)
    if child == 0:
        if os.environ["CHILD"] == "raises":
            raise RuntimeError("of the child")
        return "child"
    os.waitpid(child, 0)
    return "parent"

def handler(event, context):
    global calls
    calls += 1
    return [fork(event) if event else who, calls]

calls = 0
who = fork(os.environ["AT_IMPORT"]) if "AT_IMPORT" in os.environ else "nobody"
)";

// Whatever a child comes back with, from an import or a handler: its parent answers, and goes on.
TEST(PythonZygote, ForksThatComeBackHaveNothingToSay_E43) {
  const PackageFolder package;
  package.AddFile("forking.py", kForking, PackageFolder::Mode::kPlain);
  for (const ZygoteUse use : {ZygoteUse::kOff, ZygoteUse::kAlways}) {
    PythonWorkers workers(use);
    for (const std::string child : {"returns", "raises"}) {
      for (const std::string way : {"fork", "call"}) {
        const Variables at_import = {{"AT_IMPORT", way}, {"CHILD", child}};
        Function& imported = *workers.Add("forking.handler", at_import, package.path());
        for (const char* const answer : {R"(["parent", 1])", R"(["parent", 2])"}) {
          EXPECT_EQ(workers.Text(workers.Invoke(imported, "null")), answer) << child << " " << way;
        }
        workers.Remove(imported);
        Function& handling = *workers.Add("forking.handler", {{"CHILD", child}}, package.path());
        for (const char* const answer : {R"(["parent", 1])", R"(["parent", 2])"}) {
          EXPECT_EQ(workers.Text(workers.Invoke(handling, '"' + way + '"')), answer) << child << " " << way;
        }
        workers.Remove(handling);
      }
    }
  }
}

TEST(PythonZygote, NoTwoForksShareTheirChance) {
  PythonWorkers forked(ZygoteUse::kAlways);
  const std::string first = forked.Call("state.chance");
  const std::string second = forked.Call("state.chance");
  EXPECT_NE(first.substr(0, first.find(',')), second.substr(0, second.find(',')));
  EXPECT_NE(first.substr(first.find(',')), second.substr(second.find(',')));
}

TEST(PythonZygote, TheClockOfLoggingBeginsWithTheFork) {
  PythonWorkers forked(ZygoteUse::kAlways);
  EXPECT_EQ(forked.Call("state.start"), kForked);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_EQ(forked.Call("state.started_after", {}, std::to_string(now)), "true");
}

class PythonLaunchKey : public testing::TestWithParam<std::vector<Variables>> {};

TEST_P(PythonLaunchKey, EachFunctionHasItsOwn) {
  PythonWorkers forked(ZygoteUse::kAlways);
  PythonWorkers executed(ZygoteUse::kOff);
  std::vector<std::string> answers;
  for (Variables variables : GetParam()) {
    if (!variables.contains("PYTHONHASHSEED")) variables["PYTHONHASHSEED"] = "7";
    EXPECT_EQ(forked.Call("state.start", variables), kForked);
    answers.push_back(forked.Call("state.of_start", variables));
    EXPECT_EQ(answers.back(), executed.Call("state.of_start", variables));
  }
  EXPECT_NE(answers[0], answers[1]);
}

INSTANTIATE_TEST_SUITE_P(Variables, PythonLaunchKey,
                         testing::Values(std::vector<Variables>{{{"PYTHONHASHSEED", "1"}}, {{"PYTHONHASHSEED", "2"}}},
                                         std::vector<Variables>{{{"PYTHONPATH", "/usr"}}, {{"PYTHONPATH", "/usr/bin"}}},
                                         std::vector<Variables>{{{"PYTHONOPTIMIZE", "1"}}, {{"PYTHONOPTIMIZE", "2"}}},
                                         std::vector<Variables>{{{"LC_ALL", "C.UTF-8"}}, {{"LC_ALL", "C"}}}));

// CPython warns at a fork of a process that has threads, from 3.12 on.
TEST(PythonZygote, HandlersForkWithoutAWarningWhereNothingIsCancelled) {
  for (const ZygoteUse use : {ZygoteUse::kAlways, ZygoteUse::kOff}) {
    PythonWorkers workers(use, [](RuntimeOptions& options) { options.workers.cancels = CancelUse::kOff; });
    EXPECT_EQ(workers.Call("state.fork", {{"PYTHONWARNINGS", "error"}}), "[7, 7, []]");
  }
}

// User code that runs when an interpreter starts has the function's variables.
TEST(PythonZygote, ASitesOwnCodeSeesTheFunctionsVariables) {
  const std::string folder = testing::TempDir() + "tandem-site-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/usercustomize.py") << "import os\nSEEN = os.environ.get('MINE')\n";
  std::ofstream(folder + "/app.py") << "import usercustomize\ndef handler(event, context):\n"
                                       "    return usercustomize.SEEN\n";
  PythonWorkers forked(ZygoteUse::kAlways);
  for (const char* mine : {"one", "two"}) {
    for (int i = 0; i < 3; ++i) {
      const Variables variables = {{"PYTHONPATH", folder}, {"MINE", mine}};
      EXPECT_EQ(forked.Call("app.handler", variables, "{}", folder), '"' + std::string(mine) + '"');
    }
  }
  std::filesystem::remove_all(folder);
}

// strace over a supervisor and its zygote, from its start to its end.
class Tracer {
 public:
  Tracer(const std::string& to, const std::vector<pid_t>& traced) {
    std::vector<std::string> arguments = {"strace", "-f", "-qq", "-e", "trace=execve,execveat,clone", "-o", to};
    for (const pid_t pid : traced) {
      arguments.emplace_back("-p");
      arguments.push_back(std::to_string(pid));
    }
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    EXPECT_EQ(posix_spawnp(&pid_, "strace", nullptr, nullptr, pointers.data(), environ), 0);
    for (const pid_t pid : traced) {
      while (StatusField(pid, "TracerPid") == "0") std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  void End() const {
    kill(pid_, SIGINT);
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
  }

 private:
  pid_t pid_ = -1;
};

TEST(PythonZygote, ANewEnvironmentExecutesNothing) {
  const std::string tag = "tandem-python-zygote-" + std::to_string(getpid());
  setenv("TANDEM_TEST_TAG", tag.c_str(), 1);
  const std::string trace = testing::TempDir() + tag;
  for (const ZygoteUse use : {ZygoteUse::kAlways, ZygoteUse::kOff}) {
    PythonWorkers workers(use);
    const std::string how = use == ZygoteUse::kAlways ? kForked : kExecuted;
    EXPECT_EQ(workers.Call("state.start"), how);
    std::vector<pid_t> traced;
    for (const pid_t pid : WithTag(tag)) {
      if (StatusField(pid, "Name") != "tandem-supervis") continue;
      traced = ChildrenOf(pid, "tandem-zygote");
      traced.push_back(pid);
    }
    ASSERT_EQ(traced.size(), use == ZygoteUse::kAlways ? 2U : 1U);
    const Tracer tracer(trace, traced);
    EXPECT_EQ(workers.Call("state.start"), how);
    tracer.End();
    std::stringstream seen;
    seen << std::ifstream(trace).rdbuf();
    EXPECT_NE(seen.str().find("clone("), std::string::npos) << seen.str();
    EXPECT_EQ(seen.str().find("exec") == std::string::npos, use == ZygoteUse::kAlways) << seen.str();
  }
  unsetenv("TANDEM_TEST_TAG");
  std::filesystem::remove(trace);
}

}  // namespace
}  // namespace tandem::test
