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

// All take two processors half a minute, both tests together.
#ifdef TANDEM_TEST_SANITIZED
constexpr HowMany kInvocations{.some = 1'000, .all = 2'000};
constexpr std::int32_t kMixtureLimitMb = 1024;
#else
constexpr HowMany kInvocations{.some = 20'000, .all = 20'000};
constexpr std::int32_t kMixtureLimitMb = 128;
#endif
constexpr std::size_t kEnvironments = 8;

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

const std::string kYielded = "\"yielded\"";
const std::string kAskedToYield =
    R"~({"errorMessage":"asked to yield","errorType":"Native.Cancelled","stackTrace":["native.handler(handlers.cc)"]})~";

// Those that are cancelled, and answer that they yield or do not listen.
std::vector<Kind> CancelledOf(Function* function) {
  return {
      {.function = function,
       .weight = 20,
       .ask = Always("say poll_cancelled", kYielded),
       .cancelled = Cancelled::kOnceItBegins},
      {.function = function,
       .weight = 20,
       .ask = Always("say poll_cancelled", kYielded),
       .cancelled = Cancelled::kAgainAndAgain},
      {.function = function,
       .weight = 10,
       .ask = Always("say sleep 2", "\"slept\""),
       .cancelled = Cancelled::kAgainAndAgain},
  };
}

std::vector<Kind> HarmlessOf(Function* function) {
  return {
      {function, 600, Echo(0, 200)},
      {function, 30, Echo(60'000, 300'000)},
      {function, 100, Always("fail", kBoom)},
      {function, 50, Always("listen 1", "\"not asked\"")},
      {function, 30, Always("flood 100000", "\"flooded\"")},
      {function, 20, Always("fork_and_return", "\"parent\"")},
  };
}

// `hoarded`: what too much memory may also come to.
std::vector<Kind> HarmfulOf(Function* function, const std::string& hoarded = {}) {
  return {
      {function, 20, Always("change_process", "\"changed\"")},
      {function, 10, Always("close_standard", "\"closed\"")},
      {function, 20, Always("touch 5", "1")},
      {function, 25, ExitNow},
      {function, 25, Raise},
      {function, 10, Always("close_all", ExitText("exit status 1"))},
      {.function = function,
       .weight = 3,
       .ask = Always("hoard " + std::to_string(kMixtureLimitMb * 3 / 2), OutOfMemoryText()),
       .instead = hoarded},
  };
}

struct Mix {
  std::vector<Kind> kinds;

  void Add(const std::vector<Kind>& more) { kinds.insert(kinds.end(), more.begin(), more.end()); }
  // Of a function whose processes are shared with those that end them.
  void AddShared(std::vector<Kind> more) {
    for (Kind& kind : more) kind.shares = true;
    Add(more);
  }
};

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
    config.memory_size_mb = kMixtureLimitMb;
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
  options.most = kEnvironments;
  options.most_per_function = 4;
  BeginningSink sink;
  WorkerRuntime runtime(options, PlatformLogs::kOff, {}, &sink);
  Mix mix;
  for (int i = 0; i < 2; ++i) {
    Function& function = runtime.Add(Config());
    mix.Add(HarmlessOf(&function));
    mix.Add(HarmfulOf(&function));
    mix.Add(CancelledOf(&function));
    mix.Add({{.function = &function,  // which each handler is told, whoever is meant
              .weight = 10,
              .ask = Always("say wait", kAskedToYield),
              .cancelled = Cancelled::kOnceItBegins}});
  }
  FunctionConfig config = Config();
  config.max_concurrency = 3;
  Function& shared = runtime.Add(config);
  mix.Add(HarmlessOf(&shared));
  mix.Add(CancelledOf(&shared));
  config = Config();
  config.timeout = std::chrono::milliseconds(50);
  Function& late = runtime.Add(config);
  mix.Add({{&late, 10, Always("stuck", TimeoutText("0.05"))},
           {&late, 5, Always("sleep 100000", TimeoutText("0.05"))},
           {.function = &late,
            .weight = 5,
            .ask = Always("say stuck", TimeoutText("0.05")),
            .cancelled = Cancelled::kAgainAndAgain}});
  RunMixture(*runtime.operator->(), sink, mix.kinds, kInvocations);
}

// Those that do no harm get what they asked for also where others end the process that they share.
TEST_F(MixedInvocations, InSharedProcessesEachGetsWhatItAskedForOrItsEnd_R27_E38_E40_E42_E46) {
  WorkerOptions options;
  options.most = kEnvironments;
  options.most_per_function = 3;
  BeginningSink sink;
  WorkerRuntime runtime(options, PlatformLogs::kOff, {}, &sink);
  Mix mix;
  FunctionConfig config = Config();
  config.max_concurrency = 3;
  Function& harmless = runtime.Add(config);
  for (int i = 0; i < 2; ++i) mix.Add(HarmlessOf(&harmless));
  mix.Add(CancelledOf(&harmless));
  config = Config();
  config.max_concurrency = 3;
  Function& harmful = runtime.Add(config);
  mix.AddShared(HarmlessOf(&harmful));
  mix.AddShared(HarmfulOf(&harmful, "\"kept\""));  // an answer counts while others run
  mix.AddShared(CancelledOf(&harmful));
  config = Config();
  config.max_concurrency = 3;
  config.timeout = std::chrono::milliseconds(300);
  Function& late = runtime.Add(config);
  mix.Add({{&late, 10, Always("stuck", TimeoutText("0.30"))},
           {&late, 10, Always("sleep 100000", TimeoutText("0.30"))},
           {.function = &late,
            .weight = 10,
            .ask = Always("say stuck", TimeoutText("0.30")),
            .cancelled = Cancelled::kAgainAndAgain}});
  RunMixture(*runtime.operator->(), sink, mix.kinds, kInvocations);
}

}  // namespace
}  // namespace tandem::test
