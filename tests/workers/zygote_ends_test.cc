// Zygotes by themselves, however the supervisor keeps processes: who ends, and what is left.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "proto/convert.h"
#include "tests/workers/package_folder.h"
#include "tests/workers/processes.h"
#include "tests/workers/supervisor_fixture.h"
#include "tests/workers/worker_runtime.h"
#include "workers/invocation_log.h"
#include "workers/launch_key.h"
#include "workers/worker_process.h"
#include "workers/zygotes.h"

namespace tandem::workers {
namespace {

class ZygoteEndsTest : public SupervisorTest {
 protected:
  static void GoWrong(WorkerSpec& spec, const std::string& wrong) {
    v1::LoaderOption& option = *spec.function.mutable_runtime()->add_options();
    option.set_name("fork");
    option.set_value(wrong);
  }
  WorkerSpec Worker(const std::string& handler) const {
    WorkerSpec spec;
    spec.program = std::filesystem::path(TANDEM_TEST_SUPERVISOR).parent_path() / "tandem-worker";
    spec.environment = {"TANDEM_TEST_TAG=" + tag_};
    spec.working_directory = "/";
    v1::WorkerRuntime& runtime = *spec.function.mutable_runtime();
    runtime.set_language("native");
    runtime.set_identifier("native1");
    runtime.set_version("1");
    runtime.set_path("/native/native1");
    runtime.set_module(std::string(TANDEM_TEST_LOADERS) + "/native.so");
    spec.function.set_handler("native." + handler);
    spec.function.set_name("f");
    spec.function.set_code_root("/");
    spec.function.set_memory_size_mb(test::kMemorySizeMb);
    spec.function.set_max_concurrency(1);
    return spec;
  }
  std::shared_ptr<Process> MustStartZygote() { return MustStartZygote(Worker("start")); }
  std::shared_ptr<Process> MustStartZygote(const WorkerSpec& spec) {
    v1::ToWorker first;
    *first.mutable_prepare()->mutable_runtime() = spec.function.runtime();
    const ProcessSpec process{.program = spec.program,
                              .arguments = {"tandem-worker"},
                              .environment = spec.environment,
                              .working_directory = "/",
                              .files = {null_.get(), null_.get(), STDERR_FILENO}};
    auto zygote = supervisor_->StartZygote(process, first.SerializeAsString());
    EXPECT_TRUE(zygote.ok()) << zygote.status().message();
    return zygote.ok() ? *zygote : nullptr;
  }
  std::unique_ptr<WorkerProcess> MustFork(const std::shared_ptr<Process>& zygote, const std::string& handler) {
    return MustFork(zygote, Worker(handler));
  }
  std::unique_ptr<WorkerProcess> MustFork(const std::shared_ptr<Process>& zygote, const WorkerSpec& spec) {
    auto worker = WorkerProcess::Start(*supervisor_, spec, {.zygote = zygote, .waits = true});
    EXPECT_TRUE(worker.ok()) << worker.status().message();
    if (!worker.ok()) return nullptr;
    Outcome outcome;
    EXPECT_EQ((*worker)->WaitOpen({log_, WorkerProcess::kForever, cancellation_}, outcome), Answer::kGiven);
    EXPECT_TRUE(outcome.ok());
    return std::move(*worker);
  }
  std::string Call(WorkerProcess& worker) {
    proto::Invocation invocation;
    invocation.event.payload = Payload::Copy("{}");
    invocation.options.request_id = RequestId::Random();
    invocation.function.name = "f";
    invocation.function.version = "$LATEST";
    Outcome outcome;
    const Answer how = worker.Run(invocation, {}, {log_, WorkerProcess::kForever, cancellation_}, outcome);
    return how == Answer::kGiven ? std::string(outcome.payload().view()) : "gone";
  }
  pid_t OnlyZygote() const {
    const std::vector<pid_t> zygotes = test::ChildrenOf(supervisor_->pid(), "tandem-zygote");
    EXPECT_EQ(zygotes.size(), 1U);
    return zygotes.empty() ? 0 : zygotes[0];
  }

 private:
  InvokeResult result_;
  FunctionHints hints_;
  InvocationLog log_{nullptr, "f", LogType::kNone, hints_, result_};
  Cancellation cancellation_;
};

TEST_P(ZygoteEndsTest, AForkIsAWorkerAsAnyOther) {
  const auto zygote = MustStartZygote();
  const auto worker = MustFork(zygote, "start");
  EXPECT_TRUE(worker->forked());
  EXPECT_EQ(Call(*worker), "forked");
  EXPECT_EQ(MustFork(nullptr, "start")->forked(), false);
  zygote->Kill();
  EXPECT_EQ(zygote->Wait().status, -SIGKILL);
  EXPECT_EQ(Call(*worker), "forked");
  EXPECT_EQ(Call(*MustFork(zygote, "start")), "executed");
  EXPECT_EQ(worker->End(nullptr), -SIGKILL);
}

TEST_P(ZygoteEndsTest, WhatAForkLeavesIsKilled) {
  const auto zygote = MustStartZygote();
  const auto worker = MustFork(zygote, "daemon");
  const pid_t keeper = test::ChildrenOf(supervisor_->pid(), "tandem-keeper").at(0);
  EXPECT_NE(Call(*worker), "gone");
  worker->End(nullptr);
  test::UntilEnded(keeper);
  EXPECT_TRUE(test::ChildrenOf(supervisor_->pid(), "tandem-worker").empty());
  EXPECT_EQ(Call(*MustFork(zygote, "start")), "forked");
}

TEST_P(ZygoteEndsTest, AKeeperIsKilled) {
  const auto zygote = MustStartZygote();
  const auto witness = MustFork(zygote, "identity");
  const pid_t others = test::ChildrenOf(supervisor_->pid(), "tandem-keeper").at(0);
  const auto worker = MustFork(zygote, "daemon");
  EXPECT_NE(Call(*worker), "gone");
  for (const pid_t keeper : test::ChildrenOf(supervisor_->pid(), "tandem-keeper")) {
    if (keeper != others) kill(keeper, SIGKILL);
  }
  EXPECT_EQ(worker->End(nullptr), -SIGKILL);
  EXPECT_NE(Call(*witness), "gone");
  EXPECT_FALSE(zygote->ended());
  EXPECT_TRUE(MustFork(zygote, "start")->forked());
}

TEST_P(ZygoteEndsTest, TheSupervisorIsKilled) {
  const auto zygote = MustStartZygote();
  const auto worker = MustFork(zygote, "daemon");
  EXPECT_NE(Call(*worker), "gone");
  const pid_t pid = OnlyZygote();
  kill(supervisor_->pid(), SIGKILL);
  EXPECT_EQ(zygote->Wait().status, -SIGKILL);
  worker->End(nullptr);
  test::UntilEnded(pid);
  test::UntilNoneHas(tag_);
}

TEST_P(ZygoteEndsTest, ItsOwnerEndsTheSupervisor) {
  const auto zygote = MustStartZygote();
  const auto worker = MustFork(zygote, "start");
  End();
  EXPECT_EQ(zygote->Wait().status, -SIGKILL);
  const std::vector<pid_t> left = test::WithTag(tag_);
  EXPECT_TRUE(left.empty()) << test::Describe(left);
}

// The keeper of a fork that is of no use ends when the worker that is executed in its place has its folder already.
TEST_P(ZygoteEndsTest, AFolderStaysWhereAForkHasFailed) {
  const test::PackageFolder folders;
  for (const char* const wrong : {"fork fails", "keeper dies"}) {
    WorkerSpec spec = Worker("start");
    GoWrong(spec, wrong);
    const auto zygote = MustStartZygote(spec);
    spec.folders.made = folders.path() + "/made";
    const auto worker = MustFork(zygote, spec);
    EXPECT_EQ(Call(*worker), "executed") << wrong;
    while (test::ChildrenOf(supervisor_->pid(), "tandem-keeper").size() > 1) std::this_thread::yield();
    MustStart("exit", "0")->Wait();  // all that went with that keeper has been seen to
    EXPECT_TRUE(std::filesystem::is_directory(spec.folders.made)) << wrong;
    worker->End(nullptr);
    EXPECT_FALSE(std::filesystem::exists(spec.folders.made)) << wrong;
  }
}

// A supervisor that stands still keeps a standby waiting, and nobody else.
TEST_P(ZygoteEndsTest, WhereOneIsBeingStartedOthersStart) {
  const WorkerOptions options;
  Zygotes zygotes(options);
  auto other = Supervisor::Start(TANDEM_TEST_SUPERVISOR, GetParam());
  ASSERT_TRUE(other.ok());
  const WorkerSpec spec = Worker("start");
  kill(supervisor_->pid(), SIGSTOP);
  std::atomic<pid_t> id{0};
  std::thread starting([&] {
    id = gettid();
    zygotes.MakeStandby(*supervisor_, spec, StandbyLaunchOf(spec));
  });
  while (id == 0 || !test::StatusField(id, "State").starts_with('S')) std::this_thread::yield();
  EXPECT_TRUE(zygotes.Start(**other, spec, {.zygote = LaunchOf(spec), .standby = {}}).ok());
  kill(supervisor_->pid(), SIGCONT);
  starting.join();
}

// As of functions' versions that come and go, each with a folder of its own.
TEST_P(ZygoteEndsTest, WhatRefusesIsForgottenOnceNobodyAsksForIt) {
  WorkerOptions options;
  options.standbys = ZygoteUse::kAlways;
  options.zygotes = ZygoteUse::kOff;
  Zygotes zygotes(options);
  const auto make_and_start = [&](const WorkerSpec& spec) {
    const Launch launch = StandbyLaunchOf(spec);
    zygotes.MakeStandby(*supervisor_, spec, launch);
    const auto worker = zygotes.Start(*supervisor_, spec, {.zygote = {}, .standby = launch});
    EXPECT_TRUE(worker.ok());
  };
  const WorkerSpec spec = Worker("start");
  WorkerSpec other = spec;
  other.working_directory = "/tmp";
  make_and_start(spec);
  make_and_start(other);
  std::vector<std::unique_ptr<WorkerProcess>> ended;
  EXPECT_EQ(zygotes.EndIdle(Zygotes::Clock::now(), ended), WorkerProcess::kForever);
  EXPECT_EQ(zygotes.size(), 2U) << "neither is tried again";
  zygotes.EndIdle(Zygotes::Clock::now() + options.idle_limit, ended);
  EXPECT_EQ(zygotes.size(), 0U);
  make_and_start(spec);
  EXPECT_EQ(zygotes.size(), 1U);
  EXPECT_TRUE(ended.empty());
}

INSTANTIATE_TEST_SUITE_P(All, ZygoteEndsTest, testing::ValuesIn(AvailableKeepings()), NameOfKeeping);

}  // namespace
}  // namespace tandem::workers
