// What handlers of both languages do to their process: one failed invocation at most, and nothing is left.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <thread>
#include <tuple>

#include "both_languages.h"
#include "faults/native_faults.h"
#include "mixture.h"
#include "tests/lib/covers.h"
#include "tests/workers/open_files.h"
#include "tests/workers/processes.h"

namespace tandem::test {
namespace {

using enum NativeFault;

std::string Native(NativeFault fault) {
  return "native " + std::to_string(static_cast<int>(fault));
}

// What becomes of the process.
enum class Process { kGoesOn, kIsReplaced };

struct Fault {
  std::string name;
  std::string event;
  std::string java;    // the outcome's text, "ID" for the request id; empty: not in this language
  std::string python;  // the same
  Process process = Process::kIsReplaced;
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

// A row for what ends the process in the same way in both languages.
Fault Ends(const std::string& name, const std::string& event, const std::string& how) {
  return {.name = name, .event = event, .java = ExitText(how), .python = ExitText(how)};
}

Fault GoesOn(const std::string& name, const std::string& event, const std::string& answer) {
  const std::string text = '"' + answer + '"';
  return {.name = name, .event = event, .java = text, .python = text, .process = Process::kGoesOn};
}

const std::vector<Fault>& AllFaults() {
  static const std::string kSegmentation = "signal: segmentation fault (core dumped)";
  static const std::string kAborted = "signal: aborted (core dumped)";
  static const std::vector<Fault> kAll = {
      Ends("Exit_E40_E43_E44", "exit 3", "exit status 3"),
      Ends("ExitWithoutReason_E41", "exit 0", ""),
      Ends("ExitNow_E40_E43_E44", "exit-now 4", "exit status 4"),
      Ends("Abort_E42", Native(kAbort), kAborted),
      // A JVM reports it and aborts.
      {.name = "Segfault_E42",
       .event = Native(NativeFault::kSegfault),
       .java = ExitText(kAborted),
       .python = ExitText(kSegmentation)},
      Ends("Kill_E42", Native(kKill), "signal: killed"),
      Ends("CloseAllDescriptors_E40", Native(kCloseAll), "exit status 1"),
      Ends("CloseDescriptorsAndStay_E42", Native(kCloseAndStay), "signal: killed"),
      Ends("BecomeAnotherProgram_E40", Native(kBecomeAnother), "exit status 6"),
      {.name = "BecomeAnotherProgramInPython_E40",
       .event = "become exit 7",
       .java = "",
       .python = ExitText("exit status 7")},
      {.name = "CloseDescriptorsInPython_E42",
       .event = "close-and-sleep",
       .java = "",
       .python = ExitText("signal: killed")},
      {.name = "OutOfMemory_E46", .event = Native(kHoard), .java = OutOfMemoryText(), .python = OutOfMemoryText()},
      GoesOn("Fork", Native(kFork), "0"),
      GoesOn("ForkTwice", Native(kForkTwice), "0"),
      GoesOn("ForkAndReturn", Native(kForkAndReturn), "0"),
      GoesOn("ForkByCallAndReturn", Native(kForkByCallAndReturn), "0"),
      GoesOn("ChangeDirectory", Native(kChangeDirectory), "0"),
      GoesOn("ClearEnvironment", Native(kClearEnvironment), "0"),
      {.name = "ClearEnvironmentInPython",
       .event = "clear",
       .java = "",
       .python = "\"cleared\"",
       .process = Process::kGoesOn},
      GoesOn("MaskSignals", Native(kMaskSignals), "0"),
      GoesOn("Flood", Native(kFlood), "0"),
      GoesOn("FloodByTheLanguage", "print 5000", "printed"),
      GoesOn("ThreadThatStays_E50", "thread", "started"),
      {.name = "AnswerAfterTheDeadline_E38",
       .event = "sleep 2500",
       .java = TimeoutText("2.00"),
       .python = TimeoutText("2.00")},
      {.name = "MaskSignalsAndStay_E38",
       .event = Native(kMaskSignalsAndStay),
       .java = TimeoutText("2.00"),
       .python = TimeoutText("2.00")},
  };
  return kAll;
}

// The Runtime of all of them, each function's first invocation being its worker's.
class FaultTest : public testing::TestWithParam<std::tuple<Language, Fault>> {
 protected:
  static void SetUpTestSuite() { shared_ = new BothLanguages; }
  static void TearDownTestSuite() {
    const std::string tag = shared_->tag();
    delete shared_;
    const std::vector<pid_t> left = WithTag(tag);
    EXPECT_TRUE(left.empty()) << Describe(left);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TANDEM_TEST_FAULTS)) {
      const std::string name = entry.path().filename();
      EXPECT_FALSE(name.starts_with("hs_err") || name.starts_with("replay") || name.starts_with("core"))
          << entry.path() << " is left";
    }
  }
  static BothLanguages& Shared() { return *shared_; }

 private:
  static inline BothLanguages* shared_ = nullptr;
};

TEST_P(FaultTest, CostsOneInvocationAtMost_E47_E48) {
  const auto& [language, fault] = GetParam();
  BothLanguages& shared = Shared();
  Function& witness = shared.Add(shared.Config(language));
  EXPECT_EQ(shared.Call(witness, "count"), "1");
  const std::vector<pid_t> processes_before = WithTag(shared.tag());
  const std::size_t files_before = OpenFiles();

  FunctionConfig config = shared.Config(language);
  if (fault.name.ends_with("E38")) config.timeout = std::chrono::seconds(2);
  Function& function = shared.Add(config);
  EXPECT_EQ(shared.Call(function, "count"), "1");
  const InvokeResult result = shared.Invoke(function, fault.event);
  std::string expected = language == Language::kJava ? fault.java : fault.python;
  if (const std::size_t at = expected.find("ID"); at != std::string::npos) {
    expected.replace(at, 2, result.request_id.view());
  }
  EXPECT_EQ(Become(result.outcome), expected);
  if (fault.process == Process::kIsReplaced) {
    EXPECT_EQ(Describe(WithTag(shared.tag())), Describe(processes_before));
    WaitForOpenFiles(files_before);
  }
  EXPECT_EQ(shared.Call(function, "count"), fault.process == Process::kGoesOn ? "2" : "1");
  EXPECT_EQ(shared.Call(function, "echo again"), "again");

  EXPECT_TRUE(shared->Remove(config.name).ok());
  EXPECT_EQ(Describe(WithTag(shared.tag())), Describe(processes_before));
  WaitForOpenFiles(files_before);
  EXPECT_EQ(shared.Call(witness, "count"), "2") << "a worker that was none of its business";
  EXPECT_TRUE(shared->Remove(witness.config().name).ok());
  if (fault.process == Process::kIsReplaced) Covers("E-47");
}

std::vector<std::tuple<Language, Fault>> Cases() {
  std::vector<std::tuple<Language, Fault>> cases;
  for (const Language language : {Language::kJava, Language::kPython}) {
    for (const Fault& fault : AllFaults()) {
      if (!(language == Language::kJava ? fault.java : fault.python).empty()) cases.emplace_back(language, fault);
    }
  }
  return cases;
}

class Exhausted : public testing::TestWithParam<Language> {};

// What is too long for a datagram travels as an open file.
TEST_P(Exhausted, ItHasNoOpenFileLeftAndAnswersStill) {
  BothLanguages both;
  Function& function = both.Add(both.Config(GetParam()));
  const std::string use_up = "native-and-say " + std::to_string(static_cast<int>(kUseUpFiles)) + " ";
  const std::string large(200'000, 'x');
  const std::string process = both.Call(function, "count");
  for (int i = 0; i < 3; ++i) {
    const std::string answer = both.Call(function, use_up + large);
    EXPECT_TRUE(answer == large) << answer.substr(0, 300);
  }
  EXPECT_EQ(both.Call(function, "count"), std::to_string(std::stoi(process) + 1)) << "the same process";
}

INSTANTIATE_TEST_SUITE_P(Languages, Exhausted, testing::Values(Language::kJava, Language::kPython),
                         [](const auto& tested) { return NameOf(tested.param); });

INSTANTIATE_TEST_SUITE_P(All, FaultTest, testing::ValuesIn(Cases()), [](const auto& tested) {
  return NameOf(std::get<0>(tested.param)) + "_" + std::get<1>(tested.param).name;
});

TEST(Flood, IsAllInTheLog) {
  for (const Language language : {Language::kJava, Language::kPython}) {
    BothLanguages both;
    EXPECT_EQ(both.Call(both.Add(both.Config(language)), Native(kFlood)), "0");
    std::size_t count = 0;
    for (const KeptRecord& record : both.log.records()) {
      if (record.origin != LogOrigin::kFunction) continue;
      count += static_cast<std::size_t>(std::count(record.text.begin(), record.text.end(), 'x'));
    }
    EXPECT_EQ(count, (1U << 20U) / 64 * 63) << NameOf(language);
  }
}

}  // namespace
}  // namespace tandem::test
