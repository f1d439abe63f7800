// The memory size of functions in worker processes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include "tests/lib/covers.h"
#include "worker_runtime.h"
#include "workers/memory_watch.h"

namespace tandem::test {
namespace {

#ifdef TANDEM_TEST_SANITIZED  // whose own memory is beside each page
constexpr std::int32_t kLimitMb = 1024;
#else
constexpr std::int32_t kLimitMb = 128;
#endif
const std::string kTooMuch = std::to_string(kLimitMb * 5 / 2);
const std::string kEnough = "16";
const std::string kHalf = "64";

std::string OutOfMemory(const InvokeResult& result) {
  return R"({"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: )" + std::string(result.request_id.view()) +
         R"( Error: Runtime exited with error: signal: killed"})";
}

FunctionConfig Limited(const std::string& handler) {
  FunctionConfig config = WorkerRuntime::Config(handler);
  config.memory_size_mb = kLimitMb;
  return config;
}

class TooMuch : public testing::TestWithParam<const char*> {};

TEST_P(TooMuch, EndsTheWorkerAndNothingElse_E46_E47_E48) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  Function& function = runtime.Add(Limited(GetParam()));
  Function& same = runtime.Add(Limited("hoard"));
  Function& other = runtime.Add("identity");
  const std::string others = runtime.Call(other);
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime.Invoke(function, kTooMuch);
    EXPECT_EQ(Text(result.outcome), OutOfMemory(result));
    EXPECT_GE(result.report.max_memory_used_bytes, 1 << 20);
    const std::string id(result.request_id.view());
    std::string said = "RequestId: " + id + " Error: Runtime exited with error: signal: killed\n";
    said.append("Runtime.OutOfMemory\nEND RequestId: ")
        .append(id)
        .append("\nREPORT RequestId: ")
        .append(id)
        .append("\t");
    EXPECT_NE(AllText(runtime.log).find(said), std::string::npos) << "L-49";
  }
  EXPECT_EQ(runtime.Call(same, kEnough), "\"kept\"");
  EXPECT_EQ(runtime.Call(other), others.substr(0, others.find(':')) + ":2");
  Covers("E-46", "E-47", "L-49");
}

INSTANTIATE_TEST_SUITE_P(Memory, TooMuch,
                         testing::Values("hoard", "hoard_and_stay", "hoard_in_child", "hoard_in_daemon"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(Memory, IsWatchedDuringInit_E36_E46) {
  WorkerRuntime runtime({}, PlatformLogs::kOn);
  FunctionConfig config = Limited("hoard");
  config.handler = "init.hoard";
  const InvokeResult result = runtime.Invoke(runtime.Add(config));
  EXPECT_EQ(Text(result.outcome), OutOfMemory(result));
  Covers("E-36", "E-46");
}

TEST(Memory, OfAFreshWorkerIsUsableAgain_E47) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Limited("hoard"));
  EXPECT_EQ(runtime.Call(function, kEnough), "\"kept\"");
  EXPECT_EQ(runtime.Call(function, kEnough), "\"kept\"");
  EXPECT_NE(runtime.Call(function, kTooMuch).find("Runtime.OutOfMemory"), std::string::npos);
  EXPECT_EQ(runtime.Call(function, kEnough), "\"kept\"");
  Covers("E-47");
}

TEST(Memory, ThatAChildSharesCountsOnce) {
  WorkerRuntime runtime;
  EXPECT_EQ(runtime.Call(runtime.Add(Limited("hoard_and_fork")), kHalf), "\"forked\"");
}

// Each invocation alone is too short to be looked at.
TEST(Memory, ThatLeaksInShortInvocationsIsFound) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Limited("hoard"));
  std::string answer;
  int count = 0;
  do {
    answer = runtime.Call(function, "1");
    ++count;
  } while (answer == "\"kept\"" && count < 4 * kLimitMb);
  EXPECT_NE(answer.find("Runtime.OutOfMemory"), std::string::npos) << answer << " after " << count;
  EXPECT_GT(count, kLimitMb / 16);
}

// A child with memory that it shares with this process.
class SharingChild {
 public:
  static constexpr std::int64_t kShared = 100 << 20;

  SharingChild() {
    std::memset(bytes_, 1, kShared);
    child_ = fork();
    if (child_ == 0) {
      for (;;) pause();
    }
  }
  ~SharingChild() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    munmap(bytes_, kShared);
  }
  SharingChild(const SharingChild&) = delete;
  SharingChild& operator=(const SharingChild&) = delete;

  pid_t pid() const { return child_; }

 private:
  void* bytes_ = mmap(nullptr, kShared, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pid_t child_ = -1;
};

// As with a process that others are forked from.
TEST(OwnMemory, LeavesOutWhatIsSharedWithOthers) {
  const std::int64_t before = workers::OwnMemory({getpid()}, 0);
  const SharingChild child;
  EXPECT_LT(workers::OwnMemory({child.pid()}, 0), SharingChild::kShared);
  const std::int64_t both = workers::OwnMemory({getpid(), child.pid()}, 0);
  EXPECT_GE(both, SharingChild::kShared);
#ifdef TANDEM_TEST_SANITIZED
  static_cast<void>(before);
#else
  EXPECT_LT(both - before, SharingChild::kShared + SharingChild::kShared / 2);
#endif
}

TEST(OwnMemory, IsTheResidentOneWhereThatIsFew) {
  EXPECT_GT(workers::OwnMemory({getpid()}, INT64_MAX), workers::OwnMemory({getpid()}, 0));
  EXPECT_EQ(workers::OwnMemory({}, 0), 0);
}

TEST(MemoryWatch, LooksWhereTheTimesOfInvocationsAddUpToWhatIsWorthALook) {
  using std::chrono::microseconds;
  workers::MemoryWatch watch(getpid(), 1);
  auto now = workers::MemoryWatch::Clock::now();
  const auto invocation = [&](microseconds busy) {
    now += std::chrono::hours(1);
    watch.Begin(now);
    now += busy;
    return watch.End(now);
  };
  EXPECT_FALSE(invocation(microseconds(700)));
  EXPECT_FALSE(invocation(microseconds(700)));
  EXPECT_TRUE(invocation(microseconds(700)));
  EXPECT_FALSE(invocation(microseconds(1900))) << "counted from the last look on";
  EXPECT_TRUE(invocation(microseconds(100)));
}

// So that short invocations cost no looks; the limit is still kept.
TEST(MemoryWatch, LooksSoonerWhereTheWorkerTellsThatItHasGrown) {
  using std::chrono::milliseconds;
  constexpr std::int64_t kRoom = 64 << 20;
  const std::int64_t limit = workers::OwnMemory({getpid()}, 0) + kRoom;
  workers::MemoryWatch watch(getpid(), limit);
  auto now = workers::MemoryWatch::Clock::now();
  const auto invocation = [&](milliseconds busy, std::int64_t told) {
    now += std::chrono::hours(1);
    watch.Begin(now);
    now += busy;
    watch.Tell(told);
    return watch.End(now);
  };
  constexpr milliseconds kShort{3};
  constexpr std::int64_t kFirst = 10 << 20;
  constexpr std::int64_t kLater = 20 << 20;
  EXPECT_FALSE(invocation(kShort, kFirst)) << "looks, as that is new";
  const std::vector<char> grown(2 * kRoom, 'x');
  EXPECT_FALSE(invocation(kShort, kFirst)) << "does not look";
  EXPECT_TRUE(invocation(std::chrono::hours(1), kFirst)) << "looks, as it is due";
  EXPECT_TRUE(invocation(milliseconds(0), kLater)) << "looks, however short it was, as the worker has grown";
  EXPECT_TRUE(invocation(kShort, 0)) << "looks, as nothing is told";
  EXPECT_EQ(grown.back(), 'x');
}

// A child that maps so many bytes, has all of them resident for a moment, and gives them back, when it is told to.
class MappingChild {
 public:
  enum class What : char { kMemory, kFile };
  static constexpr std::int64_t kSize = 64 << 20;

  MappingChild() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()), 0);
    file_ = open(path_.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    EXPECT_EQ(truncate(path_.c_str(), kSize), 0);
    child_ = fork();
    if (child_ == 0) Serve();
  }
  ~MappingChild() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    for (const int fd : {ends_[0], ends_[1], file_}) close(fd);
    unlink(path_.c_str());
  }
  MappingChild(const MappingChild&) = delete;
  MappingChild& operator=(const MappingChild&) = delete;

  pid_t pid() const { return child_; }
  void Map(What what) const {
    char byte = static_cast<char>(what);
    EXPECT_EQ(write(ends_[0], &byte, 1), 1);
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  [[noreturn]] void Serve() const {
    for (char byte = 0; read(ends_[1], &byte, 1) == 1;) {
      const bool is_file = byte == static_cast<char>(What::kFile);
      const int flags = (is_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS) | MAP_POPULATE;
      void* const bytes = mmap(nullptr, kSize, PROT_READ | (is_file ? 0 : PROT_WRITE), flags, is_file ? file_ : -1, 0);
      if (bytes == MAP_FAILED || munmap(bytes, kSize) != 0 || write(ends_[1], &byte, 1) != 1) break;
    }
    _exit(1);
  }

  // On a disk: files of a file system in memory count.
  const std::string path_ =
      std::filesystem::read_symlink("/proc/self/exe").string() + "-mapped-" + std::to_string(getpid());
  std::array<int, 2> ends_{-1, -1};
  int file_ = -1;
  pid_t child_ = -1;
};

// Each time is over before there could be a look.
TEST(MemoryWatch, TellsMemoryFromFilesThatWereMappedBetweenTwoLooks) {
  constexpr std::int64_t kLimit = 16 << 20;
  const MappingChild child;
  workers::MemoryWatch watch(child.pid(), kLimit, workers::MemoryWatch::Begun::kForked);
  const std::int64_t before = watch.Peak();
  child.Map(MappingChild::What::kFile);
  const std::int64_t mapped = watch.Peak();
  EXPECT_LE(mapped - before, MappingChild::kSize / 8);
  child.Map(MappingChild::What::kMemory);
  const std::int64_t touched = watch.Peak();
  EXPECT_GE(touched - before, MappingChild::kSize * 15 / 16) << "also beyond the limit";
  EXPECT_LE(touched - before, MappingChild::kSize * 9 / 8);
  child.Map(MappingChild::What::kFile);
  EXPECT_EQ(watch.Peak(), touched);
}

TEST(ProcessesOfAWorker, AreItAndItsDescendants) {
  const SharingChild child;
  EXPECT_EQ(workers::ProcessesOf(child.pid(), 0), std::vector<pid_t>{child.pid()});
  const std::vector<pid_t> all = workers::ProcessesOf(getpid(), 0);
  EXPECT_EQ(all.front(), getpid());
  EXPECT_EQ(std::count(all.begin(), all.end(), child.pid()), 1);
  EXPECT_EQ(workers::KeeperOf(child.pid()), 0) << "its parent is none";
}

}  // namespace
}  // namespace tandem::test
