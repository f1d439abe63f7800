// What the Python loader does when memory runs out in any of its steps, driven through its table: no exception crosses,
// each call has one result, and nothing of an ended invocation or a closed function is used later.

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tandem/loader_abi.h"
#include "tandem/registry.h"

namespace {

constexpr long kNever = -1;

// The calling thread's allocations by operator new: how many succeed before one fails, and whether later ones fail,
// too.
thread_local long allocations_left = kNever;
thread_local bool fails_on = false;
thread_local bool has_failed = false;
// Whether every allocation fails on threads that the test program has not started, and how many have.
std::atomic<bool> others_fail{false};
std::atomic<int> others_failed{0};
thread_local bool is_ours = false;

bool AllocationFails() {
  if (others_fail && !is_ours) {
    ++others_failed;
    return true;
  }
  if (allocations_left == kNever) return false;
  if (allocations_left-- > 0) return false;
  allocations_left = fails_on ? 0 : kNever;
  return has_failed = true;
}

}  // namespace

// Out of line, where the compiler does not take them for the library's.
__attribute__((noinline)) void* operator new(size_t size) {
  if (AllocationFails()) throw std::bad_alloc();
  void* memory = malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
// Who asks this way goes on without; it is the library's unless all of them are replaced.
__attribute__((noinline)) void* operator new(size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return malloc(size == 0 ? 1 : size);
}
__attribute__((noinline)) void operator delete(void* memory) noexcept {
  free(memory);
}
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept {
  free(memory);
}

namespace tandem::test {
namespace {

enum class Shortage { kOnce, kLasting };

// Fails the allocation number `at` of this thread within a scope, or all from that one on.
class Scarce {
 public:
  Scarce(long at, Shortage shortage) {
    has_failed = false;
    fails_on = shortage == Shortage::kLasting;
    allocations_left = at;
  }
  ~Scarce() { allocations_left = kNever; }
  Scarce(const Scarce&) = delete;
  Scarce& operator=(const Scarce&) = delete;
};

// The host's own code, in which nothing fails.
class HostCode {
 public:
  HostCode() : left_(std::exchange(allocations_left, kNever)) {}
  ~HostCode() { allocations_left = left_; }
  HostCode(const HostCode&) = delete;
  HostCode& operator=(const HostCode&) = delete;

 private:
  const long left_;
};

// What one call of the loader's has given.
struct Given {
  int results = 0;
  int errors = 0;
  int faults = 0;
  std::string text;

  int all() const { return results + errors + faults; }
};

struct Printed {
  tandem_function* function;
  std::string request_id;
};

std::mutex printed_mutex;
std::vector<Printed> printed;

Given& Of(tandem_sink* sink) {
  return *reinterpret_cast<Given*>(sink);
}
std::string Copy(tandem_string text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}

void Log(tandem_host_context*, const tandem_log_record* record) {
  const HostCode host;
  if (Copy(record->text) != "between") return;
  const std::scoped_lock lock(printed_mutex);
  printed.push_back({record->function, Copy(record->request_id)});
}
tandem_payload* PayloadNew(tandem_host_context*, size_t) {
  return nullptr;
}
void PayloadKeep(const tandem_payload*) {}
void Result(tandem_sink* sink, const tandem_result* result) {
  const HostCode host;
  ++Of(sink).results;
  Of(sink).text.assign(reinterpret_cast<const char*>(result->data), result->size);
  if (result->release != nullptr) result->release(result->release_arg);
}
int32_t ResultChunk(tandem_sink*, const uint8_t*, size_t) {
  return 1;
}
void ResultError(tandem_sink* sink, const tandem_error* error) {
  const HostCode host;
  ++Of(sink).errors;
  Of(sink).text = Copy(error->type) + ": " + Copy(error->message);
}
void ResultFault(tandem_sink* sink, int32_t, tandem_string message) {
  const HostCode host;
  ++Of(sink).faults;
  Of(sink).text = Copy(message);
}
int64_t RemainingTime(const tandem_sink*) {
  return INT64_MAX;
}
int32_t IsCancelled(const tandem_sink*) {
  return 0;
}

const tandem_host kHost = {sizeof(tandem_host),
                           TANDEM_LOADER_ABI_MAJOR,
                           TANDEM_LOADER_ABI_MINOR,
                           &Log,
                           &PayloadNew,
                           &PayloadKeep,
                           &PayloadKeep,
                           &Result,
                           &ResultChunk,
                           &ResultError,
                           &ResultFault,
                           &RemainingTime,
                           &IsCancelled};

tandem_string Text(const std::string& text) {
  return {text.data(), text.size()};
}

// The loader of the CPython that TANDEM_TEST_PYTHON names, started once.
struct Loader {
  const tandem_loader_table* table = nullptr;
  tandem_loader* self = nullptr;
};
Loader loader;

class LoaderEnvironment final : public ::testing::Environment {
 public:
  void SetUp() override {
    is_ours = true;
    const char* python = getenv("TANDEM_TEST_PYTHON");
    ASSERT_NE(python, nullptr) << "TANDEM_TEST_PYTHON must name a CPython by its path";
    LanguageOptions options;
    options.path = python;
    auto registry = RuntimeRegistry::Open({TANDEM_TEST_LOADERS}, {{"python", options}});
    ASSERT_TRUE(registry.ok()) << registry.status().message();
    const std::vector<RuntimeInfo> found = (*registry)->Find("python");
    ASSERT_EQ(found.size(), 1u);
    ASSERT_TRUE(found[0].usable()) << found[0].reason;
    ASSERT_NE(dlopen(found[0].preload.c_str(), RTLD_NOW | RTLD_GLOBAL), nullptr) << dlerror();
    void* module = dlopen(found[0].module.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(module, nullptr) << dlerror();
    loader.table = reinterpret_cast<tandem_loader_entry>(dlsym(module, TANDEM_LOADER_SYMBOL))();
    const std::string data_dir = std::filesystem::path(found[0].module).parent_path();
    tandem_loader_config config{};
    config.struct_size = sizeof config;
    config.identifier = Text(found[0].identifier);
    config.version = Text(found[0].version);
    config.path = Text(found[0].path);
    config.library = Text(found[0].library);
    config.data_dir = Text(data_dir);
    Given given;
    ASSERT_EQ(loader.table->create(&kHost, nullptr, &config, reinterpret_cast<tandem_sink*>(&given), &loader.self),
              TANDEM_OK)
        << given.text;
  }
};

[[maybe_unused]] const ::testing::Environment* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new LoaderEnvironment);

// One function. Its token is an address that nothing else has.
class Opened {
 public:
  // In another folder: of another package.
  explicit Opened(const std::string& name, const std::string& folder = "scarce")
      : name_("scarce." + name), code_root_(std::string(TANDEM_TEST_PACKAGES) + "/" + folder) {}
  ~Opened() { Close(); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  int32_t Open(Given& given) {
    tandem_function_config config{};
    config.struct_size = sizeof config;
    config.function = token();
    config.handler = Text(name_);
    config.code_root = Text(code_root_);
    config.name = Text(name_);
    config.log_level = Text(level_);
    config.max_concurrency = 1;
    return loader.table->open(loader.self, &config, reinterpret_cast<tandem_sink*>(&given), &handler_);
  }
  int32_t Invoke(const std::string& event, Given& given) {
    const std::string padded = event + std::string(TANDEM_PAYLOAD_PADDING, ' ');
    const tandem_payload payload = {sizeof payload, reinterpret_cast<const uint8_t*>(padded.data()), event.size()};
    const auto request_id = std::make_unique<std::string>("an-id-that-is-no-more-when-the-call-has-returned");
    const std::string json = "application/json";
    tandem_invocation invocation{};
    invocation.struct_size = sizeof invocation;
    invocation.payload = &payload;
    invocation.content_type = Text(json);
    invocation.request_id = Text(*request_id);
    invocation.deadline_ms = INT64_MAX;
    const Scarce scarce(fail_at_, shortage_);
    return loader.table->invoke(handler_, &invocation, reinterpret_cast<tandem_sink*>(&given));
  }
  std::string Answer(const std::string& event) {
    Given given;
    Invoke(event, given);
    return (given.results == 1 ? "ok " : given.errors == 1 ? "error " : "fault ") + given.text;
  }
  void Close() {
    if (handler_ != nullptr) loader.table->close(std::exchange(handler_, nullptr));
  }
  // Where the next calls of Invoke run out of memory.
  void FailAt(long at, Shortage shortage) {
    fail_at_ = at;
    shortage_ = shortage;
  }

  tandem_function* token() { return reinterpret_cast<tandem_function*>(this); }
  tandem_handler* handler() const { return handler_; }

 private:
  const std::string name_;
  const std::string code_root_;
  const std::string level_ = "INFO";
  tandem_handler* handler_ = nullptr;
  long fail_at_ = kNever;
  Shortage shortage_ = Shortage::kOnce;
};

// An opened function of the package, which also keeps the package open.
std::unique_ptr<Opened> Ready(const std::string& name) {
  auto opened = std::make_unique<Opened>(name);
  Given given;
  EXPECT_EQ(opened->Open(given), TANDEM_OK) << given.text;
  EXPECT_EQ(given.all(), 0) << given.text;
  return opened;
}

// What the package's thread prints while none of its functions but the asking one runs.
Printed PrintBetween(Opened& asking) {
  EXPECT_EQ(asking.Answer("1"), "ok true");
  const std::scoped_lock lock(printed_mutex);
  EXPECT_FALSE(printed.empty());
  return printed.empty() ? Printed{} : printed.back();
}

// Repeats `step(at)` with a failure at each allocation until it runs without one.
template <typename Step>
void ForEachAllocation(Step step) {
  for (const Shortage shortage : {Shortage::kOnce, Shortage::kLasting}) {
    long at = 0;
    do {
      SCOPED_TRACE("allocation " + std::to_string(at) + (shortage == Shortage::kOnce ? "" : " and all later ones"));
      step(at, shortage);
    } while (has_failed && ++at < 1000);
    EXPECT_LT(at, 1000);
  }
}

TEST(Memory, InvocationsThatRunOutOfItEndForTheLog) {
  const auto tell = Ready("tell");
  const auto fails = Ready("fails");
  EXPECT_EQ(fails->Answer("\"listen\""), "ok null");
  ForEachAllocation([&](long at, Shortage shortage) {
    Given given;
    int32_t status = TANDEM_OK;
    fails->FailAt(at, shortage);
    EXPECT_NO_THROW(status = fails->Invoke("\"no\"", given));
    fails->FailAt(kNever, shortage);
    EXPECT_EQ(given.all(), 1) << given.text;
    EXPECT_EQ(status, given.faults == 1 ? TANDEM_FAULT : TANDEM_OK);
    EXPECT_EQ(given.results, 0);
    EXPECT_TRUE(has_failed || given.text == "ValueError: no") << given.text;
    const bool failed = has_failed;
    EXPECT_EQ(PrintBetween(*tell).request_id, "");
    EXPECT_EQ(fails->Answer("\"yes\""), "error ValueError: yes");
    has_failed = failed;
  });
}

TEST(Memory, AFunctionThatCannotBeClosedGivesItsTokenUp) {
  const auto tell = Ready("tell");
  ForEachAllocation([&](long at, Shortage shortage) {
    const auto fails = Ready("fails");
    EXPECT_EQ(fails->Answer("\"listen\""), "ok null");
    EXPECT_EQ(PrintBetween(*tell).function, fails->token());
    bool failed = false;
    std::thread([&] {
      is_ours = true;
      const Scarce scarce(at, shortage);
      EXPECT_NO_THROW(fails->Close());
      failed = has_failed;
    }).join();
    EXPECT_EQ(PrintBetween(*tell).function, nullptr);
    has_failed = failed;
  });
}

// On a thread whose first call it is.
TEST(Memory, FirstInvocationsOfAThreadMayFail) {
  const auto echo = Ready("echo");
  ForEachAllocation([&](long at, Shortage shortage) {
    bool failed = false;
    std::thread([&] {
      is_ours = true;
      Given given;
      echo->FailAt(at, shortage);
      EXPECT_NO_THROW(echo->Invoke("[1]", given));
      failed = has_failed;
      echo->FailAt(kNever, shortage);
      EXPECT_EQ(given.all(), 1) << given.text;
      EXPECT_EQ(echo->Answer("[2]"), "ok [2]");
    }).join();
    has_failed = failed;
  });
}

TEST(Memory, FunctionsThatCannotBeOpenedLeaveNothing) {
  const auto echo = Ready("echo");
  ForEachAllocation([&](long at, Shortage shortage) {
    bool failed = false;
    std::thread([&] {
      is_ours = true;
      Opened opened("tell");
      Given given;
      int32_t status = TANDEM_OK;
      {
        const Scarce scarce(at, shortage);
        EXPECT_NO_THROW(status = opened.Open(given));
      }
      failed = has_failed;
      EXPECT_EQ(opened.handler() == nullptr, given.all() == 1) << given.text;
      EXPECT_EQ(status, given.faults == 1 ? TANDEM_FAULT : TANDEM_OK);
      EXPECT_EQ(echo->Answer("[2]"), "ok [2]");
    }).join();
    has_failed = failed;
  });
}

// What could not hold its package holds it later: there are as many interpreters as packages.
TEST(Memory, PackagesThatCannotBeHeldLeaveNoInterpreter) {
  const auto count = Ready("interpreters");
  int packages = 1;
  ASSERT_EQ(count->Answer("1"), "ok 1");
  ForEachAllocation([&](long at, Shortage shortage) {
    const std::string another(static_cast<size_t>(++packages), '/');
    {
      Opened opened("echo", another + "scarce");
      Given given;
      const Scarce scarce(at, shortage);
      EXPECT_NO_THROW(opened.Open(given));
    }
    const bool failed = has_failed;
    Opened opened("echo", another + "scarce");
    Given given;
    EXPECT_EQ(opened.Open(given), TANDEM_OK) << given.text;
    EXPECT_EQ(count->Answer("1"), "ok " + std::to_string(packages));
    has_failed = failed;
  });
}

size_t Threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST(Memory, ACancellationWithoutItIsNotMade) {
  const auto echo = Ready("echo");
  EXPECT_EQ(echo->Answer("[1]"), "ok [1]");
  const size_t threads = Threads();
  const std::string request_id = "some-id";
  others_fail = true;
  loader.table->cancel(echo->handler(), Text(request_id));
  while (others_failed == 0 || Threads() > threads) std::this_thread::yield();
  others_fail = false;
  EXPECT_EQ(echo->Answer("[1]"), "ok [1]");
  ForEachAllocation([&](long at, Shortage shortage) {
    {
      const Scarce scarce(at, shortage);
      EXPECT_NO_THROW(loader.table->cancel(echo->handler(), Text(request_id)));
    }
    const bool failed = has_failed;
    EXPECT_EQ(echo->Answer("[2]"), "ok [2]");
    has_failed = failed;
  });
}

// Not memory, but as seldom: a thread of the function's has its contextvars.Context entered.
TEST(Memory, AContextThatCannotBeEnteredIsAnErrorOfTheFunction) {
  const auto occupies = Ready("occupies");
  const auto await_entered = Ready("await_entered");
  const auto release = Ready("release");
  EXPECT_EQ(occupies->Answer("1"), "ok null");
  EXPECT_EQ(await_entered->Answer("1"), "ok true");
  const std::string refused = occupies->Answer("1");
  EXPECT_EQ(refused.find("error RuntimeError: cannot enter context"), 0u) << refused;
  EXPECT_EQ(release->Answer("1"), "ok null");
}

}  // namespace
}  // namespace tandem::test
