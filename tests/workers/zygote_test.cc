// Workers that are forked from a zygote: which share one, what they see, and what happens where one is of no use.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/workers/mounts.h"
#include "tests/workers/processes.h"
#include "tests/workers/worker_runtime.h"
#include "workers/launch_key.h"

namespace tandem::test {
namespace {

constexpr char kForked[] = "forked";
constexpr char kExecuted[] = "executed";

WorkerOptions With(ZygoteUse use) {
  WorkerOptions options;
  options.zygotes = use;
  return options;
}

LanguageOptions Going(const std::string& wrong) {
  LanguageOptions language;
  language.options["fork"] = wrong;
  return language;
}

// A folder that is gone at the end.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(testing::TempDir() + "tandem-zygote-" + name + "-" + std::to_string(getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

FunctionConfig WithVariables(const std::string& handler, const std::map<std::string, std::string>& variables) {
  FunctionConfig config = WorkerRuntime::Config(handler);
  config.variables = variables;
  return config;
}

// Supervisors are found by a variable of the test's.
class ZygoteTest : public testing::Test {
 protected:
  ZygoteTest() {
    static int tests = 0;
    tag_ = "tandem-zygote-test-" + std::to_string(getpid()) + "-" + std::to_string(++tests);
    setenv("TANDEM_TEST_TAG", tag_.c_str(), 1);
  }
  ~ZygoteTest() override {
    unsetenv("TANDEM_TEST_TAG");
    test::UntilNoneHas(tag_);
  }
  pid_t Supervisor() const {
    for (const pid_t pid : WithTag(tag_)) {
      if (StatusField(pid, "Name") == "tandem-supervis") return pid;
    }
    return 0;
  }
  std::vector<pid_t> Zygotes() const { return ChildrenOf(Supervisor(), "tandem-zygote"); }

  std::string tag_;
};

using ZygoteSharing = ZygoteTest;
using ZygoteEnds = ZygoteTest;

TEST_F(ZygoteTest, WorkersAreForkedFromIt) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
}

TEST_F(ZygoteTest, IsNoneWhereThereIsToBeNone) {
  WorkerRuntime runtime(With(ZygoteUse::kOff));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(runtime.Call(runtime.Add("start")), kExecuted);
  EXPECT_TRUE(Zygotes().empty());
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.most_zygotes = 0;
  WorkerRuntime without(options);
  EXPECT_EQ(without.Call(without.Add("start")), kExecuted);
}

TEST_F(ZygoteTest, IsMadeOnceAWorkerHasServed) {
  WorkerRuntime runtime(With(ZygoteUse::kWhenReady));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kExecuted);
  while (runtime.Call(runtime.Add("start")) != kForked) std::this_thread::yield();
}

// Only a fork is where its parent is.
TEST_F(ZygoteTest, WorkersHaveItsMemory) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  runtime.Call(runtime.Add("identity"));
  const std::vector<pid_t> zygotes = Zygotes();
  ASSERT_EQ(zygotes.size(), 1U);
  const std::vector<pid_t> keepers = ChildrenOf(Supervisor(), "tandem-keeper");
  ASSERT_EQ(keepers.size(), 1U);
  const std::vector<pid_t> workers = ChildrenOf(keepers[0], "tandem-worker");
  ASSERT_EQ(workers.size(), 1U);
  const auto stack_of = [](pid_t pid) {
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.ends_with("[stack]")) return line.substr(line.find('-'), 13);
    }
    return std::string("none");
  };
  EXPECT_NE(stack_of(zygotes[0]), "none");
  EXPECT_EQ(stack_of(workers[0]), stack_of(zygotes[0]));
}

TEST_F(ZygoteTest, WorkersAreAsTheyAreWithoutOne) {
  std::vector<std::vector<std::string>> answers;
  const Folder package("package");
  for (const ZygoteUse use : {ZygoteUse::kOff, ZygoteUse::kAlways}) {
    WorkerRuntime runtime(With(use));
    std::vector<std::string>& answer = answers.emplace_back();
    for (const char* handler : {"all_variables", "working_directory", "open_files", "process"}) {
      FunctionConfig config = WithVariables(handler, {{"MINE", "a=b\nc"}, {"EMPTY", ""}, {"LANG", "C"}});
      config.name = std::string("same-") + handler;
      config.code = package.path();
      Function& function = runtime.Add(config);
      std::string text = runtime.Call(function);
      const std::string& stream = function.log_stream_name();
      if (const std::size_t at = text.find(stream); at != std::string::npos) text.replace(at, stream.size(), "stream");
      // Where nothing can be mounted, TMPDIR is each process's own folder in this one.
      constexpr std::string_view kTemporary = "/temporary/";
      if (const std::size_t at = text.find(kTemporary); at != std::string::npos) {
        text.erase(at + kTemporary.size(), text.find('\n', at) - at - kTemporary.size());
      }
      answer.push_back(text);
    }
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST_F(ZygoteTest, NeitherItNorWhatStartsItHasTheHostsVariables) {
  const std::string marker = "of-the-host-" + std::to_string(getpid());
  setenv("OF_THE_HOST", marker.c_str(), 1);
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
  unsetenv("OF_THE_HOST");
  EXPECT_EQ(Zygotes().size(), 1U);
  const std::vector<pid_t> having = WithTag(marker);
  EXPECT_TRUE(having.empty()) << Describe(having);
}

TEST_F(ZygoteTest, WhatOneForkChangesIsItsOwn) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  Function& changing = runtime.Add("change_process");
  EXPECT_EQ(runtime.Call(changing), "\"changed\"");
  EXPECT_EQ(runtime.Call(runtime.Add("variable"), "AWS_REGION"), "us-east-1");
  const std::string first = runtime.Call(runtime.Add("identity"));
  EXPECT_NE(runtime.Call(runtime.Add("identity")), first);
}

// Each goes on by executing the program, and no invocation notices.
class ZygoteFaults : public ZygoteTest, public testing::WithParamInterface<std::string> {};

TEST_P(ZygoteFaults, CostNothing) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways), PlatformLogs::kOff, Going(GetParam()));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kExecuted);
  if (GetParam() == "hangs") return;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(runtime.Call(runtime.Add("start")), kExecuted);
}

INSTANTIATE_TEST_SUITE_P(Zygote, ZygoteFaults,
                         testing::Values("refuses", "dies", "hangs", "has a thread", "speaks", "opens a file",
                                         "keeper dies", "fork fails"));

// It is made again with all variables of the function, for functions with the very same ones.
class ZygoteWithUserCode : public ZygoteTest, public testing::WithParamInterface<std::string> {};

TEST_P(ZygoteWithUserCode, HasAllVariables) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways), PlatformLogs::kOff, Going(GetParam()));
  Function& function = runtime.Add(WithVariables("start", {{"MINE", "1"}}));
  if (!Mounts()) {  // each process has a TMPDIR of its own
    for (int i = 0; i < 3; ++i) EXPECT_EQ(runtime.Call(function, "once"), kExecuted);
    return;
  }
  while (runtime.Call(function, "once") != kForked) std::this_thread::yield();
  while (Zygotes().size() > 1) std::this_thread::yield();
  const std::vector<pid_t> zygotes = Zygotes();
  ASSERT_EQ(zygotes.size(), 1U);
  EXPECT_TRUE(HasVariable(zygotes[0], "MINE=1"));
}

TEST_P(ZygoteWithUserCode, EachEnvironmentHasALogStreamOfItsOwn_C30) {
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.most = 1;  // so that either function ends the other one's
  WorkerRuntime runtime(options, PlatformLogs::kOff, Going(GetParam()));
  Function& variable = runtime.Add("variable");
  Function& other = runtime.Add("start");
  std::set<std::string> streams;
  std::vector<pid_t> zygotes;
  for (int i = 0; i < 4; ++i) {
    streams.insert(runtime.Call(variable, "AWS_LAMBDA_LOG_STREAM_NAME"));
    runtime.Call(other);
    if (i == 2) zygotes = Zygotes();
  }
  EXPECT_EQ(streams.size(), 4U);
  EXPECT_EQ(Zygotes(), zygotes) << "the name keeps none from the zygote";
}

INSTANTIATE_TEST_SUITE_P(Zygote, ZygoteWithUserCode, testing::Values("sets a variable", "runs user code"));

TEST_F(ZygoteSharing, FunctionsWithOtherVariablesOfTheirOwn) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  for (const char* mine : {"one", "two", "three"}) {
    EXPECT_EQ(runtime.Call(runtime.Add(WithVariables("variable", {{"MINE", mine}, {"TZ", mine}})), "MINE"), mine);
  }
  EXPECT_EQ(Zygotes().size(), 1U);
}

// What a process takes from its variables when its program is executed.
class ZygoteKeys : public ZygoteTest, public testing::WithParamInterface<const char*> {};

TEST_P(ZygoteKeys, KeepFunctionsApart) {
  const std::string name = GetParam();
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  const std::vector<std::string> values = {"/lib:/usr/lib", "/usr/lib"};
  for (const std::string& value : values) {
    EXPECT_EQ(runtime.Call(runtime.Add(WithVariables("start", {{name, value}}))), kForked);
    EXPECT_EQ(runtime.Call(runtime.Add(WithVariables("variable", {{name, value}})), name), value);
  }
  const std::vector<pid_t> zygotes = Zygotes();
  EXPECT_EQ(zygotes.size(), 2U);
  for (const std::string& value : values) {
    const std::string variable = std::string(name).append("=").append(value);
    EXPECT_EQ(std::count_if(zygotes.begin(), zygotes.end(), [&](pid_t pid) { return HasVariable(pid, variable); }), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Zygote, ZygoteKeys,
                         testing::Values("LD_LIBRARY_PATH", "LD_BIND_NOW", "PYTHONPATH", "PYTHONHASHSEED", "PYTHONHOME",
                                         "PYTHONUSERBASE", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LOCPATH",
                                         "NLSPATH", "GCONV_PATH", "SETUPTOOLS_USE_DISTUTILS", "MALLOC_ARENA_MAX",
                                         "GLIBC_TUNABLES", "HOME"));

TEST_F(ZygoteSharing, AFunctionWithAWrapperIsExecuted) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  EXPECT_EQ(runtime.Call(runtime.Add(WithVariables("start", {{"AWS_LAMBDA_EXEC_WRAPPER", "/bin/env"}}))), kExecuted);
}

// A late LD_LIBRARY_PATH is ignored by the linker.
TEST_F(ZygoteSharing, EachFindsItsOwnLibraries) {
  const Folder one("one");
  const Folder other("other");
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  for (const Folder* folder : {&one, &other}) {
    const std::string library = folder->path() + "/libtandemtest.so";
    std::filesystem::copy_file(std::string(TANDEM_TEST_LOADERS) + "/native.so", library);
    FunctionConfig config = WorkerRuntime::Config("library_path");
    config.layers = {folder->path()};
    config.variables["LD_LIBRARY_PATH"] = folder->path();
    EXPECT_EQ(runtime.Call(runtime.Add(config), "libtandemtest.so"), library);
  }
  EXPECT_EQ(Zygotes().size(), 2U);
}

workers::WorkerSpec Spec(const std::vector<std::string>& environment) {
  workers::WorkerSpec spec;
  spec.program = "/program";
  spec.environment = environment;
  spec.working_directory = "/code";
  spec.function.mutable_runtime()->set_module("/loader.so");
  return spec;
}

TEST(LaunchKey, HasWhatIsNotAVariable) {
  using workers::LaunchOf;
  const workers::WorkerSpec spec = Spec({"A=1"});
  const std::string key = LaunchOf(spec).key;
  EXPECT_EQ(LaunchOf(Spec({"A=2", "B=3"})).key, key);
  workers::WorkerSpec other = spec;
  other.program = "/another";
  EXPECT_NE(LaunchOf(other).key, key);
  for (const auto set : {&v1::WorkerRuntime::set_module<const char*>, &v1::WorkerRuntime::set_path<const char*>,
                         &v1::WorkerRuntime::set_library<const char*>, &v1::WorkerRuntime::set_preload<const char*>}) {
    other = spec;
    std::invoke(set, other.function.mutable_runtime(), "/x");
    EXPECT_NE(LaunchOf(other).key, key);
  }
  other = spec;
  other.function.mutable_runtime()->add_options()->set_name("an.option");
  EXPECT_NE(LaunchOf(other).key, key);
  other = spec;
  other.working_directory = "/elsewhere";
  EXPECT_EQ(LaunchOf(other).key, key);
}

TEST(LaunchKey, HasTheWorkingDirectoryWhereAPathBeginsThere) {
  for (const char* variable :
       {"PYTHONPATH=lib", "LD_LIBRARY_PATH=/usr/lib:", "PYTHONHOME=./here", "PYTHONUSERBASE=user", "LD_PRELOAD=./a.so",
        "LD_AUDIT=./a.so", "HOME=home", "LOCPATH=locales", "NLSPATH=/usr/share/%N:%N.cat", "GCONV_PATH=gconv"}) {
    workers::WorkerSpec spec = Spec({variable});
    const workers::Launch launch = workers::LaunchOf(spec);
    EXPECT_EQ(launch.working_directory, "/code") << variable;
    spec.working_directory = "/elsewhere";
    EXPECT_NE(workers::LaunchOf(spec).key, launch.key) << variable;
  }
}

// Of a program that is not built with the sanitizer the variable is nobody's, and harmless in the key.
TEST(LaunchKey, HasWhatIsReadBeforeMain) {
  for (const char* name :
       {"LD_LIBRARY_PATH", "LD_BIND_NOW", "LD_AUDIT", "LANG", "LANGUAGE", "LC_ALL", "LOCPATH", "NLSPATH", "GCONV_PATH",
        "GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "HOME", "PYTHONPATH", "SETUPTOOLS_USE_DISTUTILS", "ASAN_OPTIONS",
        "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const std::string variable = std::string(name) + "=/usr/lib";
    const workers::Launch launch = workers::LaunchOf(Spec({variable}));
    EXPECT_EQ(launch.environment, std::vector<std::string>{variable}) << "it is started with it";
    EXPECT_NE(workers::LaunchOf(Spec({variable + "/other"})).key, launch.key) << name;
    EXPECT_NE(workers::LaunchOf(Spec({})).key, launch.key) << name;
  }
}

// It may read any of them.
TEST(LaunchKey, HasAllVariablesWithALibraryThatIsLoadedBeforeAll) {
  for (const std::string name : {"LD_PRELOAD", "LD_AUDIT"}) {
    const workers::Launch launch = workers::LaunchOf(Spec({"A=1", name + "=/a.so"}));
    EXPECT_TRUE(launch.complete_environment) << name;
    EXPECT_EQ(launch.environment, (std::vector<std::string>{"A=1", name + "=/a.so"}));
    EXPECT_NE(workers::LaunchOf(Spec({"A=2", name + "=/a.so"})).key, launch.key) << name;
    EXPECT_NE(workers::LaunchOf(Spec({"A=1", name + "=/b.so"})).key, launch.key) << name;
  }
}

TEST(LaunchKey, HasOnlyTheFoldersThatTheLinkerFindsSomethingIn) {
  const Folder full("full");
  const Folder empty("empty");
  std::ofstream(full.path() + "/libx.so.1") << "x";
  std::ofstream(empty.path() + "/app.py") << "x";
  const std::string variable = "LD_LIBRARY_PATH=" + empty.path() + ":/none:" + full.path();
  EXPECT_EQ(workers::LaunchOf(Spec({variable})).environment,
            std::vector<std::string>{"LD_LIBRARY_PATH=" + full.path()});
  EXPECT_TRUE(workers::LaunchOf(Spec({"LD_LIBRARY_PATH=" + empty.path()})).environment.empty());
}

TEST(StandbyLaunchKey, HasWhatAVmKeepsFromItsStart) {
  using workers::StandbyLaunchOf;
  const workers::WorkerSpec spec = Spec({"A=1", "LANG=C", "TZ=UTC"});
  const workers::Launch launch = StandbyLaunchOf(spec);
  EXPECT_EQ(launch.environment, std::vector<std::string>{"LANG=C"});
  EXPECT_EQ(launch.working_directory, "/code");
  EXPECT_EQ(StandbyLaunchOf(Spec({"A=2", "LANG=C"})).key, launch.key);
  EXPECT_NE(workers::LaunchOf(spec).key, launch.key);
  for (const char* variable :
       {"JAVA_TOOL_OPTIONS=-Da=1", "_JAVA_OPTIONS=-Da=1", "JDK_JAVA_OPTIONS=-Da=1", "CLASSPATH=/a", "TMPDIR=/a",
        "LD_LIBRARY_PATH=/none", "HOME=/a", "LC_ALL=C", "MALLOC_ARENA_MAX=1"}) {
    const workers::Launch other = StandbyLaunchOf(Spec({"A=1", "LANG=C", variable}));
    EXPECT_NE(other.key, launch.key) << variable;
    EXPECT_EQ(other.environment.back(), variable) << "it is started with it";
  }
  workers::WorkerSpec other = spec;
  other.working_directory = "/elsewhere";
  EXPECT_NE(StandbyLaunchOf(other).key, launch.key);
  other = spec;
  other.function.set_memory_size_mb(512);
  EXPECT_NE(StandbyLaunchOf(other).key, launch.key);
  other = spec;
  other.function.add_layers("/layer");
  EXPECT_NE(StandbyLaunchOf(other).key, launch.key);
  other = spec;
  other.function.mutable_runtime()->set_library("/libjvm.so");
  EXPECT_NE(StandbyLaunchOf(other).key, launch.key);
}

TEST(StandbyLaunchKey, HasAllOrNothingWhereProgramsOfTheUsersRunFirst) {
  const workers::Launch launch = workers::StandbyLaunchOf(Spec({"A=1", "LD_PRELOAD=/a.so"}));
  EXPECT_EQ(launch.environment, (std::vector<std::string>{"A=1", "LD_PRELOAD=/a.so"}));
  EXPECT_TRUE(workers::StandbyLaunchOf(Spec({"AWS_LAMBDA_EXEC_WRAPPER=/w"})).key.empty());
}

// Killed again and again, while invocations in new environments go on.
TEST_F(ZygoteEnds, ItIsKilled) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
  for (int i = 0; i < 8; ++i) {
    for (const pid_t zygote : Zygotes()) kill(zygote, SIGKILL);
    const std::string answer = runtime.Call(runtime.Add("start"));
    EXPECT_TRUE(answer == kForked || answer == kExecuted) << answer;
  }
  while (runtime.Call(runtime.Add("start")) != kForked) std::this_thread::yield();
}

TEST_F(ZygoteEnds, ItIsStopped) {
  WorkerRuntime runtime(With(ZygoteUse::kWhenReady));
  while (runtime.Call(runtime.Add("start")) != kForked) std::this_thread::yield();
  const std::vector<pid_t> zygotes = Zygotes();
  ASSERT_EQ(zygotes.size(), 1U);
  kill(zygotes[0], SIGSTOP);
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kExecuted);
  UntilEnded(zygotes[0]);
}

TEST_F(ZygoteEnds, TheSupervisorIsKilled) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
  const std::vector<pid_t> zygotes = Zygotes();
  ASSERT_EQ(zygotes.size(), 1U);
  kill(Supervisor(), SIGKILL);
  UntilEnded(zygotes[0]);
  while (runtime.Call(runtime.Add("start")) != kForked) std::this_thread::yield();
}

TEST_F(ZygoteEnds, TheRuntimeEnds) {
  std::vector<pid_t> zygotes;
  {
    WorkerRuntime runtime(With(ZygoteUse::kAlways));
    EXPECT_NE(runtime.Call(runtime.Add("daemon")), "");
    zygotes = Zygotes();
    ASSERT_EQ(zygotes.size(), 1U);
  }
  EXPECT_EQ(StatusField(zygotes[0], "State"), "");
}

TEST_F(ZygoteEnds, TheHostIsKilled) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  std::string program = TANDEM_TEST_ZYGOTE_HOST;
  const std::array<char*, 3> arguments = {program.data(), tag_.data(), nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  pid_t host = -1;
  ASSERT_EQ(posix_spawn(&host, program.c_str(), &files, nullptr, arguments.data(), environ), 0);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 1);
  close(ends[0]);
  const std::vector<pid_t> zygotes = Zygotes();
  EXPECT_EQ(zygotes.size(), 1U);
  EXPECT_TRUE(std::all_of(zygotes.begin(), zygotes.end(),
                          [&](pid_t pid) { return HasVariable(pid, "PYTHON_TANDEM_TEST_TAG=" + tag_); }));
  kill(host, SIGKILL);
  EXPECT_EQ(waitpid(host, nullptr, 0), host);
  UntilNoneHas(tag_);
}

TEST_F(ZygoteEnds, AnotherOneWantsItsPlace) {
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.most_zygotes = 2;
  WorkerRuntime runtime(options);
  const auto call = [&](const char* lang) {
    EXPECT_EQ(runtime.Call(runtime.Add(WithVariables("start", {{"LANG", lang}}))), kForked);
  };
  const auto is_there = [&](const std::string& lang) {
    const std::vector<pid_t> zygotes = Zygotes();
    return std::any_of(zygotes.begin(), zygotes.end(), [&](pid_t pid) { return HasVariable(pid, "LANG=" + lang); });
  };
  call("one");
  call("two");
  call("one");
  call("three");
  while (Zygotes().size() > 2) std::this_thread::yield();
  EXPECT_TRUE(is_there("one"));
  EXPECT_FALSE(is_there("two"));
  EXPECT_TRUE(is_there("three"));
}

TEST_F(ZygoteEnds, ItHasBeenIdle) {
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.idle_limit = std::chrono::milliseconds(50);
  WorkerRuntime runtime(options);
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
  while (!Zygotes().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(runtime.Call(runtime.Add("start")), kForked);
}

TEST_F(ZygoteEnds, AForkedWorkersKeeperIsKilled) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  Function& function = runtime.Add("identity");
  const std::string before = runtime.Call(function);
  const std::vector<pid_t> keepers = ChildrenOf(Supervisor(), "tandem-keeper");
  ASSERT_EQ(keepers.size(), 1U);
  const std::vector<pid_t> workers = ChildrenOf(keepers[0], "tandem-worker");
  ASSERT_EQ(workers.size(), 1U);
  kill(keepers[0], SIGKILL);
  UntilEnded(workers[0]);
  EXPECT_EQ(Zygotes().size(), 1U);
  // The idle worker may still be taken for sound.
  while (runtime.Call(function).find(":1") == std::string::npos) std::this_thread::yield();
  EXPECT_NE(runtime.Call(function), before);
}

// Many at once, some of which end their process.
TEST_F(ZygoteTest, ManyAtOnce) {
  WorkerRuntime runtime(With(ZygoteUse::kAlways));
  std::vector<Function*> functions;
  functions.reserve(4);
  for (int i = 0; i < 4; ++i) functions.push_back(&runtime.Add(i % 2 == 0 ? "start" : "exit_now"));
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      Function& function = *functions[static_cast<std::size_t>(i % 4)];
      for (int k = 0; k < 10; ++k) {
        const std::string answer = runtime.Call(function, "3");
        EXPECT_TRUE(answer == kForked || answer.find("exit status 3") != std::string::npos) << answer;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tandem::test
