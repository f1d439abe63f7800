// A Runtime whose functions are the native loader's, each in workers of its own, and what it leaves behind.
#ifndef TANDEM_TESTS_WORKERS_WORKER_RUNTIME_H_
#define TANDEM_TESTS_WORKERS_WORKER_RUNTIME_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/runtime.h"
#include "unit/native_runtime.h"

namespace tandem::test {

// All records of a sink as one text.
inline std::string AllText(const KeepingSink& sink) {
  std::string all;
  for (const KeptRecord& record : sink.records()) all += record.text;
  return all;
}

#ifdef TANDEM_TEST_SANITIZED  // whose own memory comes on top
inline constexpr std::int32_t kMemorySizeMb = 16 << 10;
#else
inline constexpr std::int32_t kMemorySizeMb = 128;
#endif

class WorkerRuntime {
 public:
  // `sink` null: `log` has what is logged.
  explicit WorkerRuntime(WorkerOptions workers = DefaultWorkers(), PlatformLogs platform_logs = PlatformLogs::kOff,
                         const LanguageOptions& language = {}, LogSink* sink = nullptr) {
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_LOADERS};
    options.log_sink = sink == nullptr ? &log : sink;
    options.platform_logs = platform_logs;
    options.workers = std::move(workers);
    options.start_cache = StartCache::kOff;
    options.languages["native"] = language;
    auto created = Runtime::Create(std::move(options));
    EXPECT_TRUE(created.ok()) << created.status().message();
    runtime_ = std::move(*created);
  }

  // The library's, but for TANDEM_TEST_ZYGOTES=always, with which all workers are forked from zygotes.
  static WorkerOptions DefaultWorkers() {
    WorkerOptions options;
    const char* const zygotes = std::getenv("TANDEM_TEST_ZYGOTES");
    if (zygotes != nullptr && std::string_view(zygotes) == "always") options.zygotes = ZygoteUse::kAlways;
    return options;
  }

  Runtime* operator->() { return runtime_.get(); }

  static FunctionConfig Config(const std::string& handler) {
    FunctionConfig config = NativeRuntime::Config("native." + handler);
    config.isolation = Isolation::kProcess;
    config.timeout = std::chrono::minutes(2);
    config.memory_size_mb = kMemorySizeMb;
    return config;
  }
  Function& Add(FunctionConfig config) {
    auto added = runtime_->Add(std::move(config));
    EXPECT_TRUE(added.ok()) << added.status().message();
    return **added;
  }
  Function& Add(const std::string& handler) { return Add(Config(handler)); }

  InvokeResult Invoke(Function& function, std::string_view event = "{}", const InvokeOptions& options = {}) {
    return runtime_->Invoke(function, Event(event), options);
  }
  // The response, or what went wrong.
  std::string Call(Function& function, std::string_view event = "{}") {
    const InvokeResult result = Invoke(function, event);
    if (result.outcome.kind() == Outcome::Kind::kFault) return "fault: " + result.outcome.fault().message();
    return Text(result.outcome);
  }

  void End() { runtime_.reset(); }

  KeepingSink log;

 private:
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_WORKER_RUNTIME_H_
