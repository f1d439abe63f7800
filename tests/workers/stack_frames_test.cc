// Stack traces of very many frames: of a worker gone mad, which cost the host little, and of an error that has them.
#include "proto/stack_frames.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "tests/workers/processes.h"
#include "worker_runtime.h"

namespace tandem::test {
namespace {

using proto::kMostStackFrames;

// What a byte takes: ThreadSanitizer has memory of its own for it.
#ifdef TANDEM_TEST_SANITIZED
constexpr std::size_t kTakenByOne = 4;
#else
constexpr std::size_t kTakenByOne = 1;
#endif

std::size_t PeakMiB() {
  return std::stoul(StatusField(getpid(), "VmHWM")) >> 10U;
}

// The peak is what there is now, from here on.
void ForgetPeak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

class FramesOfAWorkerGoneMad : public testing::TestWithParam<const char*> {};

TEST_P(FramesOfAWorkerGoneMad, CostTheHostLittle) {
  constexpr std::size_t kMiB = 32;
  WorkerRuntime runtime;
  Function& function = runtime.Add("mixed");
  EXPECT_EQ(runtime.Call(function, "echo on"), "on");
  ForgetPeak();
  const std::size_t before = PeakMiB();
  const InvokeResult result =
      runtime.Invoke(function, std::string("send_frames ") + GetParam() + " " + std::to_string(kMiB));
  ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFault) << Text(result.outcome);
  EXPECT_NE(result.outcome.fault().message().find("it sent a stack trace of too many frames"), std::string::npos)
      << result.outcome.fault().message();
  EXPECT_LT(PeakMiB(), before + 4 * kTakenByOne * kMiB) << "in MiB; it was " << before;
  EXPECT_EQ(runtime.Call(function, "echo on"), "on") << "of another worker";
}

INSTANTIATE_TEST_SUITE_P(StackFrames, FramesOfAWorkerGoneMad, testing::Values("opened", "done"));

TEST(StackFrames, OfAnErrorComeButTheMiddleOfTooMany) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("fail_deep");
  const InvokeResult most = runtime.Invoke(function, std::to_string(kMostStackFrames));
  ASSERT_EQ(most.outcome.kind(), Outcome::Kind::kFunctionError);
  ASSERT_EQ(most.outcome.error().stack_trace.size(), kMostStackFrames);
  EXPECT_EQ(most.outcome.error().stack_trace.back(), std::to_string(kMostStackFrames - 1));

  constexpr std::size_t kTooMany = 1'000'000;
  const InvokeResult more = runtime.Invoke(function, std::to_string(kTooMany));
  ASSERT_EQ(more.outcome.kind(), Outcome::Kind::kFunctionError);
  const std::vector<std::string>& frames = more.outcome.error().stack_trace;
  ASSERT_EQ(frames.size(), kMostStackFrames);
  EXPECT_EQ(frames.front(), "0");
  EXPECT_EQ(frames[kMostStackFrames / 2 - 1], std::to_string(kMostStackFrames / 2 - 1));
  EXPECT_EQ(frames[kMostStackFrames / 2],
            "... " + std::to_string(kTooMany - kMostStackFrames + 1) + " frames left out");
  EXPECT_EQ(frames[kMostStackFrames / 2 + 1], std::to_string(kTooMany - kMostStackFrames / 2 + 1));
  EXPECT_EQ(frames.back(), std::to_string(kTooMany - 1));
  EXPECT_NE(Text(more.outcome).find("\"500000\""), std::string::npos) << "the body is as the function gave it";
}

}  // namespace
}  // namespace tandem::test
