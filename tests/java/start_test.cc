// How the VM starts and how its start fails, each in a process of its own.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "child_process.h"

namespace tandem::test {
namespace {

constexpr char kHandler[] = "rules.Process::look";

TEST(FailedStart, LeavesTheLocaleAsItWas) {
  const ChildResult result = InChild([] {
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("JAVA_TOOL_OPTIONS", "--add-modules=no.such", 1);
    const std::string message = PrepareRule(MakeRuntime().get(), kHandler);
    return message.substr(0, message.find(':')) + " " + setlocale(LC_ALL, nullptr);
  });
  EXPECT_EQ(result.answer, "the JVM could not start C");
}

std::string PrepareWith(const std::string& options) {
  setenv("JAVA_TOOL_OPTIONS", options.c_str(), 1);
  return PrepareRule(MakeRuntime().get(), kHandler);
}

// Limits what a JVM may commit, so that a heap beyond that fails on any machine.
void LimitMemory() {
  const rlimit limit{1u << 30, 1u << 30};
  ASSERT_EQ(setrlimit(RLIMIT_DATA, &limit), 0);
}

constexpr char kTooLarge[] = "-Xms8g -Xmx8g";

struct FailureCase {
  const char* options;
  const char* reason;
};

std::ostream& operator<<(std::ostream& out, const FailureCase& row) {
  return out << row.options;
}

class FailedStartReason : public testing::TestWithParam<FailureCase> {};

// The reason is in the message, and nowhere else.
TEST_P(FailedStartReason, IsAllThatIsSaid) {
  const ChildResult result = InChild([] {
    LimitMemory();
    return PrepareWith(GetParam().options);
  });
  EXPECT_EQ(result.answer.rfind(std::string("the JVM could not start: ") + GetParam().reason, 0), 0u) << result.answer;
  EXPECT_EQ(result.answer.find('\n'), std::string::npos) << result.answer;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(result.files.empty()) << result.files[0];
}

INSTANTIATE_TEST_SUITE_P(
    Options, FailedStartReason,
    testing::Values(FailureCase{"-XX:+NoSuch", "Unrecognized VM option 'NoSuch'"},
                    FailureCase{"-Xmx1", "Too small maximum heap"},
                    FailureCase{kTooLarge,
                                "There is insufficient memory for the Java Runtime Environment to continue; "
                                "Native memory allocation (mmap) failed to map"},
                    FailureCase{"-XX:Flags=/no/such", "Could not open settings file /no/such"},
                    FailureCase{"-javaagent:/no/such.jar", "agent library failed"},
                    FailureCase{"--add-modules=no.such", "Error occurred during initialization of boot layer; "}));

TEST(FailedStart, KeepsAReportThatTheUserAsksFor) {
  const ChildResult result = InChild([] {
    LimitMemory();
    return PrepareWith(std::string(kTooLarge) + " -XX:ErrorFile=report.log");
  });
  EXPECT_EQ(result.files, std::vector<std::string>{"report.log"}) << result.answer;
}

TEST(FailedStart, IsRememberedByTheProcess) {
  for (const char* options : {"-XX:+NoSuch", "-Xmx1"}) {
    const ChildResult result = InChild([options] {
      const std::string first = PrepareWith(options);
      return first + "\n" + PrepareWith("-Dfine=1");
    });
    const size_t end = result.answer.find('\n');
    EXPECT_EQ(result.answer.substr(end + 1),
              "this process can start no JVM any more, run the function in a new one; the first start failed: " +
                  result.answer.substr(0, end));
    EXPECT_EQ(result.out + result.err, "");
  }
}

class BrokenJdk : public testing::TestWithParam<const char*> {};

TEST_P(BrokenJdk, IsRefusedBeforeItEndsTheProcess) {
  const std::string part = GetParam();
  const TemporaryFolder folder;
  const std::string home = CopyOfJdk(folder.path());
  std::filesystem::remove(home + "/" + part);
  const ChildResult result = InChild([&] {
    setenv("TANDEM_TEST_JAVA_HOME", home.c_str(), 1);
    try {
      return PrepareWith("");
    } catch (const std::exception& refused) {
      return std::string(refused.what());
    }
  });
  EXPECT_NE(result.answer.find("it is not complete: " + part + " cannot be read; install this JDK again"),
            std::string::npos)
      << result.answer;
  EXPECT_EQ(result.out + result.err, "");
}

INSTANTIATE_TEST_SUITE_P(Parts, BrokenJdk, testing::Values("lib/modules", "lib/libjimage.so"));

TEST(FailedStart, NamesACrash) {
  const TemporaryFolder folder;
  const std::string home = CopyOfJdk(folder.path());
  std::filesystem::remove(home + "/lib/modules");
  std::ofstream(home + "/lib/modules") << "no modules";
  const ChildResult result = InChild([&] {
    setenv("TANDEM_TEST_JAVA_HOME", home.c_str(), 1);
    return PrepareWith("");
  });
  EXPECT_EQ(result.answer.rfind("the JVM could not start: ", 0), 0u) << result.answer;
  EXPECT_EQ(result.answer.find("no reason"), std::string::npos) << result.answer;
  EXPECT_EQ(result.out + result.err, "");
  EXPECT_TRUE(result.files.empty()) << result.files[0];
}

// What other threads and their children write while the VM starts reaches the descriptors, whether it starts or not.
class WritingMeanwhile : public testing::TestWithParam<const char*> {};

TEST_P(WritingMeanwhile, LosesNothing) {
  const std::string fails = GetParam();
  const ChildResult result = InChild([&fails] {
    int started[2];
    EXPECT_EQ(pipe(started), 0);
    const std::string ends = std::to_string(started[0]) + " " + std::to_string(started[1]);
    const std::string said = PrepareWith("'-agentpath:" TANDEM_TEST_AGENT "=" + fails + ends + "'");
    close(started[1]);
    int status = -1;
    wait(&status);
    while (ReadFile("../out").find("the child") == std::string::npos) std::this_thread::yield();
    return said + " " + std::to_string(status);
  });
  EXPECT_EQ(result.answer.substr(result.answer.rfind(' ')), " 0");
  EXPECT_EQ(result.answer.rfind(fails.empty() ? "ok" : "the JVM could not start: agent library failed", 0), 0u)
      << result.answer;
  std::string out;
  std::string err;
  for (int i = 0; i < 5000; ++i) (i % 2 == 0 ? out : err) += "line " + std::to_string(i) + "\n";
  EXPECT_TRUE(result.out == out + "no newline, then the child") << result.out.size() << " of " << out.size();
  EXPECT_TRUE(result.err == err) << result.err.size() << " of " << err.size();
}

INSTANTIATE_TEST_SUITE_P(Starts, WritingMeanwhile, testing::Values("", "fail "));

// What HotSpot says of a start that succeeds reaches the log as its own.
TEST(Start, PassesOnWhatHotSpotSays) {
  const ChildResult result = InChild([] { return PrepareWith("-Xlog:safepoint -XX:+PrintFlagsFinal"); });
  EXPECT_EQ(result.answer, "ok");
  EXPECT_NE(result.out.find("ReservedCodeCacheSize"), std::string::npos);
}

std::vector<const char*> Environment() {
  std::vector<const char*> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.push_back(*entry);
  return entries;
}

// HotSpot would announce the options. Others may read the environment meanwhile, so nothing is moved or freed there.
TEST(Start, HidesItsOptionsAndMovesNothingInTheEnvironment) {
  const ChildResult result = InChild([] {
    setenv("JAVA_TOOL_OPTIONS", "-Dfine=1", 1);
    setenv("TANDEM_TEST_LAST", "after the options", 1);
    char** const array = environ;
    const std::vector<const char*> before = Environment();
    const std::string said = PrepareRule(MakeRuntime().get(), kHandler);
    return said + (environ == array && Environment() == before ? ", as it was" : ", changed");
  });
  EXPECT_EQ(result.answer, "ok, as it was");
  EXPECT_EQ(result.out + result.err, "");
}

TEST(FullHeap, E25IsAnErrorOfInit) {
  const ChildResult result = InChild([] {
    setenv("JAVA_TOOL_OPTIONS", "-Xmx32m", 1);
    const std::unique_ptr<Runtime> runtime = MakeRuntime();
    const Outcome outcome = runtime->Prepare(AddRule(runtime.get(), "rules.FatalInit::handle"));
    const bool failed = outcome.kind() == Outcome::Kind::kFunctionError;
    return failed ? outcome.error().type + " " + PrepareRule(runtime.get(), kHandler) : "no function error";
  });
  EXPECT_EQ(result.answer, "java.lang.OutOfMemoryError ok");
}

// E-25 where the handler leaves nothing of the heap: the error is told, and what the function held is freed.
TEST(FullHeap, E25IsAnErrorAndStaticsStartAnew) {
  const ChildResult result = InChild([] {
    setenv("JAVA_TOOL_OPTIONS", "-Xmx32m", 1);
    const std::unique_ptr<Runtime> runtime = MakeRuntime();
    Function& function = AddRule(runtime.get(), "rules.Fatal::handle");
    std::string said;
    for (const char* event : {"count", "count", "exhaust", "count", "count", "exhaust", "count"}) {
      const std::string text = '"' + std::string(event) + '"';
      const Outcome outcome = runtime->Invoke(function, Event(std::string_view(text))).outcome;
      if (outcome.kind() == Outcome::Kind::kFault) {
        said += std::string(outcome.fault().message());
      } else if (outcome.kind() == Outcome::Kind::kFunctionError) {
        said += outcome.error().type + (outcome.disposition() == Disposition::kRecycle ? ", recycled" : ", kept");
      } else {
        said += outcome.payload().view();
      }
      said += '\n';
    }
    return said;
  });
  const std::string once = "1\n2\njava.lang.OutOfMemoryError, recycled\n";
  EXPECT_EQ(result.answer, once + once + "1\n");
}

}  // namespace
}  // namespace tandem::test
