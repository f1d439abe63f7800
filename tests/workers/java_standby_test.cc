// Java workers that were started before they had a function: what they see, and what happens where one is of no use.
// TANDEM_TEST_JAVA_HOME names the JDK.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tandem/runtime.h"
#include "tests/workers/mounts.h"
#include "tests/workers/processes.h"

namespace tandem::test {
namespace {

using Variables = std::map<std::string, std::string>;

constexpr char kTaken[] = "\"standby 1\"";
constexpr char kExecuted[] = "\"executed 1\"";
constexpr char kPackage[] = TANDEM_TEST_PACKAGES;

WorkerOptions With(ZygoteUse use) {
  WorkerOptions options;
  options.standbys = use;
  options.zygotes = ZygoteUse::kOff;
  if (!Mounts()) options.folders = FolderUse::kTheMachines;  // where each process has its own, there are no standbys
  return options;
}

struct Call {
  std::string handler = "start";
  Variables variables = {};  // NOLINT(readability-redundant-member-init): for calls that do not name it
  std::int32_t memory_mb = 256;
  std::string event = "\"\"";
  std::string package = kPackage;
  std::vector<std::string> layers = {};  // NOLINT(readability-redundant-member-init): the same
};

// Functions, each in an environment of its own.
class JavaWorkers {
 public:
  // `cache` empty: without the archive of classes.
  explicit JavaWorkers(const WorkerOptions& workers, const std::string& cache = "", LogSink* sink = nullptr) {
    const char* const home = std::getenv("TANDEM_TEST_JAVA_HOME");
    if (home == nullptr) ADD_FAILURE() << "TANDEM_TEST_JAVA_HOME is not set";
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_LANGUAGE_LOADERS};
    options.languages["java"].path = home == nullptr ? "" : home;
    options.workers = workers;
    options.log_sink = sink;
    options.platform_logs = sink == nullptr ? PlatformLogs::kOff : PlatformLogs::kOn;
    options.start_cache = cache.empty() ? StartCache::kOff : StartCache::kFill;
    options.package.cache_dir = cache;
    auto created = Runtime::Create(std::move(options));
    EXPECT_TRUE(created.ok()) << created.status().message();
    runtime_ = std::move(*created);
  }
  explicit JavaWorkers(ZygoteUse use) : JavaWorkers(With(use)) {}

  std::string operator()(const Call& call = {}) {
    FunctionConfig config;
    config.name = "state";
    config.handler = "state.State::" + call.handler;
    config.code = call.package;
    config.runtime = "java";
    config.isolation = Isolation::kProcess;
    config.timeout = std::chrono::minutes(2);
    config.memory_size_mb = call.memory_mb;
    config.variables = call.variables;
    config.layers = call.layers;
    auto function = runtime_->Add(config);
    EXPECT_TRUE(function.ok()) << function.status().message();
    if (!function.ok()) return "";
    const InvokeResult result = runtime_->Invoke(**function, Event(std::string_view(call.event)));
    if (after_invoke) after_invoke();
    EXPECT_TRUE(runtime_->Remove(config.name).ok());
    if (result.outcome.kind() == Outcome::Kind::kFault) return result.outcome.fault().message();
    return std::string(result.outcome.payload().view());
  }
  void End() { runtime_.reset(); }

  std::function<void()> after_invoke;  // before the function is removed

 private:
  std::unique_ptr<Runtime> runtime_;
};

// Standbys are found by a variable that they are started with.
class JavaStandby : public testing::Test {
 protected:
  JavaStandby() {
    static int tests = 0;
    tag_ = "tandem-standby-test-" + std::to_string(getpid()) + "-" + std::to_string(++tests);
  }
  ~JavaStandby() override { UntilNoneHas(tag_); }

  Variables Tagged(Variables variables = {}) const {
    variables["JAVA_TANDEM_TEST_TAG"] = tag_;
    return variables;
  }
  // Those that have no function yet, or had none when they were started.
  std::vector<pid_t> Standbys() const {
    std::vector<pid_t> standbys;
    for (const pid_t pid : WithTag(tag_)) {
      if (StatusField(pid, "Name") == "tandem-worker" && !HasVariable(pid, "_HANDLER=state.State::start")) {
        standbys.push_back(pid);
      }
    }
    return standbys;
  }
  // One that waits for its function: the VM is there, and the initial thread waits for a message.
  static bool IsReady(pid_t pid) {
    constexpr int kThreadsOfAVm = 6;
    std::ifstream call("/proc/" + std::to_string(pid) + "/syscall");
    long number = -1;
    call >> number;
    return number == SYS_recvmsg && std::stoi("0" + StatusField(pid, "Threads")) >= kThreadsOfAVm;
  }
  pid_t TheStandby() const {
    std::vector<pid_t> standbys;
    while ((standbys = Standbys()).size() != 1) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return standbys[0];
  }

  std::string tag_;
};

TEST_F(JavaStandby, WorkersAreTakenFromItOnceOneHasServed) {
  JavaWorkers workers(ZygoteUse::kAlways);
  EXPECT_EQ(workers(), kExecuted);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(workers(), kTaken) << "it is replaced";
}

TEST_F(JavaStandby, IsNotWaitedForUnlessThatIsAsked) {
  JavaWorkers workers(ZygoteUse::kWhenReady);
  EXPECT_EQ(workers(), kExecuted);
  while (workers() != kTaken) std::this_thread::yield();
}

// Which a standby, whose TMPDIR is from its start, could not be given.
TEST_F(JavaStandby, IsNoneWhereEachProcessHasAFolderOfItsOwn) {
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.folders = FolderUse::kOwn;
  JavaWorkers workers(options);
  EXPECT_EQ(workers(), kExecuted);
  EXPECT_EQ(workers(), Mounts() ? kTaken : kExecuted);
}

TEST_F(JavaStandby, IsNoneWhereThereIsToBeNone) {
  JavaWorkers workers(ZygoteUse::kOff);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  EXPECT_TRUE(Standbys().empty());
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.most_zygotes = 0;
  JavaWorkers without(options);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(without({.variables = Tagged()}), kExecuted);
}

TEST_F(JavaStandby, HandlersCannotTellItFromAProgram_R33_R34_R37) {
  JavaWorkers taken(ZygoteUse::kAlways);
  JavaWorkers executed(ZygoteUse::kOff);
  const std::vector<Variables> several = {
      {},
      {{"MINE", "a=b c"}, {"EMPTY", ""}, {"TZ", "America/New_York"}, {"TMPDIR", "/var/tmp"}},
      {{"MINE", "\xC3\xA4"},
       {"LANG", "C"},
       {"TZ", "JST-9"},
       {"JAVA_TOOL_OPTIONS", "-Dmine=1 -Duser.timezone=Asia/Tokyo"}},
  };
  for (const Variables& variables : several) {
    for (const std::int32_t memory_mb : {256, 512}) {
      taken({.variables = variables, .memory_mb = memory_mb});
      EXPECT_EQ(taken({.variables = variables, .memory_mb = memory_mb}), kTaken);
      const Call call = {.handler = "state", .variables = variables, .memory_mb = memory_mb};
      EXPECT_EQ(taken(call), executed(call));
    }
  }
}

TEST_F(JavaStandby, HasTheVariablesOfItsFunction) {
  JavaWorkers workers(ZygoteUse::kAlways);
  workers();
  for (const char* zone : {"Europe/Paris", "Asia/Tokyo", "UTC"}) {
    const Variables variables = {{"MINE", zone}, {"TZ", zone}};
    const std::string expected = std::string("\"").append(zone).append(" ").append(zone) + "\"";
    EXPECT_EQ(workers({.handler = "variable", .variables = variables, .event = "\"MINE\""}), expected);
    EXPECT_EQ(workers({.variables = variables}), kTaken) << "those are no part of the key";
  }
}

// What a JVM takes from its process when it starts.
struct KeyCase {
  const char* name;
  Call one;
  Call other;
};

class JavaStandbyKeys : public JavaStandby, public testing::WithParamInterface<KeyCase> {};

TEST_P(JavaStandbyKeys, KeepFunctionsApart) {
  JavaWorkers workers(ZygoteUse::kAlways);
  JavaWorkers executed(ZygoteUse::kOff);
  EXPECT_EQ(workers(GetParam().one), kExecuted);
  EXPECT_EQ(workers(GetParam().one), kTaken);
  EXPECT_EQ(workers(GetParam().other), kExecuted) << "the standby is not for this one";
  EXPECT_EQ(workers(GetParam().other), kTaken);
  for (Call call : {GetParam().one, GetParam().other}) {
    call.handler = "started";
    EXPECT_EQ(workers(call), executed(call));
  }
}

KeyCase ByVariable(const char* name, const char* one, const char* other) {
  return {name, {.variables = {{name, one}}}, {.variables = {{name, other}}}};
}

INSTANTIATE_TEST_SUITE_P(
    Java, JavaStandbyKeys,
    testing::Values(KeyCase{"memory", {.memory_mb = 256}, {.memory_mb = 320}},
                    ByVariable("JAVA_TOOL_OPTIONS", "-Dmine=1", "-Dmine=2"),
                    ByVariable("_JAVA_OPTIONS", "-Xmx40m", "-Xmx50m"), ByVariable("JDK_JAVA_OPTIONS", "-Da=1", "-Da=2"),
                    ByVariable("LD_LIBRARY_PATH", "/lib:/usr/lib", "/usr/lib"), ByVariable("LANG", "C.UTF-8", "C"),
                    ByVariable("LC_ALL", "C.UTF-8", "C"), ByVariable("MALLOC_ARENA_MAX", "1", "2"),
                    ByVariable("GLIBC_TUNABLES", "glibc.malloc.perturb=1", "glibc.malloc.perturb=2"),
                    ByVariable("HOME", "/tmp", "/var/tmp"), ByVariable("TMPDIR", "/tmp", "/var/tmp")),
    [](const testing::TestParamInfo<KeyCase>& tested) { return std::string(tested.param.name); });

TEST_F(JavaStandby, IsOneOfItsPackage) {
  const std::filesystem::path copy = std::filesystem::path(testing::TempDir()) / tag_;
  std::filesystem::copy(kPackage, copy, std::filesystem::copy_options::recursive);
  JavaWorkers workers(ZygoteUse::kAlways);
  workers();
  EXPECT_EQ(workers({.package = copy}), kExecuted);
  EXPECT_EQ(workers({.package = copy}), kTaken);
  const std::string started = workers({.handler = "started", .package = copy});
  EXPECT_NE(started.find(' ' + copy.string() + '"'), std::string::npos) << started;
  std::filesystem::remove_all(copy);
}

// A build puts another folder in the package's place while a standby waits in the one before.
TEST_F(JavaStandby, OfAFolderThatIsGoneIsNotTaken) {
  const std::filesystem::path copy = std::filesystem::path(testing::TempDir()) / tag_;
  JavaWorkers workers(ZygoteUse::kAlways);
  const auto pack = [&copy] {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(kPackage, copy, std::filesystem::copy_options::recursive);
  };
  pack();
  EXPECT_EQ(workers({.variables = Tagged(), .package = copy}), kExecuted);
  while (!IsReady(TheStandby())) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  pack();
  EXPECT_EQ(workers({.variables = Tagged(), .package = copy}), kExecuted);
  while (workers({.variables = Tagged(), .package = copy}) != kTaken) {  // a standby of the new one, some time later
  }
  std::filesystem::remove_all(copy);
}

void Write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

// Where /opt cannot be the environment's own, a layer is read where it lies, and a standby has nothing of it.
TEST_F(JavaStandby, WithALayerThatIsAnotherFolderNowIsNotTaken_K11) {
  const std::filesystem::path layers = std::filesystem::path(testing::TempDir()) / tag_;
  const std::filesystem::path first = layers / "first";
  Write(first / "java" / "text", "one\n");
  JavaWorkers workers(ZygoteUse::kAlways);
  const Call start = {.variables = Tagged(), .layers = {first}};
  Call line = start;
  line.handler = "line";
  line.event = "\"/opt/java/text\"";
  EXPECT_EQ(workers(start), kExecuted);
  EXPECT_EQ(workers(start), kTaken);
  if (workers(line) == "\"one\"") {
    std::filesystem::remove_all(first);
    Write(first / "java" / "text", "other\n");
    EXPECT_EQ(workers(line), "\"other\"");
    EXPECT_EQ(workers(start), kTaken) << "of the new one";
  } else {
    EXPECT_NE(workers(line).find("FileNotFoundException"), std::string::npos);
  }
  std::filesystem::remove_all(layers);
}

TEST_F(JavaStandby, WithMergedLayersThatHaveOtherFilesNowIsNotTaken_K11) {
  const std::filesystem::path layers = std::filesystem::path(testing::TempDir()) / tag_;
  Write(layers / "first" / "java" / "text", "one\n");
  Write(layers / "second" / "java" / "more", "one\n");
  JavaWorkers workers(ZygoteUse::kAlways);
  const Call start = {.variables = Tagged(), .layers = {layers / "first", layers / "second"}};
  Call line = start;
  line.handler = "line";
  line.event = "\"/opt/java/text\"";
  EXPECT_EQ(workers(start), kExecuted);
  EXPECT_EQ(workers(start), kTaken);
  if (workers(line) == "\"one\"") {
    Write(layers / "second" / "java" / "text", "other\n");
    EXPECT_EQ(workers(line), "\"other\"") << "the later layer's";
    EXPECT_EQ(workers(start), kTaken);
  } else {
    EXPECT_NE(workers(line).find("FileNotFoundException"), std::string::npos);
  }
  std::filesystem::remove_all(layers);
}

// Each goes on by executing the program.
TEST_F(JavaStandby, WithAWrapperIsNone) {
  JavaWorkers workers(ZygoteUse::kAlways);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(workers({.variables = {{"AWS_LAMBDA_EXEC_WRAPPER", "/bin/env"}}}), kExecuted);
}

TEST_F(JavaStandby, WithAnAgentIsNone) {
  JavaWorkers workers(ZygoteUse::kAlways);
  for (int i = 0; i < 3; ++i) {
    const Variables variables = {
        {"JAVA_TOOL_OPTIONS", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y"}};
    EXPECT_EQ(workers({.variables = variables}), kExecuted);
  }
}

TEST_F(JavaStandby, ThatSaysSomethingIsNone) {
  JavaWorkers workers(ZygoteUse::kAlways);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(workers({.variables = {{"JAVA_TOOL_OPTIONS", "-Xlog:gc*"}}}), kExecuted);
  }
}

TEST_F(JavaStandby, MayBeKilled) {
  JavaWorkers workers(ZygoteUse::kWhenReady);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  kill(TheStandby(), SIGKILL);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  while (workers({.variables = Tagged()}) != kTaken) std::this_thread::yield();
}

TEST_F(JavaStandby, MayBeStopped) {
  JavaWorkers workers(ZygoteUse::kWhenReady);
  while (workers({.variables = Tagged()}) != kTaken) std::this_thread::yield();
  const pid_t stopped = TheStandby();
  while (!IsReady(stopped)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(stopped, SIGSTOP);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  EXPECT_NE(stopped, TheStandby());
}

TEST_F(JavaStandby, EndsWithTheRuntime) {
  JavaWorkers workers(ZygoteUse::kWhenReady);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  const pid_t standby = TheStandby();
  workers.End();
  EXPECT_EQ(StatusField(standby, "State"), "");
}

TEST_F(JavaStandby, HasNoVariablesOfTheHosts) {
  const std::string marker = "of-the-host-" + std::to_string(getpid());
  setenv("OF_THE_HOST", marker.c_str(), 1);
  JavaWorkers workers(ZygoteUse::kWhenReady);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  unsetenv("OF_THE_HOST");
  TheStandby();
  const std::vector<pid_t> having = WithTag(marker);
  EXPECT_TRUE(having.empty()) << Describe(having);
}

TEST_F(JavaStandby, EndsWithTheSupervisor) {
  setenv("TANDEM_TEST_TAG", tag_.c_str(), 1);
  JavaWorkers workers(ZygoteUse::kAlways);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  const pid_t standby = TheStandby();
  for (const pid_t pid : WithTag(tag_)) {
    if (StatusField(pid, "Name") == "tandem-supervis") kill(pid, SIGKILL);
  }
  UntilEnded(standby);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  EXPECT_EQ(workers({.variables = Tagged()}), kTaken);
  unsetenv("TANDEM_TEST_TAG");
}

TEST_F(JavaStandby, EndsWhenItIsIdle) {
  WorkerOptions options = With(ZygoteUse::kWhenReady);
  options.idle_limit = std::chrono::seconds(1);
  JavaWorkers workers(options);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  UntilEnded(TheStandby());
}

TEST_F(JavaStandby, GivesWayToAnother) {
  WorkerOptions options = With(ZygoteUse::kAlways);
  options.most_zygotes = 1;
  JavaWorkers workers(options);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  const pid_t first = TheStandby();
  EXPECT_EQ(workers({.variables = Tagged(), .memory_mb = 320}), kExecuted);
  UntilEnded(first);
  EXPECT_EQ(workers({.variables = Tagged(), .memory_mb = 320}), kTaken);
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
}

// A cache, and what makes its archive, which has the cache's name in its arguments.
// Stops the supervisor once an invocation has its worker.
class StoppingSink final : public LogSink {
 public:
  explicit StoppingSink(const std::string& tag) : tag_(tag) {}
  void Write(const LogRecord& record) noexcept override {
    if (!record.text.starts_with("START ")) return;
    for (const pid_t pid : WithTag(tag_)) {
      if (StatusField(pid, "Name") == "tandem-supervis") supervisor_ = pid;
    }
    kill(supervisor_, SIGSTOP);
    while (!StatusField(supervisor_, "State").starts_with('T')) std::this_thread::yield();
  }
  pid_t supervisor() const { return supervisor_; }

 private:
  const std::string tag_;
  pid_t supervisor_ = 0;
};

// Which could not be started meanwhile.
TEST_F(JavaStandby, TheResponseDoesNotWaitForIt) {
  setenv("TANDEM_TEST_TAG", tag_.c_str(), 1);
  StoppingSink sink(tag_);
  JavaWorkers workers(With(ZygoteUse::kWhenReady), "", &sink);
  workers.after_invoke = [&] {
    ASSERT_GT(sink.supervisor(), 0);
    EXPECT_EQ(StatusField(sink.supervisor(), "State").substr(0, 1), "T");
    kill(sink.supervisor(), SIGCONT);
  };
  EXPECT_EQ(workers({.variables = Tagged()}), kExecuted);
  TheStandby();
  workers.End();
  unsetenv("TANDEM_TEST_TAG");
}

class JavaStartCache : public testing::Test {
 protected:
  JavaStartCache() : cache_(testing::TempDir() + "tandem-start-cache-" + std::to_string(getpid())) {
    std::filesystem::create_directories(cache_);
    std::filesystem::permissions(cache_, std::filesystem::perms::owner_all);
  }
  ~JavaStartCache() override { std::filesystem::remove_all(cache_); }

  std::vector<std::string> Extensions() const {
    std::vector<std::string> extensions;
    for (const auto& entry : std::filesystem::directory_iterator(cache_ + "/starts")) {
      extensions.push_back(entry.path().extension());
    }
    return extensions;
  }

  const std::string cache_;
};

TEST_F(JavaStartCache, IsFilledOnceAWorkerHasServed) {
  JavaWorkers workers(With(ZygoteUse::kOff), cache_);
  EXPECT_EQ(workers(), kExecuted);
  while (Extensions() != std::vector<std::string>{".jsa"}) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  UntilNoneHas(cache_);
  EXPECT_EQ(workers(), kExecuted);
  EXPECT_TRUE(WithArgument(cache_).empty()) << "it is filled once";
}

TEST_F(JavaStartCache, IsLeftAloneByTheRuntimesEnd) {
  JavaWorkers workers(With(ZygoteUse::kOff), cache_);
  EXPECT_EQ(workers(), kExecuted);
  while (WithArgument(cache_).empty()) std::this_thread::yield();
  workers.End();
  EXPECT_TRUE(WithArgument(cache_).empty());
}

}  // namespace
}  // namespace tandem::test
