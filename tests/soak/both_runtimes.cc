#include "both_runtimes.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

namespace tandem::test {
namespace {

constexpr std::int32_t kManyAtOnce = 64;

std::unique_ptr<Runtime>& Shared() {
  static std::unique_ptr<Runtime> runtime;
  return runtime;
}

class BothEnvironment final : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* home = getenv("TANDEM_TEST_JAVA_HOME");
    ASSERT_NE(home, nullptr) << "TANDEM_TEST_JAVA_HOME must name a JDK";
    const char* python = getenv("TANDEM_TEST_PYTHON");
    ASSERT_NE(python, nullptr) << "TANDEM_TEST_PYTHON must name a CPython by its path";
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_LOADERS};
    options.log_sink = &BothRuntimes::Log();
    options.platform_logs = PlatformLogs::kOn;
    options.languages["java"].path = home;
    options.languages["java"].options["jvm.options"] = kJvmOptions;
    options.languages["python"].path = python;
    auto created = Runtime::Create(std::move(options));
    ASSERT_TRUE(created.ok()) << created.status().message();
    Shared() = std::move(*created);
  }
  void TearDown() override { Shared().reset(); }
};

[[maybe_unused]] const ::testing::Environment* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new BothEnvironment);

FunctionConfig Config(const std::string& language, const std::string& handler, const std::string& code) {
  static std::atomic<int> count{0};
  FunctionConfig config;
  config.name = language + std::to_string(++count);
  config.handler = handler;
  config.code = code;
  config.runtime = language;
  config.timeout = std::chrono::milliseconds(0);
  config.max_concurrency = kManyAtOnce;
  return config;
}

}  // namespace

Runtime& BothRuntimes::Get() {
  return *Shared();
}

CountingSink& BothRuntimes::Log() {
  static CountingSink sink;
  return sink;
}

bool BothRuntimes::AreLong() {
  const char* extent = getenv("TANDEM_TEST_EXTENT");
  return extent != nullptr && std::string_view(extent) == "all";
}

FunctionConfig BothRuntimes::Java(const std::string& handler) {
  return Config("java", handler, std::string(TANDEM_TEST_PACKAGES) + "/java");
}

FunctionConfig BothRuntimes::Python(const std::string& handler, const std::string& package) {
  return Config("python", handler, std::string(TANDEM_TEST_PACKAGES) + "/" + package);
}

Function& BothRuntimes::Add(const FunctionConfig& config) {
  auto added = Get().Add(config);
  if (!added.ok()) throw std::runtime_error(config.handler + ": " + added.status().message());
  return **added;
}

InvokeResult Invoke(Function& function, std::string_view event, const InvokeOptions& options) {
  return BothRuntimes::Get().Invoke(function, Event(event), options);
}

std::string Show(const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::kFault) return "fault " + outcome.fault().message();
  if (!outcome.ok()) return "error " + outcome.error().type;
  return "ok " + std::string(outcome.payload().view());
}

std::int64_t Number(Function& function, std::string_view event) {
  const Outcome outcome = Invoke(function, event).outcome;
  EXPECT_TRUE(outcome.ok()) << function.config().handler << ": " << Show(outcome) << outcome.payload().view();
  return outcome.ok() ? std::stoll(std::string(outcome.payload().view())) : -1;
}

std::int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

std::int64_t TrimmedResidentBytes() {
  malloc_trim(0);
  return ResidentBytes();
}

}  // namespace tandem::test
