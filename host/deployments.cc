#include "host/deployments.h"

#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

#include "host/api/settings.h"

namespace tandem::host {
namespace {

constexpr char kOtherArchitecture[] =
    "its architecture is arm64, and no other architecture is emulated here: native code in its package or layers has "
    "to be this machine's";

constexpr char kWithoutItsVariables[] =
    "it runs inline, in the server's process, where none of its environment variables is set";

// Whether this machine's processors are not the ones that a function's native libraries are for. Without a word,
// functions are for x86_64, so that it says nothing of them.
bool IsForOthers([[maybe_unused]] const Json::Value& architectures) {
#ifdef __aarch64__
  return false;
#else
  return architectures[0] == "arm64";
#endif
}

}  // namespace

std::string WarningOfArchitecture(const Json::Value& settings) {
  return IsForOthers(settings["Architectures"]) ? kOtherArchitecture : "";
}

std::string WarningOfIsolation(const Json::Value& settings) {
  const bool has_more = settings["Environment"]["Variables"].size() > 1;  // than the one that asks for it
  return has_more && IsolationOf(settings) == Isolation::kInline ? kWithoutItsVariables : "";
}

std::shared_ptr<const FunctionVersion> VersionNamed(const StoredFunction* function, std::string_view version) {
  if (function == nullptr) return nullptr;
  if (version == "$LATEST") return function->latest;
  if (version.starts_with('0')) return nullptr;  // another name of what has one
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
  if (auto deployed = Find(name, version)) return deployed;
  const std::scoped_lock lock(deploying_);
  return Deploy(name, version);
}

std::shared_ptr<Deployment> Deployments::Find(const std::string& name,
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
  if (auto deployed = Find(name, version)) return deployed;
  // A server that allows it no more may have functions of before.
  if (const auto allowed = CheckIsolation(version->settings, options_.inline_use); !allowed) {
    return Status(Code::kUnavailable, allowed.error().message);
  }
  FunctionConfig config = ConfigOf(name, *version);
  auto layers = UnpackLayers(*version);
  if (!layers) return layers.status();
  for (const Package& layer : *layers) config.layers.push_back(layer.root);
  config.key = name + ":" + version->version + ":" + std::to_string(++last_);
  const std::string key = config.key;
  auto function = runtime_.Add(std::move(config));
  if (!function) return function.status();
  if (Status status = StartInline(**function); !status.ok()) {
    static_cast<void>(runtime_.Remove(key));
    return status;
  }
  SayWarnings(**function, *version);
  auto deployment = std::make_shared<Deployment>(*this, key, **function, version, std::move(*layers));
  std::shared_ptr<Deployment> before;  // let go without the lock
  const std::unique_lock lock(mutex_);
  // One that was changed or deleted meanwhile has been dropped already, and is only its asker's. Another change drops
  // it once the lock is free.
  if (VersionNamed(store_.Find(name).get(), version->version) == version) {
    before = std::exchange(deployments_[{name, version->version}], deployment);
  }
  return deployment;
}

// Starts the language's runtime for the first function that is inline. Later ones only ask whether theirs is the one
// that runs, which waits for no handler, as `warm` might.
Status Deployments::StartInline(Function& function) {
  if (function.config().isolation == Isolation::kProcess) return {};
  const std::string& language = function.runtime().info.language;
  if (started_.contains(language)) {
    const auto loaded = function.PrefersMainThread();
    return loaded ? Status() : loaded.status();
  }
  Status status = runtime_.Warm(function);
  if (status.ok()) started_.insert(language);
  return status;
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

// What a user would not expect of how a function is served is said in its log.
void Deployments::SayWarnings(const Function& function, const FunctionVersion& version) const {
  if (options_.log == nullptr) return;
  for (const std::string& warning :
       {function.runtime().warning, WarningOfArchitecture(version.settings), WarningOfIsolation(version.settings)}) {
    if (warning.empty()) continue;
    const std::string text = "tandem: warning: " + warning;
    LogRecord record;
    record.origin = LogOrigin::kNote;
    record.time_us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    record.function_name = function.config().name;
    record.text = text;
    options_.log->Write(record);
  }
}

// Those that are packages; older stores have functions whose layers are but names.
Result<std::vector<Package>> Deployments::UnpackLayers(const FunctionVersion& version) const {
  std::vector<Package> layers;
  for (const PackageReference& layer : version.layers) {
    auto unpacked = OpenPackage(store_.PackagePath(layer.code_sha256), options_.packages);
    if (!unpacked) return unpacked.status();
    layers.push_back(std::move(*unpacked));
  }
  return layers;
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
  config.isolation = IsolationOf(settings);
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
