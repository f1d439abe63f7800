#include "both_languages.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "mixture.h"

namespace tandem::test {
namespace {

std::string Required(const char* name) {
  const char* const value = std::getenv(name);
  EXPECT_NE(value, nullptr) << name << " is not set; tests/run --only workers sets it";
  return value == nullptr ? "" : value;
}

}  // namespace

BothLanguages::BothLanguages(WorkerOptions workers) {
  workers.zygotes = ZygoteUse::kOff;
  workers.standbys = ZygoteUse::kOff;
  RuntimeOptions options;
  options.log_sink = &log;
  options.workers = std::move(workers);
  options.start_cache = StartCache::kOff;
  Create(std::move(options));
}

BothLanguages::BothLanguages(WorkerOptions workers, const std::string& cache, LogSink& sink) {
  RuntimeOptions options;
  options.log_sink = &sink;
  options.workers = std::move(workers);
  options.package.cache_dir = cache;
  Create(std::move(options));
}

void BothLanguages::Create(RuntimeOptions options) {
  static int count = 0;
  tag_ = "tandem-workers-test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  // The host's limit is not its workers'.
  rlimit core{};
  getrlimit(RLIMIT_CORE, &core);
  core.rlim_cur = core.rlim_max;
  setrlimit(RLIMIT_CORE, &core);
  setenv("TANDEM_TEST_TAG", tag_.c_str(), 1);  // which the supervisor has in its environment
  options.loader_dirs = {TANDEM_TEST_LANGUAGE_LOADERS};
  options.platform_logs = PlatformLogs::kOn;
  options.languages["java"].path = Required("TANDEM_TEST_JAVA_HOME");
  options.languages["python"].path = Required("TANDEM_TEST_PYTHON");
  auto created = Runtime::Create(std::move(options));
  EXPECT_TRUE(created.ok()) << created.status().message();
  runtime_ = std::move(*created);
}

BothLanguages::~BothLanguages() {
  unsetenv("TANDEM_TEST_TAG");
}

FunctionConfig BothLanguages::Config(Language language) const {
  static int count = 0;
  FunctionConfig config;
  config.name = NameOf(language) + std::to_string(++count);
  config.runtime = language == Language::kJava ? "java" : "python";
  config.handler = language == Language::kJava ? "faults.Faults::handle" : "faults.handle";
  config.code = std::string(TANDEM_TEST_FAULTS) + (language == Language::kJava ? "/java" : "/python");
  config.isolation = Isolation::kProcess;
  config.timeout = std::chrono::minutes(2);
  config.variables = {{"TANDEM_TEST_TAG", tag_}, {"FAULTS_LIBRARY", TANDEM_TEST_FAULTS_LIBRARY}};
  return config;
}

Function& BothLanguages::Add(const FunctionConfig& config) {
  auto added = runtime_->Add(config);
  EXPECT_TRUE(added.ok()) << added.status().message();
  return **added;
}

InvokeResult BothLanguages::Invoke(Function& function, const std::string& word) {
  const std::string event = '"' + word + '"';
  return runtime_->Invoke(function, Event(std::string_view(event)), {});
}

std::string BothLanguages::Call(Function& function, const std::string& word) {
  const std::string text = Become(Invoke(function, word).outcome);
  return text.size() > 1 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace tandem::test
