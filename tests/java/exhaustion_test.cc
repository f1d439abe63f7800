// The loader by itself, over a VM whose every call can fail (E-25).
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "fake_jvm.h"
#include "tandem/loader_abi.h"

namespace tandem::test {
namespace {

template <typename F>
F Symbol(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_NOW);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<F>(dlsym(handle, name));
}

template <size_t N>
constexpr tandem_string Abi(const char (&text)[N]) {
  return tandem_string{static_cast<const char*>(text), N - 1};
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

constexpr int kTableGlobals = 2;  // the classes that the loader's table holds

class Exhaustion : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (loader != nullptr) return;
    jvm = Symbol<FakeJvmEntry>(TANDEM_TEST_FAKE_JVM, kFakeJvmSymbol)();
    table = Symbol<tandem_loader_entry>(TANDEM_TEST_JAVA_LOADER, TANDEM_LOADER_SYMBOL)();
    tandem_loader_config config{};
    config.struct_size = sizeof(config);
    config.library = Abi(TANDEM_TEST_FAKE_JVM);
    config.data_dir = Abi(TANDEM_TEST_LOADERS);
    Told created;
    auto* context = reinterpret_cast<tandem_host_context*>(&told_log);
    const int32_t status = table->create(&kHost, context, &config, reinterpret_cast<tandem_sink*>(&created), &loader);
    ASSERT_EQ(status, TANDEM_OK);
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

  // What a thread that the last function left behind would write, and whose log it goes to.
  static tandem_function* LateLine() {
    told_log.logged_for = reinterpret_cast<tandem_function*>(&told_log);
    jvm->log(jvm->env, nullptr, jvm->log_id, nullptr, 0, 0, nullptr, 0, 0, 0, 0);
    return told_log.logged_for;
  }

  static void Recover() {
    jvm->fail_after = 0;
    jvm->fail_count = 0;
  }

  // Runs `attempt` with the first thing failing that can fail, then with the second, and so on until all succeed:
  // calls of the VM one by one, and from one on.
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

}  // namespace
}  // namespace tandem::test
