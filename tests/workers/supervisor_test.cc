// What a process is started with, and how its end is reported.
#include "workers/supervisor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "tandem/v1/supervisor.pb.h"
#include "tests/workers/processes.h"
#include "tests/workers/supervisor_fixture.h"
#include "workers/channel.h"
#include "workers/protocol.h"
#include "workers/supervisor_session.h"

namespace tandem::workers {
namespace {

using std::chrono_literals::operator""ms;

TEST_P(SupervisorTest, KeepsAsAsked) {
  const std::string expected = GetParam() == Supervisor::Keeping::kNamespace       ? "namespace"
                               : GetParam() == Supervisor::Keeping::kUserNamespace ? "user namespace"
                                                                                   : "subreaper";
  EXPECT_EQ(supervisor_->keeping(), expected);
  const auto process = MustStart("stay");
  std::error_code error;
  const auto space = [&](const std::string& pid) {
    return std::filesystem::read_symlink("/proc/" + pid + "/ns/pid", error);
  };
  EXPECT_EQ(space("self") != space(std::to_string(process->pid())), HasNamespace());
}

TEST_P(SupervisorTest, ExitStatuses) {
  for (const int status : {0, 1, 77, 127, 255}) {
    const auto process = MustStart("exit", std::to_string(status));
    const ProcessEnd end = process->Wait();
    EXPECT_EQ(end.status, status);
    EXPECT_FALSE(end.core_dumped);
    EXPECT_TRUE(process->ended());
  }
}

TEST_P(SupervisorTest, Signals) {
  for (const int signal : {SIGKILL, SIGTERM, SIGSEGV, SIGABRT}) {
    EXPECT_EQ(MustStart("signal", std::to_string(signal))->Wait().status, -signal);
  }
}

TEST_P(SupervisorTest, WhatItUsed) {
  const ProcessEnd small = MustStart("memory", "50")->Wait();
  const ProcessEnd large = MustStart("memory", "150")->Wait();
  EXPECT_GE(small.peak_memory_bytes, 50 << 20);
  EXPECT_GE(large.peak_memory_bytes - small.peak_memory_bytes, 95 << 20);
  EXPECT_LT(large.peak_memory_bytes, 1 << 30);
  const ProcessEnd busy = MustStart("processor", "60")->Wait();
  EXPECT_GE(busy.user_time + busy.system_time, 60ms);
}

std::string Line(const std::string& report, const std::string& name) {
  const std::size_t at = ("\n" + report).find("\n" + name + " ");
  if (at == std::string::npos) return "(none)";
  const std::size_t begin = at + name.size() + 1;
  return report.substr(begin, report.find('\n', begin) - begin);
}

// Whatever this process has, the other has what it is given.
TEST_P(SupervisorTest, ItHasWhatItIsGivenAndNothingElse) {
  sigset_t some;
  sigset_t before;
  sigemptyset(&some);
  sigaddset(&some, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &some, &before);
  const auto pipe_before = signal(SIGPIPE, SIG_IGN);
  const int inherited = open("/dev/null", O_RDONLY);  // must not be passed on
  rlimit core_before{};
  getrlimit(RLIMIT_CORE, &core_before);
  const rlimit most_core{core_before.rlim_max, core_before.rlim_max};
  setrlimit(RLIMIT_CORE, &most_core);
  End();
  SetUp();

  Output output;
  ProcessSpec spec = Spec("report");
  spec.environment = {"B=2", "A=x=y", "EMPTY=", "ODD"};
  spec.working_directory = "/usr/lib";
  spec.files = {null_.get(), output.writing(), null_.get(), null_.get(), null_.get()};
  const auto process = MustStart(spec);
  const std::string report = output.ReadAll();
  EXPECT_EQ(process->Wait().status, 0);
  EXPECT_EQ(Line(report, "leads"), "1");
  EXPECT_EQ(Line(report, "proc"), "1") << "/proc is of another PID namespace";
  EXPECT_EQ(Line(report, "ids"),
            std::to_string(getuid()) + " " + std::to_string(geteuid()) + " " + std::to_string(getgid()));
  EXPECT_EQ(Line(report, "files"), "0 1 2 3 4 ");
  EXPECT_EQ(Line(report, "signals"), "");
  EXPECT_EQ(Line(report, "oom"), "1000") << "of all processes, it is to go first";
  EXPECT_EQ(Line(report, "cwd"), "/usr/lib");
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(Line(report, "limit"), std::to_string(limit.rlim_cur));
  EXPECT_EQ(Line(report, "core"), "0 " + std::to_string(core_before.rlim_max)) << "it leaves no file of its memory";
  EXPECT_EQ(report.substr(report.find("\nenv ")), "\nenv B=2\nenv A=x=y\nenv EMPTY=\nenv ODD\n");

  close(inherited);
  setrlimit(RLIMIT_CORE, &core_before);
  signal(SIGPIPE, pipe_before);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// A process of root's reads what its keeper has, which is process 1 of its namespace.
TEST_P(SupervisorTest, ItFindsNothingOfTheHosts) {
  setenv("OF_THE_HOST", tag_.c_str(), 1);
  End();
  SetUp();
  unsetenv("OF_THE_HOST");
  Output output;
  ProcessSpec spec = Spec("");
  spec.program = "/bin/sh";
  spec.arguments = {"sh", "-c",
                    "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep OF_THE_HOST; for fd in 0 1 2; do "
                    "readlink /proc/$PPID/fd/$fd; done; tr -d '\\0' < /proc/$PPID/environ | wc -c"};
  spec.files[1] = output.writing();
  const auto process = MustStart(spec);
  EXPECT_EQ(output.ReadAll(), "/dev/null\n/dev/null\n/dev/null\n0\n");
  EXPECT_EQ(process->Wait().status, 0);
}

// In any order, and the same one twice.
TEST_P(SupervisorTest, FilesAreTheOnesInTheirOrder) {
  Output second;
  Output third;
  ProcessSpec spec = Spec("");
  spec.program = "/bin/sh";
  spec.arguments = {"sh", "-c", "echo one >&1; echo two >&2; echo five >&5; exit 9", tag_};
  spec.files = {null_.get(), third.writing(), second.writing(), null_.get(), null_.get(), third.writing()};
  EXPECT_EQ(MustStart(spec)->Wait().status, 9);
  EXPECT_EQ(second.ReadAll(), "two\n");
  EXPECT_EQ(third.ReadAll(), "one\nfive\n");
}

TEST_P(SupervisorTest, ALargeEnvironment) {
  Output output;
  ProcessSpec spec = Spec("report");
  for (int i = 0; i < 40; ++i) spec.environment.push_back("V" + std::to_string(i) + "=" + std::string(10'000, 'v'));
  spec.files[1] = output.writing();
  const auto process = MustStart(spec);
  EXPECT_GT(output.ReadAll().size(), 400'000U);
  EXPECT_EQ(process->Wait().status, 0);
}

TEST_P(SupervisorTest, ItsPidIsTheOneOfThisSide) {
  Output output;
  const auto process = MustStart("stay", "", output);
  output.Read(1);
  EXPECT_EQ(test::WithArgument(tag_), std::vector<pid_t>{process->pid()});
  kill(process->pid(), SIGTERM);
  EXPECT_EQ(process->Wait().status, -SIGTERM);
}

TEST_P(SupervisorTest, KillingMoreThanOnceAndAfterTheEnd) {
  const auto process = MustStart("stay");
  EXPECT_FALSE(process->ended());
  process->Kill();
  process->Kill();
  EXPECT_EQ(process->Wait().status, -SIGKILL);
  EXPECT_EQ(process->end()->status, -SIGKILL);
  process->Kill();
  EXPECT_EQ(MustStart("exit", "3")->Wait().status, 3);
}

TEST_P(SupervisorTest, ProgramsThatCannotBeStarted) {
  const auto message = [&](const ProcessSpec& spec, Code code) {
    const auto process = supervisor_->StartProcess(spec);
    EXPECT_FALSE(process.ok());
    EXPECT_EQ(process.status().code(), code) << process.status().message();
    return process.status().message();
  };
  ProcessSpec spec = Spec("stay");
  spec.program = "/nowhere/program";
  EXPECT_EQ(message(spec, Code::kUnavailable), "cannot start /nowhere/program: execve: No such file or directory");
  spec.program = "/etc/passwd";
  EXPECT_EQ(message(spec, Code::kUnavailable), "cannot start /etc/passwd: execve: Permission denied");
  spec.program = "bin/true";
  EXPECT_EQ(message(spec, Code::kInvalidArgument), "cannot start bin/true: its path is not absolute");
  spec = Spec("stay");
  spec.program = "/bin/true";
  spec.working_directory = "/nowhere";
  EXPECT_EQ(message(spec, Code::kInternal), "cannot enter /nowhere: No such file or directory");
  spec.working_directory = "";
  EXPECT_EQ(message(spec, Code::kInvalidArgument),
            "cannot start /bin/true: its working directory's path is not absolute");
  spec.working_directory = "/";
  spec.environment = {std::string("A=\0b", 4)};
  EXPECT_EQ(message(spec, Code::kInvalidArgument),
            "cannot start /bin/true: an argument, a variable or the working directory has a NUL in it");
  spec.environment = {"A=b", "BIG=" + std::string(200'000, 'x'), "C=d"};
  EXPECT_EQ(message(spec, Code::kInvalidArgument),
            "the variables are larger than what a process can be given: BIG has 200000 bytes, and all of them have "
            "200010");
  spec.environment.assign(100, "SOME=" + std::string(100'000, 'x'));
  EXPECT_EQ(message(spec, Code::kInvalidArgument),
            "the variables are larger than what a process can be given: SOME has 100000 bytes, and all of them have "
            "10000500");
  spec.environment = {};
  spec.files = {null_.get(), 1'000'000};
  EXPECT_EQ(message(spec, Code::kInvalidArgument), "cannot start /bin/true: descriptor 1000000 is not open");
  spec.files.assign(17, null_.get());
  EXPECT_EQ(message(spec, Code::kInvalidArgument), "cannot start /bin/true: it is given too many descriptors");
  spec.files.clear();
  EXPECT_EQ(MustStart(spec)->Wait().status, 0);
}

TEST(SupervisorSession, AProgramThatSaysNothingIsKilled) {
  auto ends = Channel::Pair();
  ASSERT_TRUE(ends.ok());
  const pid_t silent = fork();
  if (silent == 0) {
    for (;;) pause();
  }
  const auto session =
      SupervisorSession::Begin(std::move(ends->first), silent, "/supervisor", std::chrono::milliseconds(50));
  EXPECT_EQ(session.status().code(), Code::kUnavailable);
  EXPECT_EQ(session.status().message(), "/supervisor does not work as a supervisor: it says nothing");
  int status = 0;
  EXPECT_EQ(waitpid(silent, &status, 0), silent);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST(SupervisorSession, WhatASupervisorHasAttemptedIsAPartOfOneLine) {
  auto ends = Channel::Pair();
  ASSERT_TRUE(ends.ok());
  v1::FromSupervisor hello;
  hello.mutable_hello()->set_protocol(kSupervisorProtocol);
  ASSERT_TRUE(ends->second.Send(hello.SerializeAsString()).ok());
  std::thread supervisor([&ends] {
    Channel channel = std::move(ends->second);
    v1::FromSupervisor answer;
    answer.mutable_started()->set_id(1);
    answer.mutable_started()->set_error(ENOENT);
    answer.mutable_started()->set_attempted("exec\nve");
    EXPECT_TRUE(channel.Receive().ok() && channel.Send(answer.SerializeAsString()).ok());
    EXPECT_FALSE(channel.Receive().ok());
  });
  const auto session = SupervisorSession::Begin(std::move(ends->first), 0, "/supervisor");
  ASSERT_TRUE(session.ok());
  ProcessSpec spec;
  spec.program = "/program";
  const auto started = (*session)->StartProcess(spec);
  EXPECT_EQ(started.status().message(), "cannot start /program: exec ve: No such file or directory");
  (*session)->Close();
  supervisor.join();
}

INSTANTIATE_TEST_SUITE_P(All, SupervisorTest, testing::ValuesIn(AvailableKeepings()), NameOfKeeping);

}  // namespace
}  // namespace tandem::workers
