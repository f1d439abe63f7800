// The ends of processes, keepers, supervisors and hosts: nobody is left, and the others go on.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/workers/processes.h"
#include "tests/workers/raw_frame.h"
#include "tests/workers/supervisor_fixture.h"
#include "workers/channel.h"
#include "workers/detached_process.h"
#include "workers/supervisor.h"

namespace tandem::workers {
namespace {

class SupervisorEndsTest : public SupervisorTest {
 protected:
  // A process with children that are hard to end, all of them there. With a status it ends by itself.
  std::shared_ptr<Process> StartFamily(const std::string& status = "") {
    Output output;
    Input input;
    auto process = MustStart("family", status, output, &input);
    EXPECT_EQ(output.Read(kFamily), std::string(kFamily, 'r'));
    input.Say();
    return process;
  }
  // One that is not to notice what happens to others.
  std::shared_ptr<Process> StartWitness() {
    Output output;
    auto process = MustStart("stay", "", output);
    EXPECT_EQ(output.Read(1), "r");
    return process;
  }
};

TEST_P(SupervisorEndsTest, AProcessThatLeavesChildren) {
  const auto process = StartFamily("7");
  EXPECT_EQ(process->Wait().status, 7);
  ExpectNoChildLeft();
}

TEST_P(SupervisorEndsTest, AProcessThatIsKilledWithItsChildren) {
  const auto witness = StartWitness();
  const auto process = StartFamily();
  EXPECT_EQ(test::WithArgument(tag_).size(), kFamily + 2);
  process->Kill();
  EXPECT_EQ(process->Wait().status, -SIGKILL);
  EXPECT_EQ(test::WithArgument(tag_), std::vector<pid_t>{witness->pid()});
  EXPECT_FALSE(witness->ended());
}

TEST_P(SupervisorEndsTest, ChildrenThatRunAway) {
  Output output;
  const auto process = MustStart("chains", "", output);
  EXPECT_EQ(output.Read(1), "r");
  process->Kill();
  EXPECT_EQ(process->Wait().status, -SIGKILL);
  ExpectNoChildLeft();
}

// The program's own end comes while its children are killed, too.
TEST_P(SupervisorEndsTest, TheSupervisorsOwnerEndsIt) {
  const auto one = StartFamily();
  const auto other = StartWitness();
  End();
  EXPECT_EQ(one->Wait().status, -SIGKILL);
  EXPECT_EQ(other->Wait().status, -SIGKILL);
  const std::vector<pid_t> left = test::WithTag(tag_);
  EXPECT_TRUE(left.empty()) << test::Describe(left);
  one->Kill();
  EXPECT_TRUE(one->ended());
}

TEST_P(SupervisorEndsTest, TheSupervisorIsKilled) {
  const auto one = StartFamily();
  const auto other = StartWitness();
  const pid_t first = supervisor_->pid();
  kill(first, SIGKILL);
  EXPECT_EQ(one->Wait().status, -SIGKILL);
  EXPECT_EQ(other->Wait().status, -SIGKILL);
  test::UntilNoneHas(tag_);
  // And goes on with a new one.
  const auto after = MustStart("exit", "5");
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->Wait().status, 5);
  EXPECT_NE(supervisor_->pid(), first);
}

// What whoever has the same user may do.
TEST_P(SupervisorEndsTest, AKeeperIsKilled) {
  const auto witness = StartWitness();
  const auto process = StartFamily();
  kill(KeeperOf(*process), SIGKILL);
  EXPECT_EQ(process->Wait().status, -SIGKILL);
  EXPECT_EQ(test::WithArgument(tag_), std::vector<pid_t>{witness->pid()});
  EXPECT_FALSE(witness->ended());
  EXPECT_EQ(MustStart("exit", "5")->Wait().status, 5);
}

TEST_P(SupervisorEndsTest, AKeeperAndASupervisorAreStopped) {
  Output output;
  Input input;
  const auto process = MustStart("stop-parent", "", output, &input);
  input.Say();
  EXPECT_EQ(output.Read(1), "r");
  process->Kill();
  EXPECT_EQ(process->Wait().status, -SIGKILL);
  const auto another = StartWitness();
  kill(KeeperOf(*another), SIGSTOP);
  kill(supervisor_->pid(), SIGSTOP);
  End();
  EXPECT_EQ(another->Wait().status, -SIGKILL);
}

// A host of its own, which is killed. True if it was started.
class KilledHost {
 public:
  KilledHost(Supervisor::Keeping keeping, const std::string& program, const std::string& tag, const char* extra) {
    const std::string number = std::to_string(static_cast<int>(keeping));
    std::array<const char*, 7> arguments = {TANDEM_TEST_HOST, program.c_str(), number.c_str(), TANDEM_TEST_CHILD,
                                            tag.c_str(),      extra,           nullptr};
    const std::string variable = "TANDEM_TEST_TAG=" + tag;
    std::array<const char*, 2> environment = {variable.c_str(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, output_.writing(), STDOUT_FILENO);
    EXPECT_EQ(posix_spawn(&pid_, TANDEM_TEST_HOST, &files, nullptr, const_cast<char**>(arguments.data()),
                          const_cast<char**>(environment.data())),
              0);
    posix_spawn_file_actions_destroy(&files);
  }
  void KillOnceReady(std::size_t ready) {
    EXPECT_EQ(output_.Read(ready), std::string(ready, 'r'));
    kill(pid_, SIGKILL);
    EXPECT_EQ(waitpid(pid_, nullptr, 0), pid_);
  }

 private:
  Output output_;
  pid_t pid_ = -1;
};

TEST_P(SupervisorEndsTest, TheHostIsKilled) {
  End();
  KilledHost host(GetParam(), program_, tag_, nullptr);
  host.KillOnceReady(kFamily);
  test::UntilNoneHas(tag_);
}

// As an embedding program's fork, which keeps the channel open.
TEST_P(SupervisorEndsTest, TheHostIsKilledAndAForkOfItIsNot) {
  End();
  KilledHost host(GetParam(), program_, tag_, "forked");
  host.KillOnceReady(kFamily + 1);
  std::vector<pid_t> left = test::WithTag(tag_);
  for (; left.size() > 1; left = test::WithTag(tag_)) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(test::Describe(left).find("forked"), std::string::npos) << test::Describe(left);
  kill(left[0], SIGKILL);
  test::UntilNoneHas(tag_);
}

TEST_P(SupervisorEndsTest, AHostThatIgnoresTheEndOfChildren) {
  End();
  const auto before = signal(SIGCHLD, SIG_IGN);
  SetUp();
  EXPECT_EQ(StartFamily("7")->Wait().status, 7);
  const auto process = StartFamily();
  process->Kill();
  EXPECT_EQ(process->Wait().status, -SIGKILL);
  End();
  signal(SIGCHLD, before);
}

std::atomic<int> children_ended{0};

TEST_P(SupervisorEndsTest, AHostThatWaitsForAnyChild) {
  End();
  std::atomic<bool> over{false};
  std::thread waiting([&] {
    while (!over) waitpid(-1, nullptr, WNOHANG | __WALL);
  });
  const auto before = signal(SIGCHLD, [](int) { ++children_ended; });
  for (int i = 0; i < 20; ++i) {
    SetUp();
    EXPECT_EQ(MustStart("exit", "7")->Wait().status, 7);
    End();
  }
  signal(SIGCHLD, before);
  over = true;
  waiting.join();
  EXPECT_EQ(children_ended, 0) << "the host is told of a child that it does not know";
}

TEST_P(SupervisorEndsTest, AForkOfTheHost) {
  const auto process = StartWitness();
  Output output;
  const pid_t fork_of_it = fork();
  if (fork_of_it == 0) {
    const auto started = supervisor_->StartProcess(Spec("exit", "0"));
    const std::string text = started.ok() ? "started" : started.status().message();
    process->Kill();
    supervisor_.reset();
    _exit(write(output.writing(), text.data(), text.size()) > 0 ? 0 : 1);
  }
  EXPECT_EQ(output.ReadAll(), "cannot start " + Spec("").program + ": this process is a fork of its supervisor's host");
  int status = -1;
  EXPECT_EQ(waitpid(fork_of_it, &status, 0), fork_of_it);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(process->ended());
  EXPECT_EQ(MustStart("exit", "5")->Wait().status, 5);
  EXPECT_FALSE(process->ended());
}

// Any end of a process, whoever causes it, from several threads.
TEST_P(SupervisorEndsTest, ManyProcesses) {
  constexpr int kThreads = 8;
  constexpr int kProcesses = 200;
  std::atomic<int> ended{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(static_cast<unsigned>(thread));
      for (int i = 0; i < kProcesses / kThreads; ++i) {
        const bool stays = random() % 2 == 0;
        const int status = static_cast<int>(1 + random() % 100);
        const auto process = stays ? MustStart("stay") : MustStart("family", std::to_string(status));
        if (process == nullptr) continue;
        if (stays && random() % 2 == 0) kill(process->pid(), SIGTERM);
        if (stays) std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
        if (stays || random() % 4 == 0) process->Kill();
        const ProcessEnd end = process->Wait();
        const bool expected =
            stays ? end.status == -SIGKILL || end.status == -SIGTERM : end.status == -SIGKILL || end.status == status;
        EXPECT_TRUE(expected) << end.status << " instead of " << status << ", thread " << thread << ", process " << i;
        ++ended;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, kProcesses);
  ExpectNoChildLeft();
}

// A host gone mad, or of another version: the supervisor ends, with what it has.
TEST_P(SupervisorEndsTest, AHostThatSaysWhatCannotBeUnderstood) {
  End();
  const std::vector<std::string> sayings = {"x", std::string(1000, 'x'), test::Bytes({.header_size = 1}, "\xFF"),
                                            test::Bytes({.header_size = 2}, "\x0A\x7F")};
  for (const std::string& saying : sayings) {
    auto pair = Channel::Pair();
    ASSERT_TRUE(pair.ok());
    const auto pid = StartDetached({program_, "subreaper"}, pair->second.fd());
    ASSERT_TRUE(pid.ok()) << pid.status().message();
    { const Channel its_end = std::move(pair->second); }
    ASSERT_TRUE(pair->first.Receive().ok()) << "the hello";
    ASSERT_TRUE(test::SendRaw(pair->first.fd(), saying));
    EXPECT_EQ(pair->first.Receive().status().code(), Code::kUnavailable);
    test::UntilNoneHas(tag_);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SupervisorEndsTest, testing::ValuesIn(AvailableKeepings()), NameOfKeeping);

TEST(SupervisorProgram, IsNotThere) {
  const auto supervisor = Supervisor::Start("/nowhere/tandem-supervisor");
  ASSERT_FALSE(supervisor.ok());
  EXPECT_EQ(supervisor.status().code(), Code::kUnavailable);
  EXPECT_EQ(supervisor.status().message(), "cannot execute /nowhere/tandem-supervisor: No such file or directory");
}

TEST(SupervisorProgram, IsNone) {
  const auto supervisor = Supervisor::Start("/bin/true");
  ASSERT_FALSE(supervisor.ok());
  EXPECT_EQ(supervisor.status().code(), Code::kUnavailable);
  EXPECT_EQ(supervisor.status().message().rfind("/bin/true does not work as a supervisor: ", 0), 0U);
}

TEST(SupervisorProgram, IsOfAnotherVersion) {
  const auto supervisor = Supervisor::Start(TANDEM_TEST_CHILD, Supervisor::Keeping::kNamespace);
  ASSERT_FALSE(supervisor.ok());
  EXPECT_EQ(supervisor.status().message(), TANDEM_TEST_CHILD " is of another version of Tandem");
}

#ifdef TANDEM_TEST_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// So that nothing of it clashes with anything, wherever it is executed.
TEST(SupervisorProgram, LinksTheLanguagesLibrariesOnly) {
  Output output;
  FileDescriptor const null(dup(STDERR_FILENO));
  auto supervisor = Supervisor::Start(TANDEM_TEST_SUPERVISOR);
  ASSERT_TRUE(supervisor.ok());
  ProcessSpec const spec{
      .program = "/bin/sh",
      .arguments = {"sh", "-c",
                    "readelf -d \"$0\" | sed -n 's/.*NEEDED.*\\[\\(.*\\)\\]/needs \\1/p'; "
                    "nm -D --defined-only \"$0\" | grep -i -E 'tandem|protobuf' | sed 's/^/exports /'",
                    TANDEM_TEST_SUPERVISOR},
      .environment = {"PATH=/usr/bin:/bin"},
      .working_directory = "/",
      .files = {null.get(), output.writing(), STDERR_FILENO}};
  const auto process = (*supervisor)->StartProcess(spec);
  ASSERT_TRUE(process.ok()) << process.status().message();
  std::istringstream lines(output.ReadAll());
  int needed = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool known = line.starts_with("needs libc.so.") || line.starts_with("needs libstdc++.so.") ||
                       line.starts_with("needs libgcc_s.so.") || line.starts_with("needs libm.so.") ||
                       line.starts_with("needs ld-linux");
    const bool sanitizer = line.starts_with("needs libasan.so.") || line.starts_with("needs libubsan.so.") ||
                           line.starts_with("needs libtsan.so.");
    EXPECT_TRUE(known || (kSanitized && sanitizer)) << line;
    ++needed;
  }
  EXPECT_GE(needed, 2);
}

}  // namespace
}  // namespace tandem::workers
