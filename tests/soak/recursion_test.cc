// Calls without an end and values without a bottom, on large and on small stacks.

#include <pthread.h>

#include <functional>
#include <string>

#include "both_runtimes.h"

namespace tandem::test {

const char* const kJvmOptions = "-Xmx256m";

namespace {

constexpr std::size_t kInitialThread = 0;
constexpr std::size_t kShallow = 100;
constexpr std::size_t kTooDeep = 100'000;
constexpr std::size_t kDepths[] = {kShallow, 300, 900, 3'000, 10'000, kTooDeep};

std::string StackName(const ::testing::TestParamInfo<std::size_t>& tested) {
  return tested.param == kInitialThread ? "OfTheInitialThread" : "Of" + std::to_string(tested.param) + "KiB";
}

// Runs on a thread with a stack of that many KiB; kInitialThread: on this one, which is the process's first.
void RunOn(std::size_t stack_kib, std::function<void()> task) {
  if (stack_kib == kInitialThread) return task();
  pthread_attr_t attributes{};
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, stack_kib * 1024), 0);
  pthread_t thread{};
  const auto run = [](void* arg) -> void* {
    (*static_cast<std::function<void()>*>(arg))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &task), 0);
  pthread_attr_destroy(&attributes);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
}

void OverflowsJava(int times) {
  Function& recurse = BothRuntimes::Add(BothRuntimes::Java("soak.Deep::recurse"));
  Function& next = BothRuntimes::Add(BothRuntimes::Java("soak.Deep::next"));
  for (int i = 0; i < times; ++i) {
    const Outcome outcome = Invoke(recurse, "0").outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
    EXPECT_EQ(outcome.error().type, "java.lang.StackOverflowError");
    EXPECT_EQ(outcome.error().message, "java.lang.StackOverflowError");
    EXPECT_EQ(outcome.disposition(), Disposition::kRecycle);
    EXPECT_GT(outcome.error().stack_trace.size(), 100u);
    EXPECT_LE(outcome.error().stack_trace.size(), 1024u);
    EXPECT_EQ(Answer(next, "1"), "ok 2");
  }
}

std::string Nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

// What a deep value may come to: itself, or the language's error.
void ExpectNested(Function& in, Function& out, std::size_t depth, const std::string& in_error,
                  const std::string& out_error) {
  const bool too_deep = depth == kTooDeep;
  const std::string read = Answer(in, Nested(depth));
  const std::string written = Answer(out, std::to_string(depth));
  const std::string number = "ok " + std::to_string(depth);
  const std::string text = "ok " + Nested(depth);
  EXPECT_TRUE(read == in_error || (!too_deep && read == number)) << depth << ": " << read.substr(0, 100);
  EXPECT_TRUE(written == out_error || (!too_deep && written == text)) << depth << ": " << written.substr(0, 100);
}

class JavaStacks : public ::testing::TestWithParam<std::size_t> {};

TEST_P(JavaStacks, RecursionIsAnErrorAndTheVmServesOn_E25_E26) {
  RunOn(GetParam(), [] { OverflowsJava(5); });
}

TEST_P(JavaStacks, DeepValuesAreErrorsAndTheVmServesOn) {
  Function& in = BothRuntimes::Add(BothRuntimes::Java("soak.Deep::depth"));
  Function& out = BothRuntimes::Add(BothRuntimes::Java("soak.Deep::nest"));
  RunOn(GetParam(), [&] {
    for (const std::size_t depth : kDepths) {
      ExpectNested(in, out, depth, "error java.lang.RuntimeException", "error java.lang.RuntimeException");
      ExpectNested(in, out, kShallow, "", "");
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Recursion, JavaStacks, ::testing::Values(kInitialThread, 256, 1024, 8192), StackName);

class PythonStacks : public ::testing::TestWithParam<std::size_t> {};

TEST_P(PythonStacks, RecursionIsAnErrorAndTheInterpreterServesOn_E10_E25) {
  Function& recurse = BothRuntimes::Add(BothRuntimes::Python("deep.recurse"));
  Function& through_c = BothRuntimes::Add(BothRuntimes::Python("deep.recurse_through_c"));
  Function& next = BothRuntimes::Add(BothRuntimes::Python("deep.after"));
  RunOn(GetParam(), [&] {
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(Answer(recurse, "0"), "error RecursionError");
      EXPECT_EQ(Answer(through_c, "0"), "error RecursionError");
      EXPECT_EQ(Answer(next, "1"), "ok 2");
    }
  });
}

TEST_P(PythonStacks, DeepValuesAreErrorsAndTheInterpreterServesOn_J25_J45) {
  Function& in = BothRuntimes::Add(BothRuntimes::Python("deep.depth"));
  Function& out = BothRuntimes::Add(BothRuntimes::Python("deep.nest"));
  RunOn(GetParam(), [&] {
    for (const std::size_t depth : kDepths) {
      ExpectNested(in, out, depth, "error Runtime.UnmarshalError", "error Runtime.MarshalError");
      ExpectNested(in, out, kShallow, "", "");
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Recursion, PythonStacks, ::testing::Values(kInitialThread, 1024, 8192), StackName);

// Both languages on one thread, in turns.
TEST(Recursion, OfBothOnOneThread) {
  Function& recurse = BothRuntimes::Add(BothRuntimes::Python("deep.recurse"));
  RunOn(8192, [&] {
    for (int i = 0; i < 3; ++i) {
      OverflowsJava(1);
      EXPECT_EQ(Answer(recurse, "0"), "error RecursionError");
    }
  });
}

}  // namespace
}  // namespace tandem::test
