// Many invocations of all kinds over a few environments, and nothing left of them.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <filesystem>
#include <set>
#include <string>

#include "mixture.h"
#include "tests/workers/open_files.h"
#include "tests/workers/processes.h"
#include "worker_runtime.h"

namespace tandem::test {
namespace {

#ifdef TANDEM_TEST_SANITIZED
constexpr int kInvocations = 2'000;
constexpr std::int32_t kLimitMb = 1024;
#else
constexpr int kInvocations = 20'000;
constexpr std::int32_t kLimitMb = 128;
#endif
constexpr std::chrono::seconds kTime{20};

using Ask = std::function<std::string(std::mt19937& random, std::string& expected)>;

// The same event each time.
Ask Always(const std::string& event, const std::string& expected) {
  return [event, expected](std::mt19937&, std::string& to) {
    to = expected;
    return event;
  };
}

// An echo of bytes that no other invocation has, as many as one of the sizes.
Ask Echo(std::size_t smallest, std::size_t largest) {
  return [smallest, largest](std::mt19937& random, std::string& expected) {
    expected = std::to_string(random()) + "-" + std::to_string(random());
    expected.resize(std::max(expected.size(), smallest + random() % (largest - smallest + 1)), 'x');
    return "echo " + expected;
  };
}

std::string ExitNow(std::mt19937& random, std::string& expected) {
  const unsigned status = random() % 256;
  expected = ExitText(status == 0 ? "" : "exit status " + std::to_string(status));
  return "exit_now " + std::to_string(status);
}

std::string Raise(std::mt19937& random, std::string& expected) {
  static const std::array<std::pair<int, const char*>, 4> kSignals = {
      {{SIGKILL, "signal: killed"},
       {SIGTERM, "signal: terminated"},
       {SIGABRT, "signal: aborted (core dumped)"},
       {SIGSEGV, "signal: segmentation fault (core dumped)"}}};
  const auto& [number, how] = kSignals[random() % kSignals.size()];
  expected = ExitText(how);
  return "raise " + std::to_string(number);
}

const std::string kBoom =
    R"~({"errorMessage":"boom","errorType":"Native.Boom","stackTrace":["native.handler(handlers.cc)"]})~";

std::vector<Kind> KindsOf(Function* function) {
  return {
      {function, 600, Echo(0, 200)},
      {function, 30, Echo(60'000, 300'000)},
      {function, 100, Always("fail", kBoom)},
      {function, 50, Always("sleep 1", "\"slept\"")},
      {function, 30, Always("flood 100000", "\"flooded\"")},
      {function, 20, Always("fork_and_return", "\"parent\"")},
      {function, 20, Always("change_process", "\"changed\"")},
      {function, 10, Always("close_standard", "\"closed\"")},
      {function, 20, Always("touch 5", "1")},
      {function, 25, ExitNow},
      {function, 25, Raise},
      {function, 10, Always("close_all", ExitText("exit status 1"))},
      {function, 3, Always("hoard " + std::to_string(kLimitMb * 3 / 2), OutOfMemoryText())},
  };
}

// With everything of this test's in one place, or by one word to be found.
class MixedInvocations : public testing::Test {
 protected:
  MixedInvocations() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    std::filesystem::create_directories(folder_ / "code");
    std::filesystem::create_directories(folder_ / "tmp");
    setenv("TANDEM_TEST_TAG", tag_.c_str(), 1);  // which the supervisor has in its environment
    setenv("TMPDIR", (folder_ / "tmp").c_str(), 1);
  }
  ~MixedInvocations() override {
    unsetenv("TANDEM_TEST_TAG");
    unsetenv("TMPDIR");
    const std::vector<pid_t> left = WithTag(tag_);
    EXPECT_TRUE(left.empty()) << Describe(left);
    EXPECT_EQ(OpenFiles(), open_before_) << "a descriptor is left";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_directory()) ADD_FAILURE() << entry.path() << " is left";
    }
    std::filesystem::remove_all(folder_);
  }

  FunctionConfig Config() const {
    FunctionConfig config = WorkerRuntime::Config("mixed");
    config.code = (folder_ / "code").string();
    config.memory_size_mb = kLimitMb;
    config.variables = {{"TANDEM_TEST_TAG", tag_}, {"TMPDIR", (folder_ / "tmp").string()}};
    return config;
  }

 private:
  const std::string tag_ = "tandem-mixed-test-" + std::to_string(getpid());
  const std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / tag_;
  const std::size_t open_before_ = OpenFiles();
};

TEST_F(MixedInvocations, EachGetsWhatItAskedForAndNothingIsLeft_E38_E40_E42_E46_E47_E48) {
  WorkerOptions options;
  options.most = 8;
  options.most_per_function = 4;
  WorkerRuntime runtime(options);
  std::vector<Kind> kinds;
  for (int i = 0; i < 2; ++i) {
    for (const Kind& kind : KindsOf(&runtime.Add(Config()))) kinds.push_back(kind);
  }
  FunctionConfig late = Config();
  late.timeout = std::chrono::milliseconds(50);
  Function& function = runtime.Add(late);
  kinds.push_back({&function, 10, Always("stuck", TimeoutText("0.05"))});
  kinds.push_back({&function, 5, Always("sleep 100000", TimeoutText("0.05"))});
  RunMixture(*runtime.operator->(), kinds, kInvocations, kTime);
}

// Those that do no harm get what they asked for also where others end the process that they share.
TEST_F(MixedInvocations, InSharedProcessesEachGetsWhatItAskedForOrItsEnd_R27_E38_E40_E42_E46) {
  WorkerOptions options;
  options.most = 6;
  options.most_per_function = 2;
  WorkerRuntime runtime(options);
  std::vector<Kind> kinds;
  FunctionConfig config = Config();
  config.max_concurrency = 3;
  Function& harmless = runtime.Add(config);
  kinds.push_back({&harmless, 1200, Echo(0, 200)});
  kinds.push_back({&harmless, 60, Echo(60'000, 300'000)});
  kinds.push_back({&harmless, 200, Always("fail", kBoom)});
  kinds.push_back({&harmless, 100, Always("sleep 1", "\"slept\"")});
  kinds.push_back({&harmless, 30, Always("flood 100000", "\"flooded\"")});
  kinds.push_back({&harmless, 40, Always("fork_and_return", "\"parent\"")});
  config = Config();
  config.max_concurrency = 3;
  for (Kind kind : KindsOf(&runtime.Add(config))) {
    kind.shares = true;
    kinds.push_back(kind);
  }
  config = Config();
  config.max_concurrency = 3;
  config.timeout = std::chrono::milliseconds(300);
  Function& late = runtime.Add(config);
  kinds.push_back({&late, 10, Always("stuck", TimeoutText("0.30"))});
  kinds.push_back({&late, 10, Always("sleep 100000", TimeoutText("0.30"))});
  RunMixture(*runtime.operator->(), kinds, kInvocations, kTime);
}

}  // namespace
}  // namespace tandem::test
