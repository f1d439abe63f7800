// The loaders of this process: one runtime per language, started once, never torn down.
#ifndef TANDEM_CORE_LOADER_PROCESS_H_
#define TANDEM_CORE_LOADER_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fork_count.h"
#include "host_table.h"
#include "tandem/loader_abi.h"
#include "tandem/log.h"
#include "tandem/registry.h"
#include "tandem/status.h"

namespace tandem {

// A loader whose language runtime is started.
// Lifetime: the process.
struct LoadedLoader {
  const tandem_loader_table* table = nullptr;
  tandem_loader* instance = nullptr;

  // An optional slot, or null when the loader's table ends before it.
  decltype(tandem_loader_table::cancel) cancel() const { return Slot(&tandem_loader_table::cancel); }
  decltype(tandem_loader_table::warm) warm() const { return Slot(&tandem_loader_table::warm); }
  decltype(tandem_loader_table::thread_detach) thread_detach() const {
    return Slot(&tandem_loader_table::thread_detach);
  }
  // Whether the next three are there.
  bool forkable() const {
    return (table->flags & TANDEM_LOADER_FORKABLE) != 0 && fork_ready() != nullptr && before_fork() != nullptr &&
           after_fork() != nullptr;
  }
  decltype(tandem_loader_table::fork_ready) fork_ready() const { return Slot(&tandem_loader_table::fork_ready); }
  decltype(tandem_loader_table::before_fork) before_fork() const { return Slot(&tandem_loader_table::before_fork); }
  decltype(tandem_loader_table::after_fork) after_fork() const { return Slot(&tandem_loader_table::after_fork); }
  decltype(tandem_loader_table::fill_cache) fill_cache() const { return Slot(&tandem_loader_table::fill_cache); }
  // Whether the next two are there.
  bool can_stand_by() const {
    return (table->flags & TANDEM_LOADER_STANDBY) != 0 && stand_by() != nullptr && take_function() != nullptr;
  }
  decltype(tandem_loader_table::stand_by) stand_by() const { return Slot(&tandem_loader_table::stand_by); }
  decltype(tandem_loader_table::take_function) take_function() const {
    return Slot(&tandem_loader_table::take_function);
  }

 private:
  template <typename F>
  F Slot(F tandem_loader_table::*slot) const {
    const auto offset = reinterpret_cast<const char*>(&(table->*slot)) - reinterpret_cast<const char*>(table);
    return static_cast<std::size_t>(offset) + sizeof(F) <= table->struct_size ? table->*slot : nullptr;
  }
};

// Options that every loader gets: the folder of what lets language runtimes start sooner, and whether it is filled,
// where it has nothing for the runtime, before that is started.
inline constexpr char kStartCacheOption[] = "start.cache";
inline constexpr char kFillFirstOption[] = "start.cache-first";

// Threads: any.
class LoaderProcess {
 public:
  static LoaderProcess& Get();

  // Opens the loader of a runtime, without starting it. Errors: kUnavailable when this process is bound to another
  // runtime of the language, or the loader or its VM's library cannot be opened.
  Result<const tandem_loader_table*> Load(const RuntimeInfo& info);
  // The same, and starts the language runtime where it is not running; a start that fails may be tried again, with
  // another runtime, too. Two threads that start different languages wait for each other.
  Result<const LoadedLoader*> Start(const RuntimeInfo& info, const LanguageOptions& options);

  // Has the loader fill the start cache that the options name, where there are both. Errors: as Load; what the loader
  // says.
  Status FillCache(const RuntimeInfo& info, const LanguageOptions& options);

  // The runtime of a language that this process runs, or whose library it has opened: a second library of a VM would
  // take the first one's symbols for its own, so no other runtime can take its place.
  std::optional<RuntimeInfo> Bound(std::string_view language) const;

  void DetachThread();

  // Where output goes that belongs to no function: to the sink that registered last.
  void AddSink(LogSink* sink);
  void RemoveSink(LogSink* sink);
  void LogUnattributed(const LogRecord& record) noexcept;

  // In a fork whose parent had no other thread, and which goes on in its place.
  void Forked() { forks_ = ForkCount(); }

 private:
  struct Slot {
    std::mutex mutex;                  // held while the module is opened and the runtime is started
    std::optional<RuntimeInfo> bound;  // written under both this mutex and the process's
    LoadedLoader loader;               // set once, by the start that succeeds
    tandem_host_context context;
  };

  // In a child of fork() it may be locked for ever: then nothing is held, after that time.
  std::unique_lock<std::mutex> LockSinks(std::chrono::milliseconds patience);
  Slot& SlotOf(const std::string& language);
  Result<const tandem_loader_table*> OpenModule(Slot& slot, const RuntimeInfo& info);
  void Bind(Slot& slot, const RuntimeInfo& info);

  // One VM starts at a time: each start takes the process's signal handlers and locale as they are and puts them back.
  std::mutex start_mutex_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Slot>, std::less<>> slots_;
  std::uint32_t forks_ = ForkCount();
  std::mutex sinks_mutex_;
  std::vector<LogSink*> sinks_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_LOADER_PROCESS_H_
