// A function with its environment.
#ifndef TANDEM_CORE_FUNCTION_IMPL_H_
#define TANDEM_CORE_FUNCTION_IMPL_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "inline_environment.h"
#include "tandem/registry.h"
#include "tandem/runtime.h"

namespace tandem::workers {
class WorkerPool;
class Workers;
}  // namespace tandem::workers

namespace tandem {

// What Runtime::Add fixes about a function.
struct FunctionSetup {
  FunctionConfig config;
  RuntimeSelection runtime;
  LanguageOptions language;
  std::string code_root;
  std::shared_ptr<const void> code_use;  // of the package, until the function is gone
  std::function<Status()> restore_code;  // opens the package again, whose folder somebody has removed
  LogSink* log_sink;
  PlatformLogs platform_logs;
  std::string temporary_dir;  // for temporary files of its processes elsewhere than in /tmp; empty: none
  workers::Workers* workers;  // where the function has processes of its own, else null
};

// Threads: any. Lifetime: the destructor waits for the invocations that hold a Use.
class FunctionImpl final : public Function {
 public:
  explicit FunctionImpl(FunctionSetup setup);
  ~FunctionImpl();
  FunctionImpl(const FunctionImpl&) = delete;
  FunctionImpl& operator=(const FunctionImpl&) = delete;

  static FunctionImpl& Of(Function& function) { return static_cast<FunctionImpl&>(function); }
  static const FunctionImpl& Of(const Function& function) { return static_cast<const FunctionImpl&>(function); }

  // The environment, with its language runtime started; made at the first call.
  Result<InlineEnvironment*> Environment();
  // The same if it has been made, else null.
  InlineEnvironment* MadeEnvironment() const { return made_.load(std::memory_order_seq_cst); }
  // Whether it has worker processes of its own.
  bool has_workers() const { return pool_ != nullptr; }
  // Whether this process may use them. Where it may not, nothing else is done with a function that has workers, not
  // even its end. Errors: kUnavailable, in a fork of the process that made it.
  Status CheckProcess() const;
  // Runs one invocation in one of them. Precondition: has_workers(), and the caller holds a Use.
  void InvokeInWorker(InvokeResult& result, const Event& event, const InvokeOptions& options);
  // Begins one in a worker that is warm and idle; null: there is none. Precondition: as InvokeInWorker.
  std::unique_ptr<BegunInvocation> TryBeginInWorker(const Event& event, const InvokeOptions& options);
  // As Runtime::Cancel. Precondition: the caller holds a Use.
  void Cancel(std::string_view request_id);
  // Waits for the invocations that hold a Use, and closes the handler when what runs in it has left.
  void End();

  Result<const tandem_loader_table*> Load() const { return LoaderProcess::Get().Load(runtime_.info); }
  Result<const LoadedLoader*> Start() const { return LoaderProcess::Get().Start(runtime_.info, language_); }

  // Keeps the function from ending.
  class Use {
   public:
    explicit Use(FunctionImpl& function) : function_(function) {
      const std::scoped_lock lock(function_.users_mutex_);
      ++function_.users_;
    }
    ~Use() {
      const std::scoped_lock lock(function_.users_mutex_);  // until after the notice: its function may end then
      if (--function_.users_ == 0) function_.unused_.notify_all();
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    FunctionImpl& function_;
  };

 private:
  LanguageOptions language_;
  std::shared_ptr<const void> code_use_;
  LogSink* log_sink_;
  std::unique_ptr<workers::WorkerPool> pool_;
  std::mutex make_mutex_;
  std::unique_ptr<InlineEnvironment> environment_;
  std::atomic<InlineEnvironment*> made_{nullptr};
  std::mutex users_mutex_;
  std::condition_variable unused_;
  int users_ = 0;
};

}  // namespace tandem

#endif  // TANDEM_CORE_FUNCTION_IMPL_H_
