// A Runtime over the native loader, and the log it wrote.
#ifndef TANDEM_TESTS_UNIT_NATIVE_RUNTIME_H_
#define TANDEM_TESTS_UNIT_NATIVE_RUNTIME_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lib/keeping_sink.h"
#include "tandem/runtime.h"

namespace tandem::test {

// A Runtime with the native loader only.
class NativeRuntime {
 public:
  explicit NativeRuntime(PlatformLogs platform_logs = PlatformLogs::kOff) {
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_LOADERS};
    options.log_sink = &log;
    options.platform_logs = platform_logs;
    auto created = Runtime::Create(std::move(options));
    EXPECT_TRUE(created.ok()) << created.status().message();
    runtime_ = std::move(*created);
  }

  Runtime& operator*() { return *runtime_; }
  Runtime* operator->() { return runtime_.get(); }

  static FunctionConfig Config(const std::string& handler) {
    FunctionConfig config;
    config.name = "f" + std::to_string(++Count());
    config.handler = handler;
    config.code = ".";
    config.timeout = std::chrono::milliseconds(0);
    return config;
  }
  Function& Add(FunctionConfig config) {
    auto added = runtime_->Add(std::move(config));
    EXPECT_TRUE(added.ok()) << added.status().message();
    return **added;
  }
  Function& Add(const std::string& handler) { return Add(Config(handler)); }

  KeepingSink log;

 private:
  static int& Count() {
    static int count = 0;
    return count;
  }
  std::unique_ptr<Runtime> runtime_;
};

inline std::string Text(const Outcome& outcome) {
  return std::string(outcome.payload().view());
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_UNIT_NATIVE_RUNTIME_H_
