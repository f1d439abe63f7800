// What must not wait for ever, and what must not throw: a function that ends, that invokes itself, and a process that
// can start no thread.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "unit/native_runtime.h"

namespace {

std::atomic<bool> refuse_threads{false};

}  // namespace

// Stands before the C library's: a process that may start no more threads, where `refuse_threads` says so.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library's names are reserved ones
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* arg) {
  if (refuse_threads) return EAGAIN;
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, body, arg);
}

namespace tandem {
namespace {

using std::chrono::milliseconds;
using test::NativeRuntime;

// A runtime in which a handler waits that only its deadline ends, on a thread of its own.
class WaitingHandler {
 public:
  WaitingHandler() {
    FunctionConfig config = NativeRuntime::Config("native.wait");
    config.timeout = milliseconds(300);
    Function& function = runtime->Add(config);
    name = config.name;
    std::promise<void> started;
    runtime->log.on_write = [&started, said = false](std::string_view) mutable {  // START
      if (!std::exchange(said, true)) started.set_value();
    };
    invoking_ = std::thread([this, &function] { result = (*runtime)->Invoke(function, Event("{}")); });
    started.get_future().wait();
  }
  ~WaitingHandler() {
    if (invoking_.joinable()) invoking_.join();
  }
  WaitingHandler(const WaitingHandler&) = delete;
  WaitingHandler& operator=(const WaitingHandler&) = delete;

  void Join() { invoking_.join(); }

  std::unique_ptr<NativeRuntime> runtime = std::make_unique<NativeRuntime>(PlatformLogs::kOn);
  std::string name;
  InvokeResult result;

 private:
  std::thread invoking_;
};

TEST(HoldUp, WhatRunsInARemovedFunctionKeepsItsDeadline) {
  WaitingHandler waiting;
  EXPECT_TRUE((*waiting.runtime)->Remove(waiting.name).ok());
  waiting.Join();
  EXPECT_TRUE(waiting.result.report.timed_out);
}

TEST(HoldUp, WhatRunsWhenTheRuntimeEndsKeepsItsDeadline) {
  WaitingHandler waiting;
  waiting.runtime.reset();
  waiting.Join();
  EXPECT_TRUE(waiting.result.report.timed_out);
}

TEST(HoldUp, AFunctionThatInvokesItselfOnItsOwnThreadGetsAFault) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.greet");  // logs once
  Outcome inner;
  runtime.log.on_write = [&](std::string_view) { inner = runtime->Invoke(function, Event("{}")).outcome; };
  const Outcome outer = runtime->Invoke(function, Event("{}")).outcome;
  EXPECT_TRUE(outer.ok());
  ASSERT_EQ(inner.kind(), Outcome::Kind::kFault);
  EXPECT_NE(inner.fault().message().find("invoked by itself"), std::string::npos) << inner.fault().message();
  runtime.log.on_write = nullptr;
  EXPECT_TRUE(runtime->Invoke(function, Event("{}")).outcome.ok()) << "nothing is left of it";
}

TEST(HoldUp, AFunctionWithAPlaceLeftMayInvokeItself) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.greet");
  config.max_concurrency = 2;
  Function& function = runtime.Add(config);
  Outcome inner = Outcome::OutOfMemory();
  bool entered = false;
  runtime.log.on_write = [&](std::string_view) {
    if (!std::exchange(entered, true)) inner = runtime->Invoke(function, Event("{}")).outcome;
  };
  EXPECT_TRUE(runtime->Invoke(function, Event("{}")).outcome.ok());
  EXPECT_TRUE(inner.ok());
}

TEST(HoldUp, WithoutAThreadToWatchItsDeadlineAnInvocationIsAFaultAndTheNextOneTriesAgain) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.wait");
  config.timeout = milliseconds(30);
  Function& function = runtime.Add(config);
  refuse_threads = true;
  const Outcome refused = runtime->Invoke(function, Event("{}")).outcome;
  refuse_threads = false;
  ASSERT_EQ(refused.kind(), Outcome::Kind::kFault);
  EXPECT_NE(refused.fault().message().find("invoking '" + config.name + "'"), std::string::npos)
      << refused.fault().message();
  EXPECT_TRUE(runtime->Invoke(function, Event("{}")).report.timed_out);
}

}  // namespace
}  // namespace tandem
