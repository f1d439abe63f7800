#include "loader_process.h"

#include <algorithm>
#include <exception>
#include <filesystem>
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

// Finders report real paths, and a virtual environment under its own: another environment is another runtime.
bool SameRuntime(const RuntimeInfo& a, const RuntimeInfo& b) {
  return a.module == b.module && a.library == b.library && a.path == b.path;
}

}  // namespace

LoaderProcess& LoaderProcess::Get() {
  static auto* const process = new LoaderProcess;  // outlives static destructors: VM threads may still log
  return *process;
}

LoaderProcess::Slot& LoaderProcess::SlotOf(const std::string& language) {
  const std::lock_guard lock(mutex_);
  auto& slot = slots_[language];
  if (slot == nullptr) slot = std::make_unique<Slot>();
  return *slot;
}

Status LoaderProcess::OpenModule(Slot& slot, const RuntimeInfo& info) {
  if (slot.info.has_value()) return SameRuntime(*slot.info, info) ? Status() : AlreadyRuns(*slot.info, info);
  if (!info.usable()) return {Code::kUnavailable, info.identifier + " cannot be used: " + info.reason};
  if (!info.preload.empty()) {
    if (Status status = OpenGlobally(info.preload); !status.ok()) return status;
  }
  auto table = OpenLoaderModule(info.module);
  if (!table) return {Code::kUnavailable, table.status().message()};
  slot.loader.table = *table;
  slot.context.loader_name = (*table)->name;
  const std::lock_guard lock(mutex_);  // Running() reads under it
  slot.info = info;
  return {};
}

Result<const LoadedLoader*> LoaderProcess::Load(const RuntimeInfo& info) {
  Slot& slot = SlotOf(info.language);
  const std::lock_guard lock(slot.mutex);
  if (Status status = OpenModule(slot, info); !status.ok()) return status;
  return &slot.loader;
}

Result<const LoadedLoader*> LoaderProcess::Start(const RuntimeInfo& info, const LanguageOptions& options) {
  Slot& slot = SlotOf(info.language);
  const std::lock_guard lock(slot.mutex);
  if (Status status = OpenModule(slot, info); !status.ok()) return status;
  if (slot.loader.instance != nullptr) return &slot.loader;

  std::vector<tandem_pair> pairs;
  pairs.reserve(options.options.size());
  for (const auto& [key, value] : options.options) pairs.push_back({AbiString(key), AbiString(value)});
  const std::string data_dir = std::filesystem::path(info.module).parent_path().string();
  const tandem_loader_config config = {
      .struct_size = sizeof(tandem_loader_config),
      .identifier = AbiString(info.identifier),
      .version = AbiString(info.version),
      .path = AbiString(info.path),
      .library = AbiOptional(info.library),
      .data_dir = AbiString(data_dir),
      .options = pairs.data(),
      .options_size = pairs.size(),
  };
  Outcome answer;
  tandem_sink sink({}, kNoDeadline, nullptr, answer);
  tandem_loader* instance = nullptr;
  const std::lock_guard start_lock(start_mutex_);
  try {
    slot.loader.table->create(&HostTable(), &slot.context, &config, &sink, &instance);
  } catch (const std::exception& error) {
    return {Code::kInternal, "loader " + info.module + " let an exception out of create: " + error.what()};
  } catch (...) {
    return {Code::kInternal, "loader " + info.module + " let an exception out of create"};
  }
  if (instance == nullptr) {
    if (answer.kind() == Outcome::Kind::kFault) return answer.fault();
    return {Code::kInternal, "loader " + info.module + " did not start and gave no reason"};
  }
  slot.loader.instance = instance;
  return &slot.loader;
}

std::optional<RuntimeInfo> LoaderProcess::Running(std::string_view language) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(language);
  return found == slots_.end() ? std::nullopt : found->second->info;
}

void LoaderProcess::DetachThread() {
  std::vector<Slot*> slots;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [language, slot] : slots_) slots.push_back(slot.get());
  }
  for (Slot* slot : slots) {
    const LoadedLoader loader = [&] {
      const std::lock_guard lock(slot->mutex);
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
  const std::lock_guard lock(sinks_mutex_);
  sinks_.push_back(sink);
}

void LoaderProcess::RemoveSink(LogSink* sink) {
  const std::lock_guard lock(sinks_mutex_);
  const auto found = std::find(sinks_.rbegin(), sinks_.rend(), sink);
  if (found != sinks_.rend()) sinks_.erase(std::next(found).base());
}

void LoaderProcess::LogUnattributed(const LogRecord& record) noexcept {
  const std::lock_guard lock(sinks_mutex_);
  if (!sinks_.empty()) sinks_.back()->Write(record);
}

}  // namespace tandem
