// Several threads, cancelling, and what is left when a function has gone: H-JAVA-52, H-JAVA-53.

#include <signal.h>

#include <atomic>
#include <chrono>
#include <clocale>
#include <cstring>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

const OnlyInline kTwins("Threads.TwinsLoadLazilyFromTwoThreadsAtOnce", "two functions meet in one VM");

// Both twins are inside the initialisation of their first lazily loaded class at once, or neither gets past.
TEST(Threads, TwinsLoadLazilyFromTwoThreadsAtOnce) {
  Function& one = JavaRuntime::Add("twin.Handler::meet", "twin-one");
  Function& two = JavaRuntime::Add("twin.Handler::meet", "twin-two");
  std::atomic<int> wrong{0};
  auto run = [&wrong](Function* function, const std::string& name) {
    for (int i = 1; i <= 500; ++i) {
      if (Show(Invoke(*function, R"("x")").outcome) != Ok(R"(")" + name + " " + std::to_string(i) + R"(")")) ++wrong;
    }
  };
  std::thread first(run, &one, "one");
  std::thread second(run, &two, "two");
  first.join();
  second.join();
  EXPECT_EQ(wrong.load(), 0);
  Covers("K-23");
}

// Four invocations write at once, by every way that leads to the log: those of two functions, where these are in one
// process, else of one.
TEST(Threads, EachLogLineBelongsToItsInvocation) {
  constexpr int kRounds = 50;
  const int functions = InProcessIsolation() ? 1 : 2;
  const int at_once = 4 / functions;
  std::mutex mutex;
  std::map<std::string, std::string> ids;  // by the text that the invocation writes
  std::vector<std::thread> threads;
  std::vector<std::string> names;
  for (int f = 0; f < functions; ++f) {
    FunctionConfig config = JavaRuntime::Config("rules.Together::log");
    config.max_concurrency = at_once;
    names.push_back(config.name);
    Function& function = JavaRuntime::Add(config);
    for (int t = 0; t < at_once; ++t) {
      threads.emplace_back([&, name = config.name + " " + std::to_string(t)] {
        for (int i = 0; i < kRounds; ++i) {
          const std::string text = name + " " + std::to_string(i);
          const InvokeResult result = Invoke(function, R"(")" + text + R"(")");
          const std::scoped_lock lock(mutex);
          ids[text] = result.request_id.view();
        }
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(ids.size(), 4u * kRounds);
  for (const std::string& name : names) {
    std::map<std::string, int> lines;
    for (const KeptRecord& record : JavaRuntime::Log().Of(name)) {
      const std::string text = record.text.substr(0, record.text.find('\n'));
      if (text.empty()) continue;
      EXPECT_EQ(record.request_id, ids[text]) << text;
      EXPECT_EQ(text.substr(0, text.find(' ')), name);
      ++lines[text];
    }
    EXPECT_EQ(lines.size(), static_cast<size_t>(at_once * kRounds));
    for (const auto& [text, count] : lines) EXPECT_EQ(count, 4) << text;
  }
}

TEST(Threads, HJAVA52OneInstanceServesSeveralAtOnce) {
  FunctionConfig config = JavaRuntime::Config("rules.Together::meet");
  config.max_concurrency = 4;
  Function& function = JavaRuntime::Add(config);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&function, &wrong, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(t) + " " + std::to_string(i);
        if (Show(Invoke(function, R"(")" + text + R"(")").outcome) != Ok(R"(")" + text + R"( 1")")) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  Covers("H-JAVA-52");
}

// Four invocations of a function read, log and write at once: each by itself.
TEST(Threads, HJAVA52EachReadsLogsAndWritesByItself) {
  FunctionConfig config = JavaRuntime::Config("rules.Together::pass");
  config.max_concurrency = 4;
  Function& function = JavaRuntime::Add(config);
  std::mutex mutex;
  std::map<std::string, std::string> expected;  // the log of each invocation
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 50; ++i) {
        // Of differing lengths, so that what one leaves would show in another.
        std::string text = std::to_string(t) + " " + std::to_string(i);
        text.append(i * static_cast<size_t>(t), 'x');
        const InvokeResult result = Invoke(function, R"({"text":")" + text + R"("})");
        EXPECT_EQ(Show(result.outcome), Ok(R"({"text":")" + text + R"("})"));
        const std::scoped_lock lock(mutex);
        std::string& line = expected[std::string(result.request_id.view())];
        line.append(text).append(", its first half and its second half of ").append(text);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, std::string> logged;
  for (const KeptRecord& record : JavaRuntime::Log().Of(config.name)) {
    if (!record.request_id.empty()) logged[record.request_id] += record.text;
  }
  for (auto& [id, text] : logged) text = text.substr(0, text.find('\n'));
  EXPECT_EQ(logged, expected);
  Covers("H-JAVA-52");
}

// Inline, the first of the calls that cancel may come before the handler runs; what waits for a worker would end by
// that.
TEST(Cancelling, InterruptsTheHandlerAndLeavesNothingBehind) {
  Function& sleeper = JavaRuntime::Add("rules.Failures::sayAndSleep");
  const std::string name = sleeper.config().name;
  InvokeOptions options;
  options.request_id = RequestId("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
  ASSERT_TRUE(JavaRuntime::Get().Prepare(sleeper).ok());
  std::atomic<bool> ended{false};
  std::thread canceller([&] {
    while (InProcessIsolation() && JavaRuntime::Log().TextOf(name).empty()) std::this_thread::yield();
    while (!ended) {
      JavaRuntime::Get().Cancel(sleeper, options.request_id.view());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  const Outcome outcome = Invoke(sleeper, "600000", options).outcome;
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
  Covers("H-JAVA-53");
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

const OnlyInline kNested("Cancel.HJAVA53ANestedInvocationLeavesTheOuterOnesInterrupt",
                         "a handler's thread is the host's, which invokes another function on it");

// A handler is asked to yield while one nested on its thread runs, which hears it; it is for the outer one, too.
TEST(Cancel, HJAVA53ANestedInvocationLeavesTheOuterOnesInterrupt) {
  FunctionConfig config = JavaRuntime::Config("rules.Failures::untilInterrupted");
  config.timeout = std::chrono::milliseconds(500);
  Function& outer = JavaRuntime::Add(config);
  const FunctionConfig nested = JavaRuntime::Config("rules.Failures::untilInterrupted");
  Function& inner = JavaRuntime::Add(nested);
  ASSERT_TRUE(JavaRuntime::Get().Prepare(outer).ok());
  ASSERT_TRUE(JavaRuntime::Get().Prepare(inner).ok());
  KeepingSink& log = JavaRuntime::Log();
  log.on_write = [&inner](std::string_view text) {
    if (text != "the outer one ") return;
    EXPECT_EQ(Show(Invoke(inner, R"("the inner one ")").outcome), Ok(R"("the inner one ")"));
  };
  EXPECT_TRUE(Invoke(outer, R"("the outer one ")").report.timed_out);
  log.on_write = nullptr;
  EXPECT_EQ(log.TextOf(nested.name), "the inner one interrupted");
  EXPECT_EQ(log.TextOf(config.name).substr(0, 25), "the outer one interrupted");
  Covers("H-JAVA-53");
}

const OnlyInline kLeaks("Handlers/Leaks.*", "the classes of a function that is removed go with its process");

// A function's classes go with it, though host threads served it and its code used thread-locals and a JSON library.
class Leaks : public ::testing::TestWithParam<LeakCase> {};

TEST_P(Leaks, ClassesOfARemovedFunctionAreCollected) {
  const LeakCase& row = GetParam();
  Function& watcher = JavaRuntime::Add("rules.Leaks::alive");
  EXPECT_EQ(Show(Invoke(watcher, "1").outcome), Ok("0"));
  InvokeOptions options;
  options.client_context = row.client_context;
  for (int i = 0; i < 3; ++i) {
    const FunctionConfig config = JavaRuntime::Config(row.handler, row.package);
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

const OnlyInline kHostsSignals("Process.KeepsItsSignalHandlersAndLocale", "the VM is not in the host's process");

// Outside the VM's own signals, the process is as it was: nothing of ours runs before main, so the handlers that a
// program without a VM has are the defaults.
TEST(Process, KeepsItsSignalHandlersAndLocale) {
  Invoke(JavaRuntime::Add("example.Hello::myHandler"), "123");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGALRM}) {
    struct sigaction action {};
    ASSERT_EQ(sigaction(signal, nullptr, &action), 0);
    EXPECT_EQ(action.sa_handler, SIG_DFL) << strsignal(signal);
  }
  EXPECT_STREQ(setlocale(LC_ALL, nullptr), "C");
}

}  // namespace
}  // namespace tandem::test
