// The loader by itself, over a VM whose every call can fail and with a heap that can be full (E-25).
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>

#include "fake_jvm.h"
#include "tandem/loader_abi.h"

namespace {

// Allocations of any thread that still succeed; below zero: all do.
std::atomic<int> allocations_left{-1};
std::atomic<bool> allocation_failed{false};

void* Allocate(size_t size) {
  int left = allocations_left;
  while (left > 0 && !allocations_left.compare_exchange_weak(left, left - 1)) {
  }
  if (left == 0) {
    allocation_failed = true;
    throw std::bad_alloc();
  }
  void* memory = malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) {
  return Allocate(size);
}
void* operator new[](size_t size) {
  return Allocate(size);
}
void operator delete(void* memory) noexcept {
  free(memory);
}
void operator delete[](void* memory) noexcept {
  free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  free(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  free(memory);
}

namespace tandem::test {
namespace {

template <typename F>
F Symbol(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_NOW);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<F>(dlsym(handle, name));
}

template <size_t kSize>
constexpr tandem_string Abi(const char (&text)[kSize]) {
  return tandem_string{static_cast<const char*>(text), kSize - 1};
}

// What the loader has told its host.
struct Told {
  int results = 0;
  int errors = 0;
  int faults = 0;
  tandem_function* logged_for = nullptr;

  int all() const { return results + errors + faults; }
};

Told& ToldTo(tandem_sink* sink) {
  return *reinterpret_cast<Told*>(sink);
}

void OnLog(tandem_host_context* context, const tandem_log_record* record) {
  reinterpret_cast<Told*>(context)->logged_for = record->function;
}

void OnResult(tandem_sink* sink, const tandem_result* result) {
  ++ToldTo(sink).results;
  if (result->release != nullptr) result->release(result->release_arg);
}

void OnError(tandem_sink* sink, const tandem_error*) {
  ++ToldTo(sink).errors;
}

void OnFault(tandem_sink* sink, int32_t, tandem_string message) {
  ++ToldTo(sink).faults;
  EXPECT_GT(message.size, 0U);
}

const tandem_host kHost = [] {
  tandem_host host{};
  host.struct_size = sizeof(host);
  host.abi_major = TANDEM_LOADER_ABI_MAJOR;
  host.log = &OnLog;
  host.result = &OnResult;
  host.result_error = &OnError;
  host.result_fault = &OnFault;
  return host;
}();

const tandem_loader_table* Table() {
  return Symbol<tandem_loader_entry>(TANDEM_TEST_JAVA_LOADER, TANDEM_LOADER_SYMBOL)();
}

int32_t Create(const tandem_loader_table* table, Told* log, Told* told, tandem_loader** loader) {
  tandem_loader_config config{};
  config.struct_size = sizeof(config);
  config.library = Abi(TANDEM_TEST_FAKE_JVM);
  config.data_dir = Abi(TANDEM_TEST_LOADERS);
  return table->create(&kHost, reinterpret_cast<tandem_host_context*>(log), &config,
                       reinterpret_cast<tandem_sink*>(told), loader);
}

// A process has one loader, so each attempt has a process of its own. Its exit status: whether it got what it may get.
enum CreationEnd { kCreated, kRefused, kWrong };

CreationEnd CreateWith(int allocations) {
  const tandem_loader_table* table = Table();
  Told log;
  Told told;
  tandem_loader* loader = nullptr;
  allocations_left = allocations;
  const int32_t status = Create(table, &log, &told, &loader);
  allocations_left = -1;
  if (status == TANDEM_OK) return told.all() == 0 && loader != nullptr ? kCreated : kWrong;
  return told.faults == 1 && told.all() == 1 && loader == nullptr ? kRefused : kWrong;
}

TEST(Creation, IsAFaultWhenTheHeapIsFull) {
  for (int n = 0; n < 1000; ++n) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(CreateWith(n));
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "allocation " << n;
    if (WEXITSTATUS(status) == kCreated) return;
    ASSERT_EQ(WEXITSTATUS(status), kRefused) << "allocation " << n;
  }
  FAIL() << "no number of allocations suffices";
}

constexpr int kTableGlobals = 2;  // the classes that the loader's table holds

class Exhaustion : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (loader != nullptr) return;
    jvm = Symbol<FakeJvmEntry>(TANDEM_TEST_FAKE_JVM, kFakeJvmSymbol)();
    table = Table();
    Told told;
    ASSERT_EQ(Create(table, &told_log, &told, &loader), TANDEM_OK);
  }

  void TearDown() override {
    Recover();
    table->thread_detach(loader);
    EXPECT_EQ(jvm->misuse, nullptr) << "called while an exception was pending";
    EXPECT_EQ(jvm->frames, 0);
    EXPECT_EQ(jvm->attached, 0);
  }

  static int32_t Open(Told* told, tandem_handler** handler) {
    tandem_function_config config{};
    config.struct_size = sizeof(config);
    config.function = reinterpret_cast<tandem_function*>(&token);
    config.handler = Abi("a.B::c");
    return table->open(loader, &config, reinterpret_cast<tandem_sink*>(told), handler);
  }

  static tandem_handler* Opened() {
    Told told;
    tandem_handler* handler = nullptr;
    EXPECT_EQ(Open(&told, &handler), TANDEM_OK);
    EXPECT_NE(handler, nullptr);
    return handler;
  }

  static int32_t Invoke(tandem_handler* handler, Told* told, size_t size) {
    static const std::string event(100'000, ' ');
    const tandem_payload payload{sizeof(payload), reinterpret_cast<const uint8_t*>(event.data()), size};
    tandem_invocation invocation{};
    invocation.struct_size = sizeof(invocation);
    invocation.payload = &payload;
    invocation.request_id = Abi("8f507cfc-bc6d-4e5b-9d1a-3d2a4a6e8b10");
    return table->invoke(handler, &invocation, reinterpret_cast<tandem_sink*>(told));
  }

  // What a thread that the last function left behind would write, and whose log it goes to.
  static tandem_function* LateLine() {
    told_log.logged_for = reinterpret_cast<tandem_function*>(&told_log);
    jvm->log(jvm->env, nullptr, jvm->log_id, nullptr, 0, 0, nullptr, 0, 0, 0, 0);
    return told_log.logged_for;
  }

  static void Recover() {
    jvm->fail_after = 0;
    jvm->fail_count = 0;
    allocations_left = -1;
  }

  // Runs `attempt` with the first thing failing that can fail, then with the second, and so on until all succeed:
  // calls of the VM one by one and from one on, allocations from one on.
  static void ForEachFailure(const std::function<void(const std::function<void()>& start)>& attempt) {
    for (const int calls : {1, 1'000'000}) {
      all_fail = calls > 1;
      for (int n = 1; n < 100; ++n) {
        SCOPED_TRACE("call of the VM " + std::to_string(n) + ", failing: " + std::to_string(calls));
        jvm->has_failed = false;
        attempt([&] {
          jvm->fail_after = n;
          jvm->fail_count = calls;
        });
        Recover();
        if (!jvm->has_failed) break;
      }
    }
    all_fail = false;
    for (int n = 0; n < 100; ++n) {
      SCOPED_TRACE("allocation " + std::to_string(n));
      allocation_failed = false;
      attempt([&] { allocations_left = n; });
      Recover();
      if (!allocation_failed) break;
    }
  }

  static inline FakeJvm* jvm;
  static inline const tandem_loader_table* table;
  static inline tandem_loader* loader;
  static inline Told told_log;
  static inline int token;
  static inline bool all_fail;  // every call of the VM fails from some point on
};

TEST_F(Exhaustion, AClosedFunctionsTokenIsUsedNoMore) {
  ForEachFailure([](const std::function<void()>& start) {
    tandem_handler* handler = Opened();
    start();
    table->close(handler);
    Recover();
    EXPECT_EQ(LateLine(), nullptr);
    EXPECT_EQ(jvm->globals, jvm->slots + kTableGlobals);
  });
}

TEST_F(Exhaustion, AClosedFunctionsTokenIsUsedNoMoreWhenNoThreadCanBeAttached) {
  tandem_handler* handler = Opened();
  const jlong closed = jvm->log_id;
  table->thread_detach(loader);
  jvm->fail_after = 1;
  jvm->fail_count = 1;
  table->close(handler);
  EXPECT_EQ(jvm->attached, 0);
  table->close(Opened());  // attaches this thread again
  jvm->log_id = closed;
  EXPECT_EQ(LateLine(), nullptr);
}

TEST_F(Exhaustion, AFunctionThatCannotBeOpenedIsClosed) {
  ForEachFailure([](const std::function<void()>& start) {
    table->thread_detach(loader);
    const int before = jvm->functions;
    const int globals = jvm->globals;
    jvm->log_id = 0;
    Told told;
    tandem_handler* handler = nullptr;
    start();
    const int32_t status = Open(&told, &handler);
    Recover();
    EXPECT_EQ(told.faults, status == TANDEM_OK ? 0 : 1);
    EXPECT_EQ(handler != nullptr, status == TANDEM_OK);
    EXPECT_EQ(jvm->log_id != 0 && LateLine() != nullptr, status == TANDEM_OK);
    if (handler != nullptr) table->close(handler);
    // A VM of which every call fails from some point on cannot be told to close it, either.
    EXPECT_TRUE(all_fail || jvm->functions == before) << jvm->functions - before;
    table->thread_detach(loader);
    EXPECT_EQ(jvm->globals, globals);
  });
}

// What the Java half's invoke returns: a response in the shared memory, one beyond it, an error.
class AnInvocation : public Exhaustion, public testing::WithParamInterface<jint> {};

TEST_P(AnInvocation, HasOneResultWhateverFails) {
  for (const size_t size : {10U, 40'000U}) {
    tandem_handler* handler = Opened();
    jvm->answer = GetParam();
    ForEachFailure([&](const std::function<void()>& start) {
      table->thread_detach(loader);
      Told told;
      start();
      const int32_t status = Invoke(handler, &told, size);
      Recover();
      EXPECT_FALSE(jvm->holds_payload) << "after the call, when it is the host's again";
      EXPECT_EQ(told.faults, status == TANDEM_OK ? 0 : 1);
      EXPECT_EQ(told.all(), 1);
      EXPECT_EQ(Invoke(handler, &told, size), TANDEM_OK);
      EXPECT_EQ(told.all(), 2);
    });
    table->close(handler);
  }
}

INSTANTIATE_TEST_SUITE_P(Java, AnInvocation, testing::Values(0, -1, -2));

TEST_F(Exhaustion, AnErrorOfInitIsToldOnce) {
  jvm->answers_error = true;
  ForEachFailure([](const std::function<void()>& start) {
    Told told;
    tandem_handler* handler = nullptr;
    start();
    const int32_t status = Open(&told, &handler);
    Recover();
    EXPECT_EQ(told.errors, status == TANDEM_OK ? 1 : 0);
    EXPECT_EQ(told.all(), 1);
    EXPECT_EQ(handler, nullptr);
    EXPECT_EQ(LateLine(), nullptr);
  });
  jvm->answers_error = false;
}

TEST_F(Exhaustion, WhatReportsNothingFailsQuietly) {
  tandem_handler* handler = Opened();
  ForEachFailure([&](const std::function<void()>& start) {
    table->thread_detach(loader);
    start();
    table->cancel(handler, Abi("8f507cfc-bc6d-4e5b-9d1a-3d2a4a6e8b10"));
    table->thread_detach(loader);
  });
  table->close(handler);
}

TEST_F(Exhaustion, AWarmUpThatFailsIsAFault) {
  ForEachFailure([](const std::function<void()>& start) {
    table->thread_detach(loader);
    Told told;
    start();
    const int32_t status = table->warm(loader, reinterpret_cast<tandem_sink*>(&told));
    Recover();
    EXPECT_EQ(told.all(), status == TANDEM_OK ? 0 : 1);
  });
}

}  // namespace
}  // namespace tandem::test
