// PythonWorkers: Python handlers, each call in an environment of its own.
#ifndef TANDEM_TESTS_WORKERS_PYTHON_WORKERS_H_
#define TANDEM_TESTS_WORKERS_PYTHON_WORKERS_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/runtime.h"

namespace tandem::test {

// Reads the log when a test fails.
class Log final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override {
    const std::scoped_lock lock(mutex_);
    text_ += record.text;
  }
  std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class PythonWorkers {
 public:
  using Change = std::function<void(RuntimeOptions&)>;

  explicit PythonWorkers(ZygoteUse use, const Change& change = {}) {
    const char* const python = std::getenv("TANDEM_TEST_PYTHON");
    if (python == nullptr) ADD_FAILURE() << "TANDEM_TEST_PYTHON is not set";
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_PYTHON_LOADERS};
    options.languages["python"].path = python == nullptr ? "" : python;
    options.log_sink = &log_;
    options.workers.zygotes = use;
    options.start_cache = StartCache::kOff;
    if (change) change(options);
    auto created = Runtime::Create(std::move(options));
    EXPECT_TRUE(created.ok()) << created.status().message();
    runtime_ = std::move(*created);
  }

  // A function that is called by the handler's name.
  Function* Add(const std::string& handler, const std::map<std::string, std::string>& variables = {},
                const std::string& package = TANDEM_TEST_PACKAGES "/python",
                const std::vector<std::string>& layers = {}) {
    FunctionConfig config;
    config.name = handler.substr(handler.find('.') + 1);
    config.handler = handler;
    config.code = package;
    config.isolation = Isolation::kProcess;
    config.timeout = std::chrono::minutes(2);
    config.memory_size_mb = 512;
    config.variables = variables;
    config.layers = layers;
    auto function = runtime_->Add(config);
    EXPECT_TRUE(function.ok()) << function.status().message();
    return function.ok() ? *function : nullptr;
  }
  InvokeResult Invoke(Function& function, const std::string& event) {
    InvokeOptions options;
    options.measure = Measure::kAlways;
    return runtime_->Invoke(function, Event(std::string_view(event)), options);
  }

  void End() { runtime_.reset(); }
  void Remove(Function& function) { EXPECT_TRUE(runtime_->Remove(function.config().name).ok()); }
  std::string log() const { return log_.text(); }

  // In an environment of its own.
  std::string Call(const std::string& handler, const std::map<std::string, std::string>& variables = {},
                   const std::string& event = "{}", const std::string& package = TANDEM_TEST_PACKAGES "/python") {
    Function* const function = Add(handler, variables, package);
    if (function == nullptr) return "";
    const InvokeResult result = Invoke(*function, event);
    Remove(*function);
    return Text(result);
  }
  // The response, or what went wrong, with the log.
  std::string Text(const InvokeResult& result) const {
    if (result.outcome.kind() == Outcome::Kind::kFault) return result.outcome.fault().message();
    return std::string(result.outcome.payload().view()) + (result.outcome.ok() ? "" : log_.text());
  }

 private:
  Log log_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_PYTHON_WORKERS_H_
