// A store whose machine has no room for what it is to keep.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/host/store_fixture.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using StoreLimitsTest = StoreTest;

// Lowers a limit of this process while it lives.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t to) : resource_(resource), before_handler_(signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(getrlimit(resource, &before_), 0);
    const rlimit lower{to, before_.rlim_max};
    EXPECT_EQ(setrlimit(resource, &lower), 0);
  }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  ~Limit() {
    EXPECT_EQ(setrlimit(resource_, &before_), 0);
    (void)signal(SIGXFSZ, before_handler_);
  }

 private:
  __rlimit_resource resource_;
  rlimit before_{};
  sighandler_t before_handler_;
};

// The number that the next file gets that this process opens.
rlim_t NextDescriptor() {
  const int next = dup(STDOUT_FILENO);
  EXPECT_GE(next, 0);
  close(next);
  return static_cast<rlim_t>(next);
}

Status Enlarge(FunctionStore& store, std::size_t size) {
  return store.Change("f", [&](StoredFunction& function) -> Status {
    const auto latest = std::make_shared<FunctionVersion>(*function.latest);
    latest->settings["Large"] = std::string(size, 'x');
    function.latest = latest;
    return {};
  });
}

TEST_F(StoreLimitsTest, APackageThatTheDiskDoesNotTakeLeavesNothing) {
  const auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  const std::set<std::string> names = NamesIn(packages());
  const std::string large(200000, 'x');
  {
    const Limit limit(RLIMIT_FSIZE, 100000);
    const auto kept = store->KeepPackage(large);
    ASSERT_FALSE(kept.ok());
    EXPECT_EQ(kept.status().code(), Code::kInternal);
    EXPECT_NE(kept.status().message().find("File too large"), std::string::npos) << kept.status().message();
    EXPECT_EQ(NamesIn(packages()), names);
    EXPECT_TRUE(store->KeepPackage("small").ok()) << "others are taken";
  }
  const auto kept = store->KeepPackage(large);
  ASSERT_TRUE(kept.ok()) << kept.status().message();
  EXPECT_EQ(fs::file_size(store->PackagePath(kept->code_sha256)), large.size());
  EXPECT_EQ(Describe(*store), before);
}

TEST_F(StoreLimitsTest, AChangeThatTheDiskDoesNotTakeDidNotHappenAndTheNextOneDoes) {
  auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  {
    const Limit limit(RLIMIT_FSIZE, 100000);
    const Status status = Enlarge(*store, 300000);
    EXPECT_EQ(status.code(), Code::kInternal);
    EXPECT_NE(status.message().find(data() + "/functions.db: "), std::string::npos) << status.message();
    EXPECT_EQ(Describe(*store), before);
  }
  ASSERT_TRUE(Enlarge(*store, 10).ok());
  const std::string after = Describe(*store);
  {
    const Limit limit(RLIMIT_FSIZE, 100000);
    EXPECT_FALSE(Enlarge(*store, 300000).ok());
    store.reset();
  }
  EXPECT_EQ(Describe(*Open()), after);
}

TEST_F(StoreLimitsTest, WithoutDescriptorsNothingIsKeptAndNothingIsLost) {
  auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  {
    const Limit limit(RLIMIT_NOFILE, NextDescriptor());
    const auto kept = store->KeepPackage("other");
    ASSERT_FALSE(kept.ok());
    EXPECT_EQ(kept.status().code(), Code::kInternal);
    EXPECT_NE(kept.status().message().find("Too many open files"), std::string::npos) << kept.status().message();
    EXPECT_EQ(Describe(*store), before);
  }
  EXPECT_TRUE(store->KeepPackage("other").ok());
  store.reset();
  // One more descriptor each time, until it opens.
  const rlim_t next = NextDescriptor();
  int refused = 0;
  for (rlim_t more = 0; more < 20; ++more) {
    const Limit limit(RLIMIT_NOFILE, next + more);
    const auto opened = FunctionStore::Open(data());
    if (opened.ok()) {
      EXPECT_EQ(Describe(**opened), before);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 3);
  EXPECT_EQ(Describe(*Open()), before);
}

// A disk on which nothing new can be made, also for a user whom no permission stops.
TEST_F(StoreLimitsTest, AFolderThatIsGoneIsAnErrorOfWhatNeedsIt) {
  const auto store = Open();
  Insert(*store, "f", "code");
  fs::remove_all(packages());
  const auto kept = store->KeepPackage("other");
  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.status().code(), Code::kInternal);
  EXPECT_NE(kept.status().message().find(packages()), std::string::npos) << kept.status().message();
}

}  // namespace
}  // namespace tandem::test
