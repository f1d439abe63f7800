// A host that forks while it has workers: they are its own, and nothing in the fork touches them.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "invoked.h"
#include "tests/workers/package_folder.h"
#include "worker_runtime.h"
#include "workers/process_id.h"

namespace tandem::test {
namespace {

constexpr unsigned kPatienceSeconds = 60;  // with a fork that hangs

// What `told` says, in a fork, line by line, and how that has ended.
std::string InFork(const std::function<void(const std::function<void(std::string)>& say)>& told) {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    alarm(kPatienceSeconds);
    close(ends[0]);
    told([&](const std::string& text) {
      const std::string line = text + "\n";
      if (write(ends[1], line.data(), line.size()) < 0) _exit(1);
    });
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  std::array<char, 4096> bytes{};
  for (ssize_t count = 0; (count = read(ends[0], bytes.data(), bytes.size())) > 0;) {
    said.append(bytes.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  if (status != 0) said += "ended by " + std::to_string(status) + "\n";
  return said;
}

std::string Refusal(const Function& function) {
  return "fault: cannot invoke '" + function.config().name +
         "' in a worker process: this process is a fork of the one that made the Runtime\n";
}

// In every child and in its own, whether fork() has made it or the system call alone, which runs no handler of fork().
TEST(ProcessIds, AreThoseOfTheForkItself) {
  const pid_t here = workers::ProcessId();
  EXPECT_EQ(here, getpid());
  const auto forks = {
      +[] { return fork(); },
      +[] { return static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr)); }};
  for (const auto& forked : forks) {
    const pid_t child = forked();
    if (child == 0) {
      const auto is_known = [] { return workers::ProcessId() == static_cast<pid_t>(syscall(SYS_getpid)); };
      const bool first = is_known();
      const bool again = is_known();
      if (!first || !again) _exit(1);
      const pid_t grandchild = forked();
      if (grandchild == 0) _exit(is_known() ? 0 : 1);
      int status = -1;
      _exit(waitpid(grandchild, &status, 0) == grandchild && status == 0 && is_known() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(workers::ProcessId(), here);
  }
}

TEST(ForkedHost, HasNoWorkersAndEndsNone) {
  WorkerRuntime runtime;
  Function& warm = runtime.Add("identity");
  Function& cold = runtime.Add("identity");
  const std::string process = ProcessOf(runtime.Call(warm));
  EXPECT_EQ(InFork([&](const auto& say) {
              say(runtime.Call(warm));
              say(runtime.Call(cold));
              say("fault: " + runtime->Prepare(warm).fault().message());
              runtime->Cancel(warm, "any");
              say(std::to_string(static_cast<int>(runtime->Remove(warm.config().name).code())));
              runtime.End();
              say("ended");
            }),
            Refusal(warm) + Refusal(cold) + Refusal(warm) + "0\nended\n");
  EXPECT_EQ(runtime.Call(warm), process + ":2");
  EXPECT_EQ(ProcessOf(runtime.Call(cold)).find("fault"), std::string::npos);
}

// ThreadSanitizer has no threads in a fork. GCC 12's AddressSanitizer does not hold its allocator's locks while a
// process forks: one that another thread has at that moment is held for ever in the fork, whose new threads then wait
// for it.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST(ForkedHost, HasARuntimeOfItsOwn) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("identity");
  const std::string process = ProcessOf(runtime.Call(function));
  EXPECT_EQ(InFork([&](const auto& say) {
              WorkerRuntime own;
              Function& again = own.Add("identity");
              own.Call(again);
              const std::string second = own.Call(again);
              say(second.substr(second.find(':')));
              own.End();
              say("ended");
            }),
            ":2\nended\n");
  EXPECT_EQ(runtime.Call(function), process + ":2");
}
#endif

// Threads that run invocations, read for others, or wait for a place are not there.
TEST(ForkedHost, LeavesThoseThatRun) {
  WorkerOptions options = WorkerRuntime::DefaultWorkers();
  options.most_per_function = 1;
  BeginningRuntime runtime(options);
  FunctionConfig config = WorkerRuntime::Config("say");
  config.max_concurrency = 2;
  Function& function = runtime.Add(config);
  Invoked first(runtime, function, "first", "hold");
  runtime.WaitFor(1);
  Invoked second(runtime, function, "second", "hold");
  runtime.WaitFor(2);
  Invoked third(runtime, function, "third", "hold");
  EXPECT_EQ(InFork([&](const auto& say) {
              say(runtime.Call(function, "hold"));
              runtime->Cancel(function, "first");
              runtime.End();
              say("ended");
            }),
            Refusal(function) + "ended\n");
  EXPECT_FALSE(first.done());
  first.CancelUntilItEnds();
  const std::string process = first.Result();
  second.CancelUntilItEnds();
  EXPECT_EQ(second.Result(), process);
  third.CancelUntilItEnds();
  third.Result();
}

enum class InChild : std::uint8_t { kReturns, kThrows };

// All chunks of an invocation whose receiver forks at the first, and comes back in parent and child. What runs is the
// parent's to wait for, which does so when the child has ended.
std::string ChunksWithForkedReceiver(WorkerRuntime& runtime, Function& function, const std::string& event,
                                     InChild how = InChild::kReturns) {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(pipe(ends.data()), 0);
  std::string chunks;
  pid_t child = -1;
  int status = -1;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    chunks += chunk;
    if (child >= 0) return true;
    child = fork();
    if (child == 0) {
      alarm(kPatienceSeconds);
      if (how == InChild::kThrows) throw std::runtime_error("no more chunks");
    } else {
      EXPECT_EQ(waitpid(child, &status, 0), child);
    }
    return true;
  };
  const InvokeResult result = runtime.Invoke(function, event, options);
  if (child == 0) {
    const std::string text =
        result.outcome.kind() == Outcome::Kind::kFault ? "fault: " + result.outcome.fault().message() : "an answer";
    runtime.End();
    _exit(write(ends[1], text.data(), text.size()) > 0 ? 0 : 1);
  }
  close(ends[1]);
  std::array<char, 4096> said{};
  EXPECT_GT(read(ends[0], said.data(), said.size() - 1), 0);
  close(ends[0]);
  EXPECT_EQ(std::string(said.data()) + "\n", Refusal(function));
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Text(result.outcome), "");
  return chunks;
}

TEST(ForkedHost, IsNotAnsweredWhereAReceiverForks) {
  WorkerRuntime runtime;
  Function& function = runtime.Add("stream");
  EXPECT_EQ(ChunksWithForkedReceiver(runtime, function, "3 c"), "c0c1c2");
  EXPECT_EQ(ChunksWithForkedReceiver(runtime, function, "2 d"), "d0d1");
  EXPECT_EQ(ChunksWithForkedReceiver(runtime, function, "2 e", InChild::kThrows), "e0e1");
}

class ForkedHostOfPrograms : public testing::Test {
 protected:
  ForkedHostOfPrograms() { folder_.AddProgram("bootstrap"); }

  FunctionConfig Config(const std::string& handler) const {
    FunctionConfig config = WorkerRuntime::Config(handler);
    config.handler = handler;
    config.runtime = "provided.al2023";
    config.code = folder_.path();
    return config;
  }

 private:
  PackageFolder folder_;
};

TEST_F(ForkedHostOfPrograms, IsNotAnsweredWhereAReceiverForks) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("streams"));
  EXPECT_EQ(ChunksWithForkedReceiver(runtime, function, "1"), "one two three");
  EXPECT_EQ(ChunksWithForkedReceiver(runtime, function, "2"), "one two three");
  EXPECT_EQ(ChunksWithForkedReceiver(runtime, function, "3", InChild::kThrows), "one two three");
}

// A program that asks for its invocations has a thread of the host's.
TEST_F(ForkedHostOfPrograms, HasNoneOfThem) {
  WorkerRuntime runtime;
  Function& function = runtime.Add(Config("identity"));
  const std::string process = ProcessOf(runtime.Call(function));
  EXPECT_EQ(InFork([&](const auto& say) {
              say(runtime.Call(function));
              runtime.End();
              say("ended");
            }),
            Refusal(function) + "ended\n");
  EXPECT_EQ(runtime.Call(function), process + ":2");
}

// Inline, a fork goes on with what it has of its parent.
TEST(ForkedHost, HasItsInlineFunctions) {
  WorkerRuntime runtime;
  Function& in_worker = runtime.Add("identity");
  const std::string process = ProcessOf(runtime.Call(in_worker));
  FunctionConfig config = WorkerRuntime::Config("identity");
  config.isolation = Isolation::kInline;
  Function& in_line = runtime.Add(config);
  const std::string own = ProcessOf(runtime.Call(in_line));
  EXPECT_EQ(InFork([&](const auto& say) {
              say(runtime.Call(in_line));
              say(runtime.Call(in_worker));
              runtime.End();
              say("ended");
            }),
            own + ":2\n" + Refusal(in_worker) + "ended\n");
  EXPECT_EQ(runtime.Call(in_line), own + ":2");
  EXPECT_EQ(runtime.Call(in_worker), process + ":2");
}

}  // namespace
}  // namespace tandem::test
