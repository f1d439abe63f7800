#include "python_runtime.h"

#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace tandem::test {
namespace {

std::unique_ptr<Runtime>& Shared() {
  static std::unique_ptr<Runtime> runtime;
  return runtime;
}

// The path of the preferred usable interpreter of a version, so that no other one is considered in this process.
std::string PathOf(const std::string& identifier) {
  auto registry = RuntimeRegistry::Open({TANDEM_TEST_LOADERS}, {});
  if (!registry.ok()) throw std::runtime_error(registry.status().message());
  for (const RuntimeInfo& info : (*registry)->Find("python")) {
    if (info.identifier == identifier && info.usable()) return info.path;
  }
  throw std::runtime_error("TANDEM_TEST_PYTHON: no usable " + identifier);
}

class PythonEnvironment final : public ::testing::Environment {
 public:
  void SetUp() override {
    ASSERT_NE(getenv("TANDEM_TEST_PYTHON"), nullptr) << "TANDEM_TEST_PYTHON must name a CPython, by its path or as X.Y";
    auto created = Runtime::Create(PythonRuntime::Options());
    ASSERT_TRUE(created.ok()) << created.status().message();
    Shared() = std::move(*created);
    if (getenv("TANDEM_TEST_ALONE") != nullptr) return;
    const Outcome first = Shared()->Prepare(PythonRuntime::Add("machine.version"));
    ASSERT_TRUE(first.ok()) << Show(first);
  }
  void TearDown() override { Shared().reset(); }
};

[[maybe_unused]] const ::testing::Environment* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new PythonEnvironment);

std::string Body(const std::string& type, const std::string& message, const std::string& id, const std::string& trace) {
  return "error {\"errorMessage\": \"" + message + "\", \"errorType\": \"" + type + "\", \"requestId\": \"" + id +
         "\", \"stackTrace\": [" + trace + "]}";
}

}  // namespace

Runtime& PythonRuntime::Get() {
  return *Shared();
}

RuntimeOptions PythonRuntime::Options() {
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.log_sink = &Log();
  const std::string python = getenv("TANDEM_TEST_PYTHON");
  LanguageOptions& language = options.languages["python"];
  const char* venv = getenv("TANDEM_TEST_VENV");
  if (venv != nullptr) {
    language.path = venv;
  } else if (python.find('/') != std::string::npos) {
    language.path = python;
  } else {
    language.path = PathOf("python" + python);
  }
  return options;
}

KeepingSink& PythonRuntime::Log() {
  static KeepingSink sink;
  return sink;
}

int PythonRuntime::Minor() {
  static const int minor = [] {
    const std::string identifier = Add("machine.version").runtime().info.identifier;
    return std::stoi(identifier.substr(identifier.find('.') + 1));
  }();
  return minor;
}

FunctionConfig PythonRuntime::Config(const std::string& handler, const std::string& package) {
  static int count = 0;
  FunctionConfig config;
  config.name = "f" + std::to_string(++count);
  config.handler = handler;
  config.code = Package(package);
  config.runtime = "python";
  config.timeout = std::chrono::milliseconds(0);
  config.isolation = TestIsolation();
  return config;
}

Function& PythonRuntime::Add(const FunctionConfig& config) {
  auto added = Get().Add(config);
  if (!added.ok()) throw std::runtime_error(added.status().message());
  return **added;
}

InvokeResult Invoke(Function& function, const std::string& event, InvokeOptions options) {
  if (options.request_id.empty()) options.request_id = RequestId("test-id");
  return PythonRuntime::Get().Invoke(function, Event(std::string_view(event)), options);
}

std::string Show(const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::kFault) return "fault " + outcome.fault().message();
  std::string text = (outcome.ok() ? "ok " : "error ") + std::string(outcome.payload().view());
  const std::string folder = TANDEM_TEST_PACKAGES;
  for (size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
    text.replace(at, folder.size(), "{packages}");
  }
  return text;
}

std::string Error(const std::string& type, const std::string& message, const std::string& trace) {
  return Body(type, message, "test-id", trace);
}

std::string InitError(const std::string& type, const std::string& message, const std::string& trace) {
  return Body(type, message, "", trace);
}

std::string CaseName(const ::testing::TestParamInfo<Case>& tested) {
  std::string name;
  for (const char* c = tested.param.rule; *c != '\0'; ++c) name.push_back(isalnum(*c) != 0 ? *c : '_');
  return name + "_" + std::to_string(tested.index);
}

}  // namespace tandem::test
