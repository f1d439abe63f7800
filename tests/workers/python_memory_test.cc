// Max Memory Used of workers that are forked from a zygote, beside those that are executed (L-43).
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/workers/python_workers.h"

namespace tandem::test {
namespace {

constexpr std::int64_t kKb = 1 << 10;
constexpr std::int64_t kMb = 1 << 20;

class PythonMemory : public testing::TestWithParam<ZygoteUse> {
 protected:
  // What an invocation reports.
  std::int64_t Used(Function& function, const std::string& event = "0") {
    const InvokeResult result = workers_.Invoke(function, event);
    answer_ = result.outcome.payload().view();
    return result.report.max_memory_used_bytes;
  }
  static bool forked() { return GetParam() == ZygoteUse::kAlways; }

  PythonWorkers workers_{GetParam()};
  std::string answer_;
};

TEST_P(PythonMemory, LeavesOutWhatIsSharedWithOthers_L43) {
  Function& function = *workers_.Add("memory.figures");
  std::int64_t used = 0;
  std::int64_t peak = 0;
  std::int64_t shared = 0;
  std::int64_t own = 0;
  for (int i = 0; i < 3; ++i) {
    used = Used(function);
    std::istringstream kb(answer_);
    char between = ' ';
    kb >> between >> peak >> between >> shared >> between >> own;
    ASSERT_TRUE(kb.good()) << answer_;
  }
  EXPECT_GE(used, (own - 512) * kKb);
  EXPECT_LE(used, (peak - shared) * kKb + kMb);
  EXPECT_EQ(shared > 1024, forked()) << shared;
  EXPECT_LT(used, 12 * kMb) << "neither do the pages of libraries count";
}

TEST_P(PythonMemory, RisesByWhatAHandlerTouchesAndGivesBack_L43) {
  Function& function = *workers_.Add("memory.touch");
  Used(function);
  const std::int64_t before = Used(function);
  const std::int64_t after = Used(function, "100");
  EXPECT_EQ(answer_, "100");
  EXPECT_GE(after - before, 98 * kMb);
  EXPECT_LE(after - before, 106 * kMb);
  EXPECT_EQ(Used(function), after) << "it is a peak";
}

// A file of 200 MB that takes no room, beside this program, as /tmp may be the environment's own.
class LargeFile {
 public:
  LargeFile() {
    const std::ofstream made(path_);
    std::filesystem::resize_file(path_, 200 * kMb);
  }
  ~LargeFile() { std::filesystem::remove(path_); }
  LargeFile(const LargeFile&) = delete;
  LargeFile& operator=(const LargeFile&) = delete;

  std::string event() const { return '"' + path_ + '"'; }

 private:
  const std::string path_ =
      std::filesystem::read_symlink("/proc/self/exe").string() + "-large-" + std::to_string(getpid());
};

TEST_P(PythonMemory, LeavesOutAFileThatAHandlerMaps_L43) {
  const LargeFile file;
  Function& function = *workers_.Add("memory.map_or_touch");
  Used(function);
  const std::int64_t before = Used(function);
  const std::int64_t mapped = Used(function, file.event());
  EXPECT_EQ(answer_, "true");
  EXPECT_LE(mapped - before, 20 * kMb);
  const std::int64_t touched = Used(function, "100");
  EXPECT_GE(touched - before, 98 * kMb) << "the kernel's peak was the file's";
  EXPECT_LE(touched - before, 120 * kMb);

  const std::int64_t plain = Used(*workers_.Add("memory.touch"));
  const std::int64_t ended = Used(*workers_.Add("memory.read_mapped_and_end"), file.event());
  EXPECT_NE(answer_.find("signal: killed"), std::string::npos) << answer_;
  EXPECT_LE(ended - plain, 20 * kMb);
}

TEST_P(PythonMemory, IsKnownOfAProcessThatHasEnded_L43) {
  const std::int64_t plain = Used(*workers_.Add("memory.touch"));
  const std::int64_t at_once = Used(*workers_.Add("memory.end"));
  EXPECT_GE(at_once, plain - 3 * kMb) << "what it has written of the shared pages is not known";
  EXPECT_LE(at_once, plain + kMb);
  const std::int64_t used = Used(*workers_.Add("memory.touch_and_end"), "100");
  EXPECT_NE(answer_.find("signal: killed"), std::string::npos) << answer_;
  EXPECT_GE(used, 98 * kMb);
  EXPECT_LE(used, plain + 106 * kMb);
}

TEST_P(PythonMemory, HasAllProcessesInIt_L43) {
  Function& function = *workers_.Add("memory.touch_in_child");
  Used(function);
  const std::int64_t before = Used(function);
  const std::int64_t after = Used(function, "100");
  EXPECT_EQ(answer_, "100");
  EXPECT_GE(after - before, 98 * kMb);
  EXPECT_LE(after - before, 110 * kMb);
}

TEST_P(PythonMemory, HasOnceWhatAProcessSharesUntilItIsExecuted_L43) {
  Function& function = *workers_.Add("memory.start_while_touched");
  const std::int64_t before = Used(function);
  const std::int64_t after = Used(function, "70");
  EXPECT_EQ(answer_, "70");
  EXPECT_LE(after - before, 80 * kMb);
}

INSTANTIATE_TEST_SUITE_P(Zygotes, PythonMemory, testing::Values(ZygoteUse::kOff, ZygoteUse::kAlways),
                         [](const auto& tested) { return tested.param == ZygoteUse::kOff ? "Executed" : "Forked"; });

}  // namespace
}  // namespace tandem::test
