// Several threads, cancelling, and what is left when a function has gone: H-JAVA-52, H-JAVA-53.

#include <signal.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <clocale>
#include <cstring>
#include <thread>

#include "java_runtime.h"

namespace tandem::test {
namespace {

TEST(Threads, TwinsLoadLazilyFromTwoThreadsAtOnce) {
  Function& one = JavaRuntime::Add("twin.Handler::handle", "twin-one");
  Function& two = JavaRuntime::Add("twin.Handler::handle", "twin-two");
  for (Function* function : {&one, &two}) ASSERT_TRUE(JavaRuntime::Get().Prepare(*function).ok());
  std::atomic<int> wrong{0};
  std::barrier both(2);
  auto run = [&wrong, &both](Function* function, const std::string& name) {
    both.arrive_and_wait();
    for (int i = 1; i <= 500; ++i) {
      if (Show(Invoke(*function, R"("x")").outcome) != Ok(R"(")" + name + " " + std::to_string(i) + R"(")")) ++wrong;
    }
  };
  std::thread first(run, &one, "one");
  std::thread second(run, &two, "two");
  first.join();
  second.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(Threads, EachLogLineBelongsToItsInvocation) {
  FunctionConfig configs[] = {JavaRuntime::Config("rules.Logs::streams"), JavaRuntime::Config("rules.Logs::streams")};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (FunctionConfig& config : configs) {
    Function& function = JavaRuntime::Add(config);
    threads.emplace_back([&function, &config] {
      for (int i = 0; i < 200; ++i) Invoke(function, R"(")" + config.name + R"(")");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const FunctionConfig& config : configs) {
    std::string text = JavaRuntime::Log().TextOf(config.name);
    const std::string& other = configs[&config == &configs[0] ? 1 : 0].name;
    EXPECT_EQ(text.find(other + " out"), std::string::npos);
    EXPECT_NE(text.find(config.name + " out"), std::string::npos);
  }
}

TEST(Threads, HJAVA52OneInstanceServesSeveralAtOnce) {
  FunctionConfig config = JavaRuntime::Config("rules.Shapes::both");
  config.max_concurrency = 4;
  Function& function = JavaRuntime::Add(config);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&function, &wrong, t] {
      std::string text = std::to_string(t);
      for (int i = 0; i < 500; ++i) {
        if (Show(Invoke(function, R"(")" + text + R"(")").outcome) != Ok(R"("both )" + text + R"( true")")) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(Cancelling, InterruptsTheHandlerAndLeavesNothingBehind) {
  Function& sleeper = JavaRuntime::Add("rules.Failures::sleep");
  InvokeOptions options;
  options.request_id = RequestId("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
  ASSERT_TRUE(JavaRuntime::Get().Prepare(sleeper).ok());
  std::atomic<bool> ended{false};
  std::thread canceller([&] {
    while (!ended) {
      JavaRuntime::Get().Cancel(sleeper, options.request_id.view());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  Outcome outcome = Invoke(sleeper, "600000", options).outcome;
  ended = true;
  canceller.join();
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
  EXPECT_EQ(outcome.error().type, "java.lang.InterruptedException");
  EXPECT_EQ(Show(Invoke(sleeper, "1").outcome), Ok(R"("slept")"));
}

TEST(Cancelling, C27EndsOneTryAndNotTheNextOfItsId) {
  const FunctionConfig config = JavaRuntime::Config("rules.Failures::sayAndSleep");
  Function& sleeper = JavaRuntime::Add(config);
  InvokeOptions options;
  options.request_id = RequestId("8476a536-e9f4-11e8-9739-2dfe598c3fce");
  std::thread canceller([&] {
    while (JavaRuntime::Log().TextOf(config.name).find("sleeping") == std::string::npos) std::this_thread::yield();
    JavaRuntime::Get().Cancel(sleeper, options.request_id.view());
  });
  const Outcome outcome = Invoke(sleeper, "600000", options).outcome;
  canceller.join();
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
  EXPECT_EQ(outcome.error().type, "java.lang.InterruptedException");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Show(Invoke(sleeper, "1", options).outcome), Ok(R"("slept")"));
}

TEST(Cancelling, HJAVA53TheFlagIsClearedAfterEachInvocation) {
  Function& sets = JavaRuntime::Add("rules.Failures::tryInterrupt");
  Function& asks = JavaRuntime::Add("rules.Failures::interrupted");
  EXPECT_EQ(Show(Invoke(sets, "1").outcome), Ok(R"("interrupted")"));
  EXPECT_EQ(Show(Invoke(asks, "1").outcome), Ok("false"));
}

struct LeakCase {
  const char* handler;
  const char* package;
  const char* event;
  const char* client_context;
};

std::ostream& operator<<(std::ostream& out, const LeakCase& row) {
  return out << row.handler << " " << row.client_context;
}

// A function's classes go with it, though host threads served it and its code used thread-locals and a JSON library.
class Leaks : public ::testing::TestWithParam<LeakCase> {};

TEST_P(Leaks, ClassesOfARemovedFunctionAreCollected) {
  const LeakCase& row = GetParam();
  Function& watcher = JavaRuntime::Add("rules.Leaks::alive");
  EXPECT_EQ(Show(Invoke(watcher, "1").outcome), Ok("0"));
  InvokeOptions options;
  options.client_context = row.client_context;
  for (int i = 0; i < 3; ++i) {
    FunctionConfig config = JavaRuntime::Config(row.handler, row.package);
    Function& function = JavaRuntime::Add(config);
    const Outcome outcome = Invoke(function, row.event, options).outcome;
    EXPECT_TRUE(outcome.ok()) << Show(outcome);
    ASSERT_TRUE(JavaRuntime::Get().Remove(config.name).ok());
  }
  EXPECT_EQ(Show(Invoke(watcher, "1").outcome), Ok("0"));
}

constexpr char kAndroid[] = R"({"env":{"platform":"android"}})";

INSTANTIATE_TEST_SUITE_P(Handlers, Leaks,
                         ::testing::Values(LeakCase{"rules.Leaks::occupy", "rules", R"({"firstName":"Ada"})", ""},
                                           LeakCase{"rules.Leaks::occupy", "rules", R"({"firstName":"Ada"})", kAndroid},
                                           LeakCase{"rules.Leaks::occupyStream", "rules", "x", ""},
                                           LeakCase{"events.Events::occupy", "events", R"({"Records":[]})", ""}));

TEST(Process, PrintsNothingWhileTheVmStarts) {
  EXPECT_EQ(JavaRuntime::StartOutput(), "");
}

TEST(Process, OptionsOfTheEnvironmentCountAndStayVisible) {
  Function& function = JavaRuntime::Add("rules.Process::look");
  EXPECT_EQ(Show(Invoke(function, R"("tandem.test.first")").outcome), Ok(R"("a b")"));
  EXPECT_EQ(Show(Invoke(function, R"("tandem.test.both")").outcome), Ok(R"("last")"));
  EXPECT_EQ(Show(Invoke(function, R"("_JAVA_OPTIONS")").outcome), Ok(R"("-Dtandem.test.both=last")"));
  EXPECT_EQ(Show(Invoke(function, R"("sun.jnu.encoding")").outcome), Ok(R"("UTF-8")"));
}

// What one invocation leaves in its thread's slot does not show in the next one.
TEST(Threads, InvocationsAfterLargeAndFailedOnesAreClean) {
  Function& large = JavaRuntime::Add("rules.Output::large");
  Function& broken = JavaRuntime::Add("rules.Output::broken");
  Function& echo = JavaRuntime::Add("rules.Types::objectEcho");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Show(Invoke(broken, "1").outcome), WriteError());
    EXPECT_EQ(Show(Invoke(echo, R"({"a":[1]})").outcome), Ok(R"({"a":[1]})"));
    EXPECT_EQ(Invoke(large, "100000").outcome.payload().view().size(), 100002u);
    EXPECT_EQ(Show(Invoke(echo, "5").outcome), Ok("5"));
    EXPECT_EQ(Show(Invoke(echo, "6").outcome), Ok("6"));
  }
}

// Outside the VM's own signals, the process is as it was: nothing of ours runs before main, so the handlers that a
// program without a VM has are the defaults.
TEST(Process, KeepsItsSignalHandlersAndLocale) {
  Invoke(JavaRuntime::Add("example.Hello::myHandler"), "123");
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGALRM}) {
    struct sigaction action {};
    ASSERT_EQ(sigaction(signal, nullptr, &action), 0);
    EXPECT_EQ(action.sa_handler, SIG_DFL) << strsignal(signal);
  }
  EXPECT_STREQ(setlocale(LC_ALL, nullptr), "C");
}

}  // namespace
}  // namespace tandem::test
