#include "host/deployments.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "host/api/settings.h"

namespace tandem::host {

std::shared_ptr<const FunctionVersion> VersionNamed(const StoredFunction* function, std::string_view version) {
  if (function == nullptr) return nullptr;
  if (version == "$LATEST") return function->latest;
  std::uint64_t number = 0;
  const char* const begin = version.begin();
  const char* const end = version.end();
  if (const auto [at, failed] = std::from_chars(begin, end, number); failed != std::errc() || at != end) return nullptr;
  const auto found = function->versions.find(number);
  return found == function->versions.end() ? nullptr : found->second;
}

Deployment::~Deployment() {
  owner_.Retire(key_);
}

Deployments::Deployments(Runtime& runtime, const FunctionStore& store, DeploymentOptions options)
    : runtime_(runtime), store_(store), options_(std::move(options)), remover_([this] { RemoveRetired(); }) {}

Deployments::~Deployments() {
  deployments_.clear();
  {
    const std::scoped_lock lock(retired_mutex_);
    ends_ = true;
  }
  retired_changed_.notify_all();
  remover_.join();
}

Result<std::shared_ptr<Deployment>> Deployments::Get(const std::string& name,
                                                     const std::shared_ptr<const FunctionVersion>& version) {
  if (auto deployed = Deployed(name, version)) return deployed;
  const std::scoped_lock lock(deploying_);
  return Deploy(name, version);
}

std::shared_ptr<Deployment> Deployments::Deployed(const std::string& name,
                                                  const std::shared_ptr<const FunctionVersion>& version) {
  const std::shared_lock lock(mutex_);
  const auto found = deployments_.find({name, version->version});
  return found != deployments_.end() && &found->second->of() == version.get() ? found->second : nullptr;
}

Result<std::shared_ptr<Deployment>> Deployments::Deploy(const std::string& name,
                                                        const std::shared_ptr<const FunctionVersion>& asked) {
  // Who asks may have looked before a change, and another have deployed what came of it.
  const auto current = VersionNamed(store_.Find(name).get(), asked->version);
  const auto& version = current == nullptr ? asked : current;
  if (auto deployed = Deployed(name, version)) return deployed;
  FunctionConfig config = ConfigOf(name, *version);
  config.key = name + ":" + version->version + ":" + std::to_string(++last_);
  const std::string key = config.key;
  auto function = runtime_.Add(std::move(config));
  if (!function) return function.status();
  SayWarning(**function);
  auto deployment = std::make_shared<Deployment>(*this, key, **function, version);
  std::shared_ptr<Deployment> before;  // let go without the lock
  const std::unique_lock lock(mutex_);
  before = std::exchange(deployments_[{name, version->version}], deployment);
  return deployment;
}

void Deployments::Drop(const std::string& name, const std::string& version) {
  std::vector<std::shared_ptr<Deployment>> dropped;
  const std::unique_lock lock(mutex_);
  for (auto at = deployments_.lower_bound({name, version}); at != deployments_.end() && at->first.first == name;) {
    if (!version.empty() && at->first.second != version) break;
    dropped.push_back(std::move(at->second));
    at = deployments_.erase(at);
  }
}

// That another runtime serves than the function asks for is said in its log.
void Deployments::SayWarning(const Function& function) const {
  if (options_.log == nullptr || function.runtime().warning.empty()) return;
  const std::string text = "tandem: warning: " + function.runtime().warning;
  LogRecord record;
  record.origin = LogOrigin::kNote;
  record.function_name = function.config().name;
  record.text = text;
  options_.log->Write(record);
}

FunctionConfig Deployments::ConfigOf(const std::string& name, const FunctionVersion& version) const {
  const Json::Value& settings = version.settings;
  FunctionConfig config;
  config.name = name;
  config.handler = settings["Handler"].asString();
  config.code = store_.PackagePath(version.code_sha256);
  config.runtime = settings["Runtime"].asString();
  config.version = version.version;
  Account account = options_.account;
  if (settings.isMember(kRegionSetting)) account.region = settings[kRegionSetting].asString();
  config.arn = FunctionArn(account, name);
  config.region = account.region;
  config.timeout = std::chrono::seconds(settings["Timeout"].asInt());
  config.memory_size_mb = settings["MemorySize"].asInt();
  config.isolation = Isolation::kProcess;
  const Json::Value& logging = settings["LoggingConfig"];
  config.log_group_name = logging["LogGroup"].asString();
  config.log_format = logging["LogFormat"].asString();
  config.log_level = logging["ApplicationLogLevel"].asString();
  const Json::Value& variables = settings["Environment"]["Variables"];
  for (const std::string& variable : variables.getMemberNames()) {
    config.variables[variable] = variables[variable].asString();
  }
  for (const auto& [variable, value] : options_.variables) config.variables.try_emplace(variable, value);
  return config;
}

void Deployments::Retire(std::string key) noexcept {
  const std::scoped_lock lock(retired_mutex_);
  retired_.push_back(std::move(key));
  retired_changed_.notify_all();
}

void Deployments::RemoveRetired() {
  std::unique_lock lock(retired_mutex_);
  for (;;) {
    retired_changed_.wait(lock, [this] { return ends_ || !retired_.empty(); });
    if (retired_.empty()) return;
    const std::vector<std::string> keys = std::exchange(retired_, {});
    lock.unlock();
    for (const std::string& key : keys) static_cast<void>(runtime_.Remove(key));
    lock.lock();
  }
}

}  // namespace tandem::host
