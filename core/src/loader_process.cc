#include "loader_process.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <thread>
#include <utility>

#include "abi_text.h"
#include "loader_module.h"
#include "sink.h"

namespace tandem {
namespace {

Status AlreadyRuns(const RuntimeInfo& running, const RuntimeInfo& wanted) {
  return {Code::kUnavailable, "this process already runs " + running.identifier + " (" + running.path + "); " +
                                  wanted.identifier + " (" + wanted.path +
                                  ") beside it needs process isolation, as a process holds one runtime per language"};
}

Status InTheWay(const RuntimeInfo& opened, const RuntimeInfo& wanted) {
  return {Code::kUnavailable, "this process has opened " + opened.library + " for " + opened.identifier +
                                  ", which cannot be taken back; " + wanted.identifier + " (" + wanted.path +
                                  ") needs process isolation"};
}

// Finders report real paths, and a virtual environment under its own: another environment is another runtime.
bool SameRuntime(const RuntimeInfo& a, const RuntimeInfo& b) {
  return a.module == b.module && a.library == b.library && a.path == b.path;
}

// A loader's config, with all that it points to.
class ConfigForLoader {
 public:
  ConfigForLoader(const RuntimeInfo& info, const LanguageOptions& options)
      : data_dir_(std::filesystem::path(info.module).parent_path().string()) {
    pairs_.reserve(options.options.size());
    for (const auto& [key, value] : options.options) pairs_.push_back({AbiString(key), AbiString(value)});
    config_ = {
        .struct_size = sizeof(tandem_loader_config),
        .identifier = AbiString(info.identifier),
        .version = AbiString(info.version),
        .path = AbiString(info.path),
        .library = AbiOptional(info.library),
        .data_dir = AbiString(data_dir_),
        .options = pairs_.data(),
        .options_size = pairs_.size(),
    };
  }
  ConfigForLoader(const ConfigForLoader&) = delete;
  ConfigForLoader& operator=(const ConfigForLoader&) = delete;

  const tandem_loader_config* get() const { return &config_; }

 private:
  const std::string data_dir_;
  std::vector<tandem_pair> pairs_;
  tandem_loader_config config_;
};

Status Fill(const LoadedLoader& loader, const RuntimeInfo& info, const LanguageOptions& options) {
  const auto fill = loader.fill_cache();
  if (fill == nullptr || !options.options.contains(kStartCacheOption)) return {};
  const ConfigForLoader config(info, options);
  Outcome answer;
  tandem_sink sink({}, kNoDeadline, nullptr, answer);
  static tandem_host_context context;
  try {
    if (fill(&HostTable(), &context, config.get(), &sink) == TANDEM_OK) return {};
  } catch (...) {
    return {Code::kInternal, "loader " + info.module + " let an exception out of fill_cache"};
  }
  if (answer.kind() == Outcome::Kind::kFault) return answer.fault();
  return {Code::kInternal, "loader " + info.module + " did not fill its cache and gave no reason"};
}

}  // namespace

LoaderProcess& LoaderProcess::Get() {
  static auto* const process = new LoaderProcess;  // outlives static destructors: VM threads may still log
  return *process;
}

LoaderProcess::Slot& LoaderProcess::SlotOf(const std::string& language) {
  const std::scoped_lock lock(mutex_);
  auto& slot = slots_[language];
  if (slot == nullptr) slot = std::make_unique<Slot>();
  return *slot;
}

Result<const tandem_loader_table*> LoaderProcess::OpenModule(Slot& slot, const RuntimeInfo& info) {
  if (slot.loader.instance != nullptr) {
    const RuntimeInfo& bound = *slot.bound;  // an instance is bound to one
    if (!SameRuntime(bound, info)) return AlreadyRuns(bound, info);
    return slot.loader.table;
  }
  if (!info.usable()) return {Code::kUnavailable, info.identifier + " cannot be used: " + info.reason};
  if (slot.bound.has_value() && slot.bound->library != info.library) return InTheWay(*slot.bound, info);
  auto table = OpenLoaderModule(info.module);
  // A process that has the VM by itself, such as an interpreter that this is a library in, has its symbols: the loader
  // takes those, and no second library is opened.
  if (!table && !info.preload.empty()) {
    if (Status status = OpenGlobally(info.preload); !status.ok()) return status;
    Bind(slot, info);
    table = OpenLoaderModule(info.module);
  }
  if (!table) return {Code::kUnavailable, table.status().message()};
  return *table;
}

void LoaderProcess::Bind(Slot& slot, const RuntimeInfo& info) {
  const std::scoped_lock lock(mutex_);
  slot.bound = info;
}

Result<const tandem_loader_table*> LoaderProcess::Load(const RuntimeInfo& info) {
  Slot& slot = SlotOf(info.language);
  const std::scoped_lock lock(slot.mutex);
  return OpenModule(slot, info);
}

Result<const LoadedLoader*> LoaderProcess::Start(const RuntimeInfo& info, const LanguageOptions& options) {
  Slot& slot = SlotOf(info.language);
  const std::scoped_lock lock(slot.mutex);
  const auto table = OpenModule(slot, info);
  if (!table) return table.status();
  if (slot.loader.instance != nullptr) return &slot.loader;

  // Without it the runtime starts all the same.
  if (options.options.contains(kFillFirstOption)) static_cast<void>(Fill({*table, nullptr}, info, options).ok());
  const ConfigForLoader config(info, options);
  Outcome answer;
  tandem_sink sink({}, kNoDeadline, nullptr, answer);
  tandem_loader* instance = nullptr;
  const std::scoped_lock start_lock(start_mutex_);
  try {
    (*table)->create(&HostTable(), &slot.context, config.get(), &sink, &instance);
  } catch (const std::exception& error) {
    sink.Fault(TANDEM_FAULT_INTERNAL, {"loader ", info.module, " let an exception out of create: ", error.what()});
  } catch (...) {
    sink.Fault(TANDEM_FAULT_INTERNAL, {"loader ", info.module, " let an exception out of create"});
  }
  if (instance == nullptr) {
    if (IsOpen(info.library)) Bind(slot, info);
    if (answer.kind() == Outcome::Kind::kFault) return answer.fault();
    return {Code::kInternal, "loader " + info.module + " did not start and gave no reason"};
  }
  slot.loader = {*table, instance};
  Bind(slot, info);
  return &slot.loader;
}

Status LoaderProcess::FillCache(const RuntimeInfo& info, const LanguageOptions& options) {
  Slot& slot = SlotOf(info.language);
  const std::scoped_lock lock(slot.mutex);
  const auto table = OpenModule(slot, info);
  return table ? Fill({*table, nullptr}, info, options) : table.status();
}

std::optional<RuntimeInfo> LoaderProcess::Bound(std::string_view language) const {
  const std::scoped_lock lock(mutex_);
  const auto found = slots_.find(language);
  return found == slots_.end() ? std::nullopt : found->second->bound;
}

void LoaderProcess::DetachThread() {
  std::vector<Slot*> slots;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [language, slot] : slots_) slots.push_back(slot.get());
  }
  for (Slot* slot : slots) {
    const LoadedLoader loader = [&] {
      const std::scoped_lock lock(slot->mutex);
      return slot->loader;
    }();
    if (loader.instance == nullptr || loader.thread_detach() == nullptr) continue;
    try {
      loader.thread_detach()(loader.instance);
    } catch (...) {  // NOLINT(bugprone-empty-catch): detaching has no way to fail
    }
  }
}

void LoaderProcess::AddSink(LogSink* sink) {
  const std::scoped_lock lock(sinks_mutex_);
  sinks_.push_back(sink);
}

std::unique_lock<std::mutex> LoaderProcess::LockSinks(std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kTick{1};
  std::unique_lock lock(sinks_mutex_, std::defer_lock);
  if (ForkCount() == forks_) {
    lock.lock();
    return lock;
  }
  while (!lock.try_lock() && patience.count() > 0) {
    std::this_thread::sleep_for(kTick);
    patience -= kTick;
  }
  return lock;
}

void LoaderProcess::RemoveSink(LogSink* sink) {
  constexpr std::chrono::milliseconds kPatience{100};  // with a thread of the fork's own
  const std::unique_lock lock = LockSinks(kPatience);
  if (!lock) return;
  const auto found = std::find(sinks_.rbegin(), sinks_.rend(), sink);
  if (found != sinks_.rend()) sinks_.erase(std::next(found).base());
}

void LoaderProcess::LogUnattributed(const LogRecord& record) noexcept {
  const std::unique_lock lock = LockSinks(std::chrono::milliseconds(0));
  if (lock && !sinks_.empty()) sinks_.back()->Write(record);
}

}  // namespace tandem
