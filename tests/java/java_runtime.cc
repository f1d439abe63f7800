#include "java_runtime.h"

#include <cctype>
#include <cstdlib>
#include <map>
#include <utility>

namespace tandem::test {
namespace {

std::unique_ptr<Runtime>& Shared() {
  static std::unique_ptr<Runtime> runtime;
  return runtime;
}

// What HotSpot would announce on standard error by itself.
const std::map<std::string, std::string>& StartVariables() {
  static const std::map<std::string, std::string> variables = {
      {"JAVA_TOOL_OPTIONS", "-Dtandem.test.first='a b' -Dtandem.test.both=first"},
      {"_JAVA_OPTIONS", "-Dtandem.test.both=last"}};
  return variables;
}

class JavaEnvironment final : public ::testing::Environment {
 public:
  void SetUp() override {
    ASSERT_NE(getenv("TANDEM_TEST_JAVA_HOME"), nullptr) << "TANDEM_TEST_JAVA_HOME must name a JDK";
    auto created = Runtime::Create(JavaRuntime::Options());
    ASSERT_TRUE(created.ok()) << created.status().message();
    Shared() = std::move(*created);
    StartVm();
  }

  static void StartVm() {
    if (!InProcessIsolation()) {
      for (const auto& [name, value] : StartVariables()) ASSERT_EQ(setenv(name.c_str(), value.c_str(), 1), 0);
    }
    Function& function = JavaRuntime::Add("example.Hello::myHandler");
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    const Outcome outcome = JavaRuntime::Get().Prepare(function);
    JavaRuntime::StartOutput() = ::testing::internal::GetCapturedStdout() + ::testing::internal::GetCapturedStderr() +
                                 JavaRuntime::Log().TextOf(function.config().name);
    ASSERT_TRUE(outcome.ok()) << Show(outcome);
  }

  void TearDown() override { Shared().reset(); }
};

[[maybe_unused]] const ::testing::Environment* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new JavaEnvironment);

}  // namespace

Runtime& JavaRuntime::Get() {
  return *Shared();
}

RuntimeOptions JavaRuntime::Options() {
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.log_sink = &Log();
  options.workers.most = 6;  // as no test needs more at a time, and each has a VM
  options.languages["java"].path = getenv("TANDEM_TEST_JAVA_HOME");
  const char* jvm_options = getenv("TANDEM_TEST_JVM_OPTIONS");
  if (jvm_options != nullptr) options.languages["java"].options["jvm.options"] = jvm_options;
  return options;
}

KeepingSink& JavaRuntime::Log() {
  static KeepingSink sink;
  return sink;
}

std::string& JavaRuntime::StartOutput() {
  static std::string output;
  return output;
}

FunctionConfig JavaRuntime::Config(const std::string& handler, const std::string& package) {
  static int count = 0;
  FunctionConfig config;
  config.name = "f" + std::to_string(++count);
  config.handler = handler;
  config.code = Package(package);
  config.runtime = "java";
  config.timeout = std::chrono::milliseconds(0);
  config.isolation = TestIsolation();
  if (InProcessIsolation()) config.variables = StartVariables();
  return config;
}

Function& JavaRuntime::Add(const FunctionConfig& config) {
  auto added = Get().Add(config);
  EXPECT_TRUE(added.ok()) << added.status().message();
  return **added;
}

std::string Show(const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::kFault) return "fault " + std::string(outcome.fault().message());
  return (outcome.ok() ? "ok " : "error ") + std::string(outcome.payload().view());
}

std::string CaseName(const ::testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char* c = info.param.rule; *c != '\0'; ++c) name.push_back(isalnum(*c) != 0 ? *c : '_');
  return name + "_" + std::to_string(info.index);
}

void Check(const Case& row, const std::string& package) {
  static std::map<std::pair<std::string, std::string>, Function*> shared;
  Function*& kept = shared[{row.handler, package}];
  if (kept == nullptr || !InProcessIsolation()) kept = &JavaRuntime::Add(row.handler, package);
  Function& function = *kept;
  EXPECT_EQ(Show(Invoke(function, row.event).outcome), row.expected) << "with the event " << row.event;
}

std::string Fault(const std::string& message, const std::string& type) {
  return R"(error {"errorMessage":")" + message + R"(")" + (type.empty() ? "" : R"(,"errorType":")" + type + R"(")") +
         "}";
}

std::string Error(const std::string& message, const std::string& type, const std::string& frames) {
  return R"(error {"errorMessage":")" + message + R"(","errorType":")" + type + R"(","stackTrace":[)" + frames + "]}";
}

}  // namespace tandem::test
