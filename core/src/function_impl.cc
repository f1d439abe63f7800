#include "function_impl.h"

#include <utility>

#include "log_stream_name.h"
#include "workers/worker_pool.h"

namespace tandem {
FunctionImpl::FunctionImpl(FunctionSetup setup)
    : language_(std::move(setup.language)), code_use_(std::move(setup.code_use)), log_sink_(setup.log_sink) {
  config_ = std::move(setup.config);
  runtime_ = std::move(setup.runtime);
  code_root_ = std::move(setup.code_root);
  log_stream_name_ = NewLogStreamName(config_.version);
  if (config_.isolation != Isolation::kProcess) return;
  pool_ = std::make_unique<workers::WorkerPool>(
      *setup.workers,
      workers::PoolConfig{config_, runtime_, language_, code_root_, log_stream_name_, log_sink_, setup.platform_logs,
                          std::move(setup.temporary_dir), std::move(setup.restore_code)});
}

FunctionImpl::~FunctionImpl() {
  End();
}

void FunctionImpl::End() {
  {
    std::unique_lock lock(users_mutex_);
    unused_.wait(lock, [this] { return users_ == 0; });
  }
  if (InlineEnvironment* environment = MadeEnvironment(); environment != nullptr) environment->End();
}

Result<InlineEnvironment*> FunctionImpl::Environment() {
  if (InlineEnvironment* made = MadeEnvironment(); made != nullptr) return made;
  auto loader = Start();
  if (!loader) return loader.status();
  const std::scoped_lock lock(make_mutex_);
  if (environment_ == nullptr) {
    const EnvironmentConfig config{&config_, runtime_.identifier, code_root_, config_.log_group_name, log_stream_name_};
    environment_ = std::make_unique<InlineEnvironment>(config, **loader, log_sink_);
    made_.store(environment_.get(), std::memory_order_seq_cst);
  }
  return environment_.get();
}

Status FunctionImpl::CheckProcess() const {
  return pool_ == nullptr ? Status() : pool_->CheckProcess();
}

void FunctionImpl::InvokeInWorker(InvokeResult& result, const Event& event, const InvokeOptions& options) {
  pool_->Invoke(result, event, options);
}

std::unique_ptr<BegunInvocation> FunctionImpl::TryBeginInWorker(const Event& event, const InvokeOptions& options) {
  return pool_->TryBegin(event, options);
}

void FunctionImpl::Cancel(std::string_view request_id) {
  if (pool_ != nullptr) {
    pool_->Cancel(request_id);
  } else if (InlineEnvironment* environment = MadeEnvironment(); environment != nullptr) {
    environment->Cancel(request_id);
  }
}

Result<bool> Function::PrefersMainThread() const {
  if (config_.isolation == Isolation::kProcess) return false;
  const auto table = FunctionImpl::Of(*this).Load();
  if (!table) return table.status();
  return ((*table)->flags & TANDEM_LOADER_MAIN_THREAD) != 0;
}

}  // namespace tandem
