// What a pool's processes are started with.
#include <algorithm>
#include <cstdlib>
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
  for (const auto& [name, value] : config_.language.options) needs.needed.push_back(value);  // caches among them
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

}  // namespace tandem::workers
