#include "tandem/runtime.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "cache_folder.h"
#include "config_check.h"
#include "dispatcher.h"
#include "function_impl.h"
#include "guarded.h"
#include "hidden.h"
#include "loader_process.h"
#include "sink.h"
#include "start_cache.h"
#include "workers/worker_pool.h"

namespace tandem {
namespace {

// A loader's option: a folder of this user's, for what one process makes and later ones can use.
constexpr char kCacheOption[] = "cache.folder";

std::string LibraryFolder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&DefaultLoaderDirs), &info) == 0 || info.dli_fname == nullptr) return ".";
  std::error_code error;
  const auto path = std::filesystem::canonical(info.dli_fname, error);
  return error ? std::filesystem::path(info.dli_fname).parent_path().string() : path.parent_path().string();
}

void FillDefaults(FunctionConfig& config) {
  if (config.version.empty()) config.version = "$LATEST";
  if (config.arn.empty()) config.arn = "arn:aws:lambda:" + config.region + ":012345678912:function:" + config.name;
  if (config.log_group_name.empty()) config.log_group_name = "/aws/lambda/" + config.name;
}

// What is of the process that this one is a fork of, and stays as it was: its threads are not here, its locks may be
// held for ever, and what its end would end or remove is that process's.
template <typename T>
void ForgetInFork(std::unique_ptr<T> kept) {
  static_cast<void>(kept.release());
}

}  // namespace

std::vector<std::string> DefaultLoaderDirs() {
  std::vector<std::string> dirs;
  const char* path = std::getenv("TANDEM_LOADER_PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::string_view dir = rest.substr(0, rest.find(':'));
    if (!dir.empty()) dirs.emplace_back(dir);
    rest.remove_prefix(std::min(rest.size(), dir.size() + 1));
  }
  std::string own = LibraryFolder() + "/tandem/loaders";
  std::error_code error;
  if (dirs.empty() || std::filesystem::exists(own, error)) dirs.push_back(std::move(own));
  return dirs;
}

class TANDEM_HIDDEN Runtime::Impl {
 public:
  Impl(RuntimeOptions options, std::unique_ptr<RuntimeRegistry> registry)
      : options_(std::move(options)),
        registry_(std::move(registry)),
        workers_(options_.workers, options_.start_cache),
        dispatcher_(options_.platform_logs, [this] { return CancelOverdue(); }) {
    if (options_.log_sink != nullptr) LoaderProcess::Get().AddSink(options_.log_sink);
  }
  ~Impl() {
    for (const auto& [name, function] : functions_) function->End();  // while their deadlines are watched
    if (options_.log_sink != nullptr) LoaderProcess::Get().RemoveSink(options_.log_sink);
  }
  // The end in a fork of the process that made it: of what is inline, and then this object is to be forgotten.
  void EndInFork() {
    for (const auto& [name, function] : functions_) {
      if (!function->has_workers()) function->End();
    }
    if (options_.log_sink != nullptr) LoaderProcess::Get().RemoveSink(options_.log_sink);
  }
  bool InFork() const { return workers_.InFork(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<Function*> Add(FunctionConfig config);
  Status Remove(std::string_view key);
  Function* Find(std::string_view key) const;
  Dispatcher& dispatcher() { return dispatcher_; }
  const RuntimeRegistry& registry() const { return *registry_; }

 private:
  Result<RuntimeSelection> SelectRuntime(const FunctionConfig& config, const std::string& code_root);
  LanguageOptions OptionsOf(const RuntimeInfo& info, Isolation isolation) const;
  // Empty where this user has no folder for a cache: nothing depends on it.
  std::string FolderInCache(const std::string& part) const;
  bool CancelOverdue();

  RuntimeOptions options_;
  std::unique_ptr<RuntimeRegistry> registry_;
  workers::Workers workers_;
  mutable std::shared_mutex functions_mutex_;
  std::map<std::string, std::unique_ptr<FunctionImpl>, std::less<>> functions_;
  std::vector<FunctionImpl*> ending_;  // still watched: what runs in them has its deadline
  Dispatcher dispatcher_;              // its watch ends before the functions do
};

Result<RuntimeSelection> Runtime::Impl::SelectRuntime(const FunctionConfig& config, const std::string& code_root) {
  std::string identifier = config.runtime;
  if (identifier.empty()) {
    auto language = registry_->DecideLanguage(config.handler, code_root, config.layers);
    if (!language) return language.status();
    identifier = *language;
  }
  const std::string language = identifier.substr(0, identifier.find_first_of("0123456789."));
  const auto bound = config.isolation == Isolation::kInline ? LoaderProcess::Get().Bound(language) : std::nullopt;
  return registry_->Select(identifier, options_.runtime_match, bound ? &*bound : nullptr);
}

LanguageOptions Runtime::Impl::OptionsOf(const RuntimeInfo& info, Isolation isolation) const {
  LanguageOptions language = registry_->options(info.language);
  if (info.is_own()) return language;
  const std::string folder = FolderInCache(info.language);
  if (!folder.empty()) language.options.try_emplace(kCacheOption, folder);
  const bool inline_only = isolation == Isolation::kInline && options_.start_cache == StartCache::kFill;
  const std::string starts = StartCacheFolder(options_.package, inline_only ? StartCache::kRead : options_.start_cache);
  if (starts.empty()) return language;
  language.options.emplace(kStartCacheOption, starts);
  if (options_.start_cache == StartCache::kFillFirst) language.options.emplace(kFillFirstOption, "1");
  return language;
}

std::string Runtime::Impl::FolderInCache(const std::string& part) const {
  const auto folder = CacheFolder(options_.package.cache_dir, part, LastPlace::kNone);
  return folder ? std::filesystem::absolute(*folder).string() : std::string();
}

Result<Function*> Runtime::Impl::Add(FunctionConfig config) {
  if (Status status = CheckConfig(config); !status.ok()) return status;
  if (config.key.empty()) config.key = config.name;
  if (Find(config.key) != nullptr) {
    return {Code::kInvalidArgument, "function '" + config.key + "' exists already"};
  }
  auto package = OpenPackage(config.code, options_.package);
  if (!package) return package.status();
  auto selection = SelectRuntime(config, package->root);
  if (!selection) return selection.status();
  FillDefaults(config);
  if (selection->info.is_own()) config.isolation = Isolation::kProcess;
  FunctionSetup setup;
  setup.restore_code = [path = config.code, options = options_.package] { return OpenPackage(path, options).status(); };
  setup.language = OptionsOf(selection->info, config.isolation);
  setup.config = std::move(config);
  setup.runtime = std::move(*selection);
  setup.code_root = package->root;
  setup.code_use = package->use;
  setup.log_sink = options_.log_sink;
  setup.platform_logs = options_.platform_logs;
  if (setup.config.isolation == Isolation::kProcess) setup.temporary_dir = FolderInCache("temporary");
  setup.workers = &workers_;
  auto function = std::make_unique<FunctionImpl>(std::move(setup));

  const std::unique_lock lock(functions_mutex_);
  const auto [at, added] = functions_.try_emplace(function->config().key, nullptr);
  if (!added) return {Code::kInvalidArgument, "function '" + at->first + "' exists already"};
  at->second = std::move(function);
  return static_cast<Function*>(at->second.get());
}

Status Runtime::Impl::Remove(std::string_view key) {
  std::unique_ptr<FunctionImpl> function;
  {
    const std::unique_lock lock(functions_mutex_);
    const auto found = functions_.find(key);
    if (found == functions_.end()) return {Code::kNotFound, "there is no function '" + std::string(key) + "'"};
    if (!found->second->CheckProcess().ok()) {
      ForgetInFork(std::move(found->second));
      functions_.erase(found);
      return {};
    }
    ending_.push_back(found->second.get());
    function = std::move(found->second);
    functions_.erase(found);
  }
  function->End();  // without the lock, as it waits
  const std::unique_lock lock(functions_mutex_);
  ending_.erase(std::find(ending_.begin(), ending_.end(), function.get()));
  return {};
}

Function* Runtime::Impl::Find(std::string_view key) const {
  const std::shared_lock lock(functions_mutex_);
  const auto found = functions_.find(key);
  return found == functions_.end() ? nullptr : found->second.get();
}

// A loader's `cancel` may wait for its VM, so no lock is held while it is called: a Use keeps each function instead.
bool Runtime::Impl::CancelOverdue() {
  std::vector<std::unique_ptr<FunctionImpl::Use>> uses;
  std::vector<InlineEnvironment*> environments;
  {
    const std::shared_lock lock(functions_mutex_);
    const auto add = [&](FunctionImpl& function) {
      InlineEnvironment* environment = function.MadeEnvironment();
      if (environment == nullptr) return;
      uses.push_back(std::make_unique<FunctionImpl::Use>(function));
      environments.push_back(environment);
    };
    for (const auto& [key, function] : functions_) add(*function);
    for (FunctionImpl* function : ending_) add(*function);
  }
  bool busy = false;
  for (InlineEnvironment* environment : environments) {
    if (environment->CancelOverdue()) busy = true;
  }
  return busy;
}

Runtime::Runtime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Runtime::~Runtime() {
  if (!impl_->InFork()) return;
  impl_->EndInFork();
  ForgetInFork(std::move(impl_));
}

Result<std::unique_ptr<Runtime>> Runtime::Create(RuntimeOptions options) {
  return Guarded("the runtime", [&]() -> Result<std::unique_ptr<Runtime>> {
    if (options.loader_dirs.empty()) options.loader_dirs = DefaultLoaderDirs();
    if (options.workers.most == 0 || options.workers.most_per_function == 0) {
      return {Code::kInvalidArgument, "a Runtime that may have no worker processes could run nothing in them"};
    }
    if (options.workers.program_dir.empty()) options.workers.program_dir = LibraryFolder() + "/tandem";
    auto registry = RuntimeRegistry::Open(options.loader_dirs, options.languages);
    if (!registry) return registry.status();
    return std::unique_ptr<Runtime>(new Runtime(std::make_unique<Impl>(std::move(options), std::move(*registry))));
  });
}

Result<Function*> Runtime::Add(FunctionConfig config) {
  return Guarded("a function", [&] { return impl_->Add(std::move(config)); });
}
Status Runtime::Remove(std::string_view key) {
  return Guarded("a function", [&] { return impl_->Remove(key); });
}
Function* Runtime::Find(std::string_view key) const {
  return impl_->Find(key);
}

namespace {

Status WarmLoader(const Function& function) {
  if (function.config().isolation == Isolation::kProcess) return {};
  auto loader = FunctionImpl::Of(function).Start();
  if (!loader) return loader.status();
  if ((*loader)->warm() == nullptr) return {};
  Outcome answer;
  tandem_sink sink({}, kNoDeadline, nullptr, answer);
  std::int32_t status = TANDEM_FAULT;
  try {
    status = (*loader)->warm()((*loader)->instance, &sink);
  } catch (...) {
    return {Code::kInternal, "loader " + function.runtime().info.module + " let an exception out of warm"};
  }
  if (answer.kind() == Outcome::Kind::kFault) return answer.fault();
  if (status == TANDEM_OK) return {};
  return {Code::kInternal, "loader " + function.runtime().info.module + " did not warm up and gave no reason"};
}

}  // namespace

Status Runtime::Warm(Function& function) {
  return Guarded("warming up", [&] { return WarmLoader(function); });
}

Outcome Runtime::Prepare(Function& function) {
  return impl_->dispatcher().Prepare(FunctionImpl::Of(function));
}

InvokeResult Runtime::Invoke(Function& function, const Event& event, const InvokeOptions& options) {
  return impl_->dispatcher().Dispatch(FunctionImpl::Of(function), event, options);
}

InvokeResult Runtime::Invoke(Function& function, const Event& event) {
  static const InvokeOptions kDefaults;
  return Invoke(function, event, kDefaults);
}

std::unique_ptr<BegunInvocation> Runtime::TryBegin(Function& function, const Event& event,
                                                   const InvokeOptions& options) {
  return Dispatcher::TryBegin(FunctionImpl::Of(function), event, options);
}

void Runtime::Cancel(Function& function, std::string_view request_id) {
  FunctionImpl& impl = FunctionImpl::Of(function);
  if (!impl.CheckProcess().ok()) return;
  const FunctionImpl::Use use(impl);
  impl.Cancel(request_id);
}

void Runtime::DetachThread() {
  LoaderProcess::Get().DetachThread();
}

const RuntimeRegistry& Runtime::registry() const {
  return impl_->registry();
}

}  // namespace tandem
