// Where log records and platform lines go.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/lib/covers.h"
#include "unit/native_runtime.h"

namespace tandem {
namespace {

using test::KeptRecord;
using test::NativeRuntime;

std::string Joined(const std::vector<KeptRecord>& records) {
  std::string text;
  for (const KeptRecord& record : records) text += record.text;
  return text;
}

TEST(Logging, RecordsCarryFunctionRequestAndLevel) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.log_levels");
  InvokeOptions options;
  options.request_id = RequestId("id-3");
  runtime->Invoke(function, Event("{}"), options);
  const auto records = runtime.log.records();
  ASSERT_EQ(records.size(), 9U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(records[i].level, static_cast<LogLevel>(i));
    EXPECT_EQ(records[i].function_name, function.config().name);
    EXPECT_EQ(records[i].request_id, "id-3");
    EXPECT_EQ(records[i].origin, LogOrigin::kFunction);
  }
  EXPECT_EQ(records[7].level, LogLevel::kUnset) << "a level that this host does not know";
  EXPECT_EQ(records[8].function_name, "") << "output of no function";
}

TEST(Logging, PlatformLinesSurroundTheInvocation) {
  NativeRuntime runtime(PlatformLogs::kOn);
  Function& function = runtime.Add("native.greet");
  InvokeOptions options;
  options.request_id = RequestId("id-4");
  runtime->Invoke(function, Event(R"({"first_name": "Ada", "last_name": "L"})"), options);
  const auto records = runtime.log.records();
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].text, "START RequestId: id-4 Version: $LATEST\n") << "L-41";
  EXPECT_EQ(records[1].text, "greeting Ada\n");
  EXPECT_EQ(records[2].text, "END RequestId: id-4\n") << "L-42";
  EXPECT_EQ(records[3].text.rfind("REPORT RequestId: id-4\tDuration: ", 0), 0U) << "L-43";
  EXPECT_NE(records[3].text.find("Init Duration: "), std::string::npos) << "L-43";
  EXPECT_EQ(records[3].text.find("Max Memory Used: 0 MB"), std::string::npos);
  runtime->Invoke(function, Event("{}"));
  EXPECT_EQ(runtime.log.records()[7].text.find("Init Duration"), std::string::npos) << "I-16";
  test::Covers("L-41", "L-42", "L-43");
}

TEST(Logging, AnExitAndATimeoutAreSaid) {
  NativeRuntime runtime(PlatformLogs::kOn);
  InvokeOptions options;
  options.request_id = RequestId("id-5");
  runtime->Invoke(runtime.Add("native.exit"), Event("3"), options);
  EXPECT_NE(Joined(runtime.log.records())
                .find("RequestId: id-5 Error: Runtime exited with error: exit status 3\nRuntime.ExitError\n"),
            std::string::npos)
      << "L-49";
  FunctionConfig config = NativeRuntime::Config("native.poll_cancelled");
  config.timeout = std::chrono::milliseconds(10);
  runtime->Invoke(runtime.Add(config), Event("{}"), options);
  EXPECT_NE(Joined(runtime.log.records()).find(" id-5 Task timed out after 0.01 seconds\n\n"), std::string::npos)
      << "L-48";
  test::Covers("L-48", "L-49");
}

TEST(Logging, TheTailIsTheLast4096BytesOfThisInvocation) {
  NativeRuntime runtime(PlatformLogs::kOn);
  Function& function = runtime.Add("native.greet");
  InvokeOptions options;
  options.log_type = LogType::kTail;
  const InvokeResult small = runtime->Invoke(function, Event(R"({"first_name": "Ada", "last_name": "L"})"), options);
  EXPECT_EQ(small.log_tail.rfind("START RequestId: ", 0), 0U) << "L-51";
  EXPECT_NE(small.log_tail.find("greeting Ada\n"), std::string::npos);
  EXPECT_NE(small.log_tail.find("REPORT RequestId: "), std::string::npos);

  const std::string long_name(5000, 'n');
  const InvokeResult large =
      runtime->Invoke(function, Event(R"({"first_name": ")" + long_name + R"(", "last_name": "L"})"), options);
  EXPECT_EQ(large.log_tail.size(), 4096U) << "L-51";
  EXPECT_EQ(large.log_tail.find("START"), std::string::npos);
  EXPECT_NE(large.log_tail.find("END RequestId: " + std::string(large.request_id.view())), std::string::npos);

  EXPECT_TRUE(runtime->Invoke(function, Event("{}")).log_tail.empty()) << "I-07: None is the default";
  test::Covers("L-51");
}

TEST(Logging, ATailKeepsTheEndOfAllThatIsAppended_L51) {
  std::string tail;
  AppendLogTail(tail, "begin ");
  AppendLogTail(tail, std::string(kLogTailBytes - 3, 'x'));
  EXPECT_EQ(tail, "in " + std::string(kLogTailBytes - 3, 'x'));
  AppendLogTail(tail, std::string(kLogTailBytes, 'y') + "end");
  EXPECT_EQ(tail, std::string(kLogTailBytes - 3, 'y') + "end");
  test::Covers("L-51");
}

TEST(Logging, APlatformLineInATailBeginsALine_L42_L51) {
  std::string tail;
  AppendLogTailLine(tail, "START\n");
  AppendLogTail(tail, "open");
  AppendLogTailLine(tail, "END\n");
  AppendLogTailLine(tail, "REPORT\n");
  EXPECT_EQ(tail, "START\nopen\nEND\nREPORT\n");
  tail.assign(kLogTailBytes, 'x');
  AppendLogTailLine(tail, "END\n");
  EXPECT_EQ(tail, std::string(kLogTailBytes - 5, 'x') + "\nEND\n");
  test::Covers("L-42", "L-51");
}

TEST(Logging, AnOpenLineIsEndedInTheTail_L42_L51) {
  NativeRuntime runtime(PlatformLogs::kOn);
  InvokeOptions options;
  options.request_id = RequestId("id-6");
  options.log_type = LogType::kTail;
  const InvokeResult result = runtime->Invoke(runtime.Add("native.log_open"), Event("{}"), options);
  EXPECT_NE(result.log_tail.find("\nopen\nEND RequestId: id-6\nREPORT RequestId: id-6\t"), std::string::npos)
      << result.log_tail;
  test::Covers("L-42", "L-51");
}

TEST(Logging, AHintIsOneLineInTandemsName) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.hint");
  InvokeOptions options;
  options.request_id = RequestId("id-7");
  options.log_type = LogType::kTail;
  const InvokeResult result = runtime->Invoke(function, Event("add\nthe \x1b[31mjar\r"), options);
  const auto records = runtime.log.records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].origin, LogOrigin::kHint);
  EXPECT_EQ(records[0].text, "tandem: hint: add the  [31mjar \n");
  EXPECT_EQ(records[0].function_name, function.config().name);
  EXPECT_EQ(records[0].request_id, "id-7");
  EXPECT_EQ(result.log_tail, "") << "L-51: the tail is the function's log";
  EXPECT_EQ(result.outcome.error().message, "with hints");
}

TEST(Logging, TheSameHintIsSaidOnceForAFunction_HPy36) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.hint");
  for (int i = 0; i < 3; ++i) runtime->Invoke(function, Event("one|two|one"));
  EXPECT_EQ(Joined(runtime.log.records()), "tandem: hint: one\ntandem: hint: two\n");
  runtime->Invoke(runtime.Add("native.hint"), Event("one"));
  EXPECT_EQ(runtime.log.records().size(), 3U) << "another function has its own";
}

TEST(Logging, HintsOfAFunctionAreNotEndless) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.hint");
  for (int i = 0; i < 100; ++i) runtime->Invoke(function, Event("hint " + std::to_string(i)));
  EXPECT_EQ(runtime.log.records().size(), 16U);
}

TEST(Logging, WithoutASinkNothingBreaks) {
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.platform_logs = PlatformLogs::kOn;
  auto runtime = Runtime::Create(std::move(options));
  auto function = (*runtime)->Add(NativeRuntime::Config("native.log_levels"));
  EXPECT_TRUE((*runtime)->Invoke(**function, Event("{}")).outcome.ok());
}

// A child of fork() has none of its parent's other threads, but the locks that they held at that moment.
TEST(Logging, AForkedChildIsNotHeldUpByThreadsThatItDoesNotHave) {
  NativeRuntime runtime;
  Function& forking = runtime.Add("native.fork_and_log");
  std::atomic<bool> done{false};
  std::thread locking([&] {
    while (!done) runtime->Cancel(forking, "another");
  });
  EXPECT_EQ(runtime->Invoke(forking, Event("100")).outcome.payload().view(), "0");
  done = true;
  locking.join();
}

TEST(Logging, AForkedChildIsNotHeldUpByARecordOfNoFunction) {
  NativeRuntime runtime;
  std::promise<void> writing;
  std::promise<void> written;
  const pid_t process = getpid();
  const std::thread::id forking = std::this_thread::get_id();
  runtime.log.on_write = [&](std::string_view) {
    if (getpid() != process || std::this_thread::get_id() == forking) return;
    writing.set_value();
    written.get_future().wait();
  };
  Function& levels = runtime.Add("native.log_unattributed");
  std::thread other([&] { runtime->Invoke(levels, Event("{}")); });
  writing.get_future().wait();
  EXPECT_EQ(runtime->Invoke(runtime.Add("native.fork_and_log"), Event("1")).outcome.payload().view(), "0");
  written.set_value();
  other.join();
}

}  // namespace
}  // namespace tandem
