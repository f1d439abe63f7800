// A store under many threads.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "tests/host/store_fixture.h"
#include "tests/host/writer_process.h"

namespace tandem::test {
namespace {

using StoreThreadsTest = StoreTest;

constexpr int kReaders = 2;
constexpr int kWriters = 4;
constexpr int kChanges = 25;

// Counts by one, in three places that have to agree, and gives the function a package of a few that all use.
Status Count(FunctionStore& store, const std::string& name, int turn) {
  const auto package = store.KeepPackage("code " + std::to_string(turn % 3));
  if (!package) return package.status();
  return store.Change(name, [&](StoredFunction& function) -> Status {
    const std::uint64_t next = ++function.last_number;
    const auto latest = MakeVersion("$LATEST", *package, std::to_string(next));
    function.versions[next] = Published(*latest, next);
    if (function.versions.size() > 4) function.versions.erase(function.versions.begin());
    function.latest = latest;
    function.tags["count"] = std::to_string(next);
    return {};
  });
}

bool IsWhole(const FunctionStore& store, const StoredFunction& function) {
  bool whole = function.latest->settings["Description"] == function.tags.at("count") &&
               function.tags.at("count") == std::to_string(function.last_number) &&
               function.versions.contains(function.last_number);
  for (const auto& [number, version] : function.versions) {
    whole = whole && std::filesystem::exists(store.PackagePath(version->code_sha256));
  }
  return whole;
}

TEST_F(StoreThreadsTest, NoChangeIsLostAndReadersSeeWholeFunctions) {
  auto store = Open();
  for (const char* name : {"shared", "other"}) {
    Insert(*store, name, "code 0");
    ASSERT_TRUE(Count(*store, name, 0).ok());
  }
  std::atomic<int> failed = 0;
  std::atomic<int> torn = 0;
  std::atomic<int> reads = 0;
  std::atomic<bool> ends = false;
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!ends) {
        const auto found = store->Find("shared");
        if (!IsWhole(*store, *found)) ++torn;
        for (const auto& function : store->List("", 10)) {
          if (function->tags.contains("count") && !IsWhole(*store, *function)) ++torn;
        }
        ++reads;
      }
    });
  }
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      const std::string own = "own-" + std::to_string(i);
      for (int turn = 0; turn < kChanges; ++turn) {
        if (!Count(*store, turn % 2 == 0 ? "shared" : "other", turn + i).ok()) ++failed;
        const auto package = store->KeepPackage("own " + std::to_string(turn % 2));
        StoredFunction function;
        function.name = own;
        function.latest = MakeVersion("$LATEST", *package, own);
        if (!store->Insert(std::move(function)).ok() || !store->Erase(own).ok()) ++failed;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ends = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(torn, 0);
  EXPECT_GT(reads, 0);
  EXPECT_EQ(store->Find("shared")->last_number + store->Find("other")->last_number, 2U + kWriters * kChanges);
  const std::string before = Describe(*store);
  const std::set<std::string> names = NamesIn(packages());
  store.reset();
  store = Open();
  EXPECT_EQ(Describe(*store), before);
  EXPECT_EQ(NamesIn(packages()), names) << "nothing was left behind";
}

// The last use of a package ends while the same bytes are kept anew.
TEST_F(StoreThreadsTest, APackageIsThereForWhoeverHasIt) {
  const auto store = Open();
  std::atomic<int> absent = 0;
  std::vector<std::thread> threads;
  threads.reserve(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 4 * kChanges; ++turn) {
        const auto package = store->KeepPackage("the same");
        if (!package || !std::filesystem::exists(store->PackagePath(package->code_sha256))) ++absent;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(absent, 0);
  EXPECT_EQ(NamesIn(packages()), std::set<std::string>());
}

// The same where a removal takes so long that the next writer is done before it, and looks for its package after it.
TEST_F(StoreThreadsTest, ARemovalIsOverBeforeTheNameIsTakenAgain) {
  WriterProcess sharing({"share", data()},
                        {"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat,access", "-e",
                         "inject=unlinkat:delay_enter=30000", "-e", "inject=access:delay_enter=60000"});
  EXPECT_EQ(sharing.Line(), "shared");
}

// Reads do not wait for disks: a change that goes on for as long as it likes holds up no reader.
TEST_F(StoreThreadsTest, ReadersDoNotWaitForAChange) {
  const auto store = Open();
  Insert(*store, "f", "code");
  const Status status = store->Change("f", [&](StoredFunction& function) -> Status {
    function.tags["a"] = "b";
    std::thread reader([&] {
      EXPECT_TRUE(store->Find("f")->tags.empty());
      EXPECT_EQ(store->List("", 10).size(), 1U);
      EXPECT_TRUE(store->KeepPackage("other").ok());
    });
    reader.join();
    return {};
  });
  EXPECT_TRUE(status.ok());
}

}  // namespace
}  // namespace tandem::test
