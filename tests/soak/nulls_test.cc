// NullPointerExceptions that HotSpot makes of SIGSEGV, while Python runs.

#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cstdint>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "both_runtimes.h"

namespace tandem::test {

// C1 alone, so that the method's code stays where it was found. C2 would compile it anew, and may throw what is thrown
// often without a signal and without a stack trace (OmitStackTraceInFastThrow).
const char* const kJvmOptions =
    "-XX:TieredStopAtLevel=1 -XX:CompileCommand=quiet -XX:CompileCommand=dontinline,soak.Nulls::read";

namespace {

constexpr int kNulls = 100'000;
constexpr std::uintptr_t kFirstPage = 4096;

// What the handler below counts, and whom it asks then.
std::atomic<std::uintptr_t> code_begin{0};
std::atomic<std::uintptr_t> code_end{0};
std::atomic<int> faults_in_code{0};
struct sigaction hotspots {};

// Stands before HotSpot's handler, as a chaining library does.
void CountAndPassOn(int signal, siginfo_t* info, void* context) {
  const auto at = static_cast<std::uintptr_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
  const bool is_null = reinterpret_cast<std::uintptr_t>(info->si_addr) < kFirstPage;
  if (is_null && at >= code_begin && at < code_end) ++faults_in_code;
  hotspots.sa_sigaction(signal, info, context);
}

struct sigaction ActionOf(int signal) {
  struct sigaction action {};
  EXPECT_EQ(sigaction(signal, nullptr, &action), 0);
  return action;
}

class Nulls : public ::testing::Test {
 protected:
  void SetUp() override {
    FindCompiledCode();
    hotspots = ActionOf(SIGSEGV);
    ASSERT_NE(hotspots.sa_flags & SA_SIGINFO, 0) << "the VM has no handler for SIGSEGV";
    struct sigaction ours = hotspots;
    ours.sa_sigaction = CountAndPassOn;
    ASSERT_EQ(sigaction(SIGSEGV, &ours, nullptr), 0);
  }
  void TearDown() override { sigaction(SIGSEGV, &hotspots, nullptr); }

  // Runs the method until it is compiled.
  void FindCompiledCode() {
    std::string answer = "ok \"\"";
    while (answer == "ok \"\"") {
      ASSERT_EQ(Number(provoke_, "1000"), 1000);
      answer = Answer(compiled_, "0");
    }
    std::istringstream text(answer.substr(std::string("ok \"").size()));
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    text >> std::hex >> begin >> end;
    ASSERT_TRUE(text && begin < end) << answer;
    code_begin = begin;
    code_end = end;
  }

  Function& provoke_ = BothRuntimes::Add(BothRuntimes::Java("soak.Nulls::provoke"));
  Function& compiled_ = BothRuntimes::Add(BothRuntimes::Java("soak.Nulls::compiled"));
  Function& count_ = BothRuntimes::Add(BothRuntimes::Python("meter.count"));
  Function& signals_ = BothRuntimes::Add(BothRuntimes::Python("meter.signals"));
};

TEST_F(Nulls, InCompiledCodeAreSignalsThatPythonDoesNotNotice) {
  const std::string signals = Answer(signals_, "0");
  EXPECT_EQ(signals, "ok [false, []]");
  std::atomic<bool> ended{false};
  std::atomic<int> counted{0};
  std::atomic<int> wrong{0};
  constexpr int kPythons = 2;
  std::vector<std::thread> pythons;
  pythons.reserve(kPythons);
  for (int t = 0; t < kPythons; ++t) {
    pythons.emplace_back([&] {
      while (!ended) {
        if (Answer(count_, "1000") != "ok 2890") ++wrong;
        ++counted;
      }
    });
  }
  faults_in_code = 0;
  int caught = 0;
  while (caught < kNulls || counted < 100) {
    ASSERT_EQ(Number(provoke_, "1000"), 1000);
    caught += 1000;
  }
  const int faults = faults_in_code;
  ended = true;
  for (std::thread& thread : pythons) thread.join();
  EXPECT_EQ(faults, caught) << "of the exceptions, those that were a signal in the compiled code";
  EXPECT_GE(caught, kNulls);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(Answer(signals_, "0"), signals);
  EXPECT_EQ(ActionOf(SIGSEGV).sa_sigaction, &CountAndPassOn) << "somebody has replaced it";
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) EXPECT_EQ(ActionOf(signal).sa_handler, SIG_DFL) << signal;
}

}  // namespace
}  // namespace tandem::test
