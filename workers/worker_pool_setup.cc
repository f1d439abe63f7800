// How a pool's processes are started, and with what.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "workers/function_variables.h"
#include "workers/worker_pool.h"

namespace tandem::workers {
namespace {

v1::WorkerRuntime RuntimeMessage(const RuntimeInfo& info, const LanguageOptions& language) {
  v1::WorkerRuntime message;
  message.set_language(info.language);
  message.set_identifier(info.identifier);
  message.set_version(info.version);
  message.set_path(info.path);
  message.set_library(info.library);
  message.set_preload(info.preload);
  message.set_module(info.module);
  const auto add = [&](const std::string& name, const std::string& value) {
    v1::LoaderOption& option = *message.add_options();
    option.set_name(name);
    option.set_value(value);
  };
  for (const auto& [name, value] : language.options) add(name, value);
  add("process.own", "yes");  // a loader in a worker may take the process for its function's
  // What finders look at, for advice on other runtimes: a worker's own are the function's.
  for (const std::string name : {"HOME", "JAVA_HOME", "PATH"}) {
    if (const char* const value = std::getenv(name.c_str()); value != nullptr) add("host." + name, value);
  }
  return message;
}

// What is no path does no harm there.
void AddPaths(const std::string& list, std::vector<std::string>& paths) {
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ':');) paths.push_back(std::move(part));
}

void SayNote(const PoolConfig& config, const std::string& note) {
  if (config.log_sink == nullptr) return;
  const std::string text = "tandem: function '" + config.function.name + "': " + note + "\n";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  LogRecord record;
  record.origin = LogOrigin::kNote;
  record.level = LogLevel::kInfo;
  record.time_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  record.function_name = config.function.name;
  record.text = text;
  config.log_sink->Write(record);
}

}  // namespace

FolderNeeds WorkerPool::NeedsWith(const Supervisor& supervisor) const {
  const RuntimeInfo& info = config_.runtime.info;
  FolderNeeds needs{.use = workers_.options().folders,
                    .mounts = supervisor.mounts(),
                    .temporary_dir = config_.temporary_dir,
                    .layers = config_.function.layers,
                    .needed = config_.function.layers};
  needs.needed.insert(needs.needed.end(), {config_.code_root, config_.temporary_dir});  // the cache has more than that
  if (info.is_own()) return needs;
  for (const auto& [name, value] : config_.language.options) AddPaths(value, needs.needed);  // caches among them
  needs.needed.insert(needs.needed.end(),
                      {info.path, info.library, info.preload, info.module, workers_.options().program_dir});
  return needs;
}

// Those that all of its processes have.
std::vector<std::string> WorkerPool::Variables() const {
  const std::vector<std::string> elsewhere =
      folders_.process.opt.empty() ? folders_.layers : std::vector<std::string>();
  std::vector<std::string> variables =
      FunctionVariables(config_.function, elsewhere, config_.runtime, config_.code_root, config_.log_stream_name);
  return folders_.each_its_own ? variables : WithTemporary(std::move(variables), folders_);
}

RuntimeApiSpec WorkerPool::MakeRuntimeApiSpec() const {
  return {config_.code_root, config_.function.layers, Variables(),
          config_.function.memory_size_mb * (std::int64_t{1} << 20)};
}

WorkerSpec WorkerPool::MakeWorkerSpec() const {
  WorkerSpec spec;
  spec.program = workers_.options().program_dir + "/tandem-worker";
  spec.environment = Variables();
  spec.working_directory = config_.code_root;
  spec.folders = folders_.process;
  v1::OpenFunction& function = spec.function;
  *function.mutable_runtime() = RuntimeMessage(config_.runtime.info, config_.language);
  function.set_handler(config_.function.handler);
  function.set_runtime_identifier(config_.runtime.identifier);
  function.set_code_root(config_.code_root);
  function.set_name(config_.function.name);
  function.set_version(config_.function.version);
  function.set_log_group_name(config_.function.log_group_name);
  function.set_log_stream_name(config_.log_stream_name);
  function.set_log_format(config_.function.log_format);
  function.set_log_level(config_.function.log_level);
  for (const std::string& layer : folders_.layers) function.add_layers(layer);
  function.set_memory_size_mb(config_.function.memory_size_mb);
  function.set_max_concurrency(config_.function.max_concurrency);
  function.set_cancellable(workers_.options().cancels == CancelUse::kOn);
  if (!folders_.each_its_own) function.set_temporary_folder(folders_.temporary);
  return spec;
}

void WorkerPool::Settle(const Supervisor& supervisor) {
  folders_ = ChooseFolders(NeedsWith(supervisor));
  if (config_.runtime.info.is_own()) {
    spec_ = MakeRuntimeApiSpec();
  } else {
    spec_ = MakeWorkerSpec();
    const WorkerSpec& spec = std::get<WorkerSpec>(spec_);
    launches_ = {LaunchOf(spec), StandbyLaunchOf(spec)};
    if (folders_.each_its_own) {  // which neither a standby nor a zygote with all variables could be given
      launches_.standby = {};
      if (launches_.zygote.complete_environment) launches_.zygote = {};
      launches_.zygote.may_be_complete = false;
    }
  }
}

Status WorkerPool::RestoreCode() const {
  struct stat about {};
  const bool is_there = stat(config_.code_root.c_str(), &about) == 0 || errno != ENOENT;
  return is_there || !config_.restore_code ? Status() : config_.restore_code();
}

Result<std::unique_ptr<EnvironmentProcess>> WorkerPool::Start(const std::string& log_stream_name) {
  auto supervisor = workers_.TheSupervisor();
  if (!supervisor) return supervisor.status();
  bool settles = false;
  std::call_once(settled_, [&] {
    Settle(**supervisor);
    settles = true;
  });
  if (settles && !folders_.note.empty()) SayNote(config_, folders_.note);
  // Functions with equal packages share one tree, and a handler may remove it.
  if (Status status = RestoreCode(); !status.ok()) return status;
  if (!folders_.temporary.empty()) mkdir(folders_.temporary.c_str(), 0700);  // where somebody has removed it
  const EnvironmentFolders folders = ForOneProcess(folders_);
  const auto start = [](auto started) -> Result<std::unique_ptr<EnvironmentProcess>> {
    if (!started) return started.status();
    return std::unique_ptr<EnvironmentProcess>(std::move(*started));
  };
  const auto of_its_own = [&](auto spec) {
    spec.environment = WithLogStream(WithTemporary(std::move(spec.environment), folders), log_stream_name);
    spec.folders = folders.process;
    return spec;
  };
  if (const auto* own = std::get_if<RuntimeApiSpec>(&spec_)) {
    return start(RuntimeApiProcess::Start(**supervisor, of_its_own(*own)));
  }
  if (workers_.options().standbys == ZygoteUse::kAlways) workers_.WaitUntilPrepared();
  WorkerSpec spec = of_its_own(std::get<WorkerSpec>(spec_));
  spec.function.set_temporary_folder(folders.temporary);
  spec.function.set_log_stream_name(log_stream_name);
  return start(workers_.zygotes().Start(**supervisor, spec, launches_));
}

void WorkerPool::Prepare(const Workers::Preparation& preparation) noexcept {
  try {
    const auto supervisor = workers_.TheSupervisor();
    if (!supervisor) return;
    const WorkerSpec& spec = std::get<WorkerSpec>(spec_);
    if (preparation.cache) workers_.cache_filler().Fill(**supervisor, spec);
    if (preparation.zygote) workers_.zygotes().Make(**supervisor, spec, launches_.zygote);
    if (preparation.standby) workers_.zygotes().MakeStandby(**supervisor, spec, launches_.standby);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): without one, workers are executed
  }
}

}  // namespace tandem::workers
