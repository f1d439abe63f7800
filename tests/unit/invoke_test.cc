// What Runtime does with each kind of result, init and deadline.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdio>
#include <functional>
#include <map>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/lib/covers.h"
#include "unit/native_runtime.h"

namespace tandem {
namespace {

using std::chrono::milliseconds;
using test::NativeRuntime;
using test::Text;
using namespace std::string_literals;

TEST(Invoke, PassesBytesThroughUntouched) {
  NativeRuntime runtime;
  const std::string bytes = "{\"a\" : 1}\n\0x"s;
  const InvokeResult result = runtime->Invoke(runtime.Add("native.echo"), Event(bytes));
  ASSERT_TRUE(result.outcome.ok());
  EXPECT_EQ(Text(result.outcome), bytes) << "J-56";
  EXPECT_FALSE(result.request_id.empty());
  test::Covers("J-56");
}

TEST(Invoke, AFunctionErrorIsAnOutcomeAndTheHandlerLives) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.fail");
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = runtime->Invoke(function, Event("{}"));
    ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(result.outcome.error().type, "Native.Boom");
    EXPECT_EQ(result.outcome.error().stack_trace.size(), 1U);
    EXPECT_EQ(Text(result.outcome),
              R"_({"errorMessage":"boom","errorType":"Native.Boom","stackTrace":["native.handler(handlers.cc)"]})_");
  }
}

TEST(Invoke, StatePersistsPerFunction) {
  NativeRuntime runtime;
  Function& first = runtime.Add("native.count");
  Function& second = runtime.Add("native.count");
  EXPECT_EQ(Text(runtime->Invoke(first, Event("")).outcome), "1");
  EXPECT_EQ(Text(runtime->Invoke(first, Event("")).outcome), "2") << "H-PY-34";
  EXPECT_EQ(Text(runtime->Invoke(second, Event("")).outcome), "1") << "K-23";
}

TEST(Invoke, ALoaderThatMisbehavesIsAFault) {
  NativeRuntime runtime;
  const auto fault = [&](const char* handler) {
    const InvokeResult result = runtime->Invoke(runtime.Add(handler), Event("{}"));
    EXPECT_EQ(result.outcome.kind(), Outcome::Kind::kFault) << handler;
    return result.outcome.kind() == Outcome::Kind::kFault ? result.outcome.fault().message() : std::string();
  };
  EXPECT_EQ(fault("native.fault"), "the loader broke");
  EXPECT_NE(fault("native.throw").find("escaped"), std::string::npos);
  EXPECT_NE(fault("native.silent").find("without a result"), std::string::npos);
  EXPECT_EQ(fault("init.fault"), "no room for it here");
  EXPECT_NE(fault("init.throw").find("escaped from open"), std::string::npos);
  EXPECT_NE(fault("init.silent").find("neither a handler nor a reason"), std::string::npos);
}

TEST(Invoke, TheFirstResultCounts) {
  NativeRuntime runtime;
  EXPECT_EQ(Text(runtime->Invoke(runtime.Add("native.answer_twice"), Event("{}")).outcome), "\"first\"");
}

TEST(Invoke, AFailedInitIsTriedAgainAndAFinalOneIsNot) {
  NativeRuntime runtime;
  Function& failing = runtime.Add("init.fail");
  const std::string first = Text(runtime->Invoke(failing, Event("{}")).outcome);
  EXPECT_NE(first, Text(runtime->Invoke(failing, Event("{}")).outcome)) << "H-PY-36, E-34";
  Function& sticky = runtime.Add("init.sticky");
  const std::string bad = Text(runtime->Invoke(sticky, Event("{}")).outcome);
  EXPECT_NE(bad.find("Native.BadFunction"), std::string::npos);
  EXPECT_EQ(bad, Text(runtime->Invoke(sticky, Event("{}")).outcome)) << "H-JAVA-10";
}

TEST(Invoke, PrepareOpensWithoutRunning) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.count");
  EXPECT_TRUE(runtime->Prepare(function).ok());
  InvokeOptions dry;
  dry.type = InvocationType::kDryRun;
  const InvokeResult checked = runtime->Invoke(function, Event("{}"), dry);
  EXPECT_TRUE(checked.outcome.ok());
  EXPECT_TRUE(checked.outcome.payload().empty()) << "I-03";
  EXPECT_EQ(Text(runtime->Invoke(function, Event("{}")).outcome), "1") << "I-03: not run";
  EXPECT_FALSE(runtime->Prepare(runtime.Add("native.unknown")).ok());
}

TEST(Invoke, InitDurationIsReportedOnce) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.echo");
  EXPECT_TRUE(runtime->Invoke(function, Event("1")).report.init_duration.has_value());
  EXPECT_FALSE(runtime->Invoke(function, Event("1")).report.init_duration.has_value()) << "I-16";
}

TEST(Invoke, RecycleStartsTheHandlerAnew) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.recycle");
  EXPECT_EQ(runtime->Invoke(function, Event("{}")).outcome.error().message, "1");
  const InvokeResult second = runtime->Invoke(function, Event("{}"));
  EXPECT_EQ(second.outcome.error().message, "1") << "E-25: statics are reset";
  EXPECT_TRUE(second.report.init_duration.has_value());
}

TEST(Invoke, AnExitIsWordedByTheHost) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.exit");
  const auto body = [&](const char* status) {
    InvokeOptions options;
    options.request_id = RequestId("id-7");
    return Text(runtime->Invoke(function, Event(status), options).outcome);
  };
  const std::string exit_error =
      R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: id-7 Error: Runtime exited with error: exit status 1"})";
  EXPECT_EQ(body("1"), exit_error) << "E-40";
  EXPECT_NE(body("0").find("Runtime exited without providing a reason"), std::string::npos) << "E-41";
  EXPECT_NE(body("-9").find("signal: killed"), std::string::npos) << "E-42";
  EXPECT_NE(body("-6").find("signal: aborted (core dumped)"), std::string::npos) << "E-42";
  EXPECT_NE(body("-11").find("signal: segmentation fault (core dumped)"), std::string::npos) << "E-42";
  for (const auto& [status, name] : std::map<const char*, std::string>{
           {"-1", "hangup"},
           {"-2", "interrupt"},
           {"-3", "quit (core dumped)"},
           {"-4", "illegal instruction (core dumped)"},
           {"-5", "trace/breakpoint trap (core dumped)"},
           {"-7", "bus error (core dumped)"},
           {"-8", "floating point exception (core dumped)"},
           {"-10", "user defined signal 1"},
           {"-12", "user defined signal 2"},
           {"-13", "broken pipe"},
           {"-14", "alarm clock"},
           {"-15", "terminated"},
           {"-16", "stack fault"},
           {"-24", "cpu time limit exceeded (core dumped)"},
           {"-25", "file size limit exceeded (core dumped)"},
           {"-26", "virtual timer expired"},
           {"-27", "profiling timer expired"},
           {"-29", "i/o possible"},
           {"-30", "power failure"},
           {"-31", "bad system call (core dumped)"},
           {"-40", "40"},
       }) {
    EXPECT_NE(body(status).find("Runtime exited with error: signal: " + name + '"'), std::string::npos)
        << "E-42: " << body(status);
  }
  EXPECT_NE(body("-2147483648").find("signal: 2147483648"), std::string::npos) << "E-42, of a loader that is wrong";
  const Outcome init = runtime->Invoke(runtime.Add("init.exit"), Event("{}")).outcome;
  EXPECT_EQ(init.error().type, "Runtime.ExitError") << "E-36";
  test::Covers("E-36", "E-40", "E-41", "E-42");
}

TEST(Invoke, PayloadsChangeHandsWithTheirOwnRelease) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.hand_over");
  InvokeResult kept;
  {
    const Event event("borrowed");
    kept = runtime->Invoke(function, event);
    EXPECT_EQ(kept.outcome.payload().data(), event.payload.data()) << "not copied";
  }
  EXPECT_EQ(Text(kept.outcome), "borrowed") << "outlives the event";
  EXPECT_EQ(kept.outcome.content_type(), "application/octet-stream");
}

TEST(Invoke, APayloadOfTheHostsIsFilledAndHandedOver) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.new_payload");
  EXPECT_EQ(Text(runtime->Invoke(function, Event("filled")).outcome), "filled");
  EXPECT_EQ(Text(runtime->Invoke(function, Event("")).outcome), "");
}

// A loader may be C, through which no exception passes.
TEST(Invoke, WhatFitsNoMemoryIsAFault) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.exhaust");
  const Outcome outcome = runtime->Invoke(function, Event("result")).outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFault);
  EXPECT_EQ(outcome.fault().code(), Code::kInternal);
  EXPECT_EQ(outcome.fault().message(), "the result of the loader cannot be kept: out of memory");
  const Outcome error = runtime->Invoke(function, Event("error")).outcome;
  ASSERT_EQ(error.kind(), Outcome::Kind::kFault) << "an error that does not fit is no success";
  EXPECT_EQ(error.fault().message(), "the result of the loader cannot be kept: out of memory");
  const Outcome fault = runtime->Invoke(function, Event("fault")).outcome;
  ASSERT_EQ(fault.kind(), Outcome::Kind::kFault);
  EXPECT_EQ(fault.fault().message(), "out of memory");
  EXPECT_EQ(Text(runtime->Invoke(function, Event("payload_new")).outcome), "\"nothing is an answer, too\"")
      << "a result that was there stays";
}

TEST(Invoke, AReceiverThatThrowsIsAFault) {
  NativeRuntime runtime;
  InvokeOptions options;
  options.chunk_receiver = [](std::string_view) -> bool { throw std::bad_alloc(); };
  const Outcome outcome = runtime->Invoke(runtime.Add("native.exhaust"), Event("chunk"), options).outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFault) << Text(outcome);
  EXPECT_NE(outcome.fault().message().find("chunk"), std::string::npos) << outcome.fault().message();
}

TEST(Invoke, InputIsPaddedEvenWhenAdopted) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.read_padding");
  EXPECT_EQ(Text(runtime->Invoke(function, Event()).outcome), "0");
  const std::string exact = "no padding";
  const Event event(
      Payload::Adopt(reinterpret_cast<const std::uint8_t*>(exact.data()), exact.size(), nullptr, nullptr));
  EXPECT_EQ(Text(runtime->Invoke(function, event).outcome), "0");
}

TEST(Invoke, ChunksReachTheReceiverUntilItHasEnough) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.chunks");
  std::string received;
  InvokeOptions options;
  options.chunk_receiver = [&](std::string_view chunk) {
    received += chunk;
    return received.size() < 8;
  };
  EXPECT_EQ(Text(runtime->Invoke(function, Event("{}"), options).outcome), "1");
  EXPECT_EQ(received, "one two ");
  EXPECT_EQ(Text(runtime->Invoke(runtime.Add("native.chunks"), Event("{}")).outcome), "0") << "nobody takes chunks";
}

TEST(Invoke, TheDeadlineAsksTheHandlerToYieldAndReplacesItsAnswer) {
  NativeRuntime runtime;
  for (const char* handler : {"native.wait", "native.poll_cancelled"}) {
    FunctionConfig config = NativeRuntime::Config(handler);
    config.timeout = milliseconds(30);
    const InvokeResult result = runtime->Invoke(runtime.Add(config), Event("{}"));
    EXPECT_TRUE(result.report.timed_out) << handler;
    EXPECT_EQ(result.outcome.error().type, "Sandbox.Timedout") << handler << " E-38";
    EXPECT_NE(Text(result.outcome).find("Task timed out after 0.03 seconds"), std::string::npos) << handler;
    EXPECT_EQ(result.report.duration, milliseconds(30)) << handler;
  }
  test::Covers("E-38");
}

TEST(Invoke, CancelAsksOneInvocationToYield) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.wait");
  InvokeOptions options;
  options.request_id = RequestId("wanted");
  std::atomic<bool> done{false};
  InvokeResult result;
  std::thread waiting([&] {
    result = runtime->Invoke(function, Event("{}"), options);
    done = true;
  });
  runtime->Cancel(function, "another");
  while (!done) runtime->Cancel(function, "wanted");
  waiting.join();
  EXPECT_EQ(result.outcome.error().type, "Native.Cancelled");
}

TEST(Invoke, TellsTheHandlerItsContext) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.context");
  config.name = "told";
  config.memory_size_mb = 512;
  config.timeout = milliseconds(60000);
  InvokeOptions options;
  options.request_id = RequestId("id-9");
  options.qualifier = "live";
  const std::string body = Text(runtime->Invoke(runtime.Add(config), Event("{}"), options).outcome);
  EXPECT_NE(body.find(R"("request_id": "id-9")"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("arn": "arn:aws:lambda:us-east-1:012345678912:function:told:live")"), std::string::npos)
      << "C-28";
  EXPECT_NE(body.find(R"("memory": "512")"), std::string::npos);
  test::Covers("C-28");
}

// Invocations of one function wait for each other; of two functions they do not.
TEST(Invoke, ManyThreadsShareFunctions) {
  NativeRuntime runtime;
  Function& counting = runtime.Add("native.count");
  Function& echoing = runtime.Add("native.echo");
  constexpr int kThreads = 8;
  constexpr int kCalls = 500;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  std::atomic<int> wrong{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        if (!runtime->Invoke(counting, Event("{}")).outcome.ok()) ++wrong;
        const std::string tag = std::to_string(t) + ":" + std::to_string(i);
        if (Text(runtime->Invoke(echoing, Event(tag)).outcome) != tag) ++wrong;
      }
      Runtime::DetachThread();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0) << "I-36";
  EXPECT_EQ(Text(runtime->Invoke(counting, Event("{}")).outcome), std::to_string(kThreads * kCalls + 1));
}

// The handlers stay where they log until they may leave.
TEST(Invoke, RunsAsManyAtOnceAsAskedForAndNoMore) {
  for (const int places : {1, 3}) {
    std::atomic<int> called{0};
    std::atomic<int> entered{0};
    std::atomic<int> inside{0};
    std::atomic<int> too_many{0};
    std::counting_semaphore<8> may_leave{0};
    NativeRuntime runtime;
    runtime.log.on_write = [&](std::string_view) {
      if (++inside > places) ++too_many;
      ++entered;
      may_leave.acquire();
      --inside;
    };
    FunctionConfig config = NativeRuntime::Config("native.greet");
    config.max_concurrency = places;
    Function& function = runtime.Add(config);
    std::vector<std::thread> threads;
    for (int t = 0; t <= places; ++t) {
      threads.emplace_back([&] {
        ++called;
        runtime->Invoke(function, Event("{}"));
      });
    }
    while (entered < places || called <= places) std::this_thread::yield();
    for (int i = 0; i < 10000; ++i) std::this_thread::yield();  // room for one that would not wait
    EXPECT_EQ(entered, places) << "I-15: one more waits";
    may_leave.release();
    while (entered <= places) std::this_thread::yield();  // and enters when one has left
    may_leave.release(places);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(too_many, 0) << "I-15";
  }
}

// Handlers that are replaced after every invocation, asked to yield, and removed while threads compete for them.
TEST(Invoke, RecyclingAndCancellingLoseNothingUnderManyThreads) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.recycle");
  config.max_concurrency = 3;
  Function& recycled = runtime.Add(config);
  Function& counting = runtime.Add("native.count");
  constexpr int kThreads = 6;
  constexpr int kCalls = 200;
  std::atomic<int> answered{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      InvokeOptions options;
      options.request_id = RequestId("the same");
      for (int i = 0; i < kCalls; ++i) {
        const InvokeResult result = runtime->Invoke(recycled, Event("{}"), options);
        if (result.outcome.kind() == Outcome::Kind::kFunctionError) ++answered;
        if (runtime->Invoke(counting, Event("{}"), options).outcome.ok()) ++answered;
      }
    });
  }
  std::thread cancelling([&] {
    while (!stop) {
      runtime->Cancel(recycled, "the same");
      runtime->Cancel(counting, "the same");
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  cancelling.join();
  EXPECT_EQ(answered, 2 * kThreads * kCalls) << "E-25";
  EXPECT_EQ(Text(runtime->Invoke(counting, Event("{}")).outcome), std::to_string(kThreads * kCalls + 1));
}

TEST(Invoke, FiguresAreTakenWhereSomebodyAsksForThem) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.echo");
  const Report silent = runtime->Invoke(function, Event("1")).report;
  EXPECT_EQ(silent.duration.count(), 0);
  EXPECT_EQ(silent.max_memory_used_bytes, 0);
  EXPECT_EQ(silent.process_id, 0);
  InvokeOptions options;
  options.measure = Measure::kAlways;
  const Report measured = runtime->Invoke(function, Event("1"), options).report;
  EXPECT_GT(measured.duration.count(), 0) << "L-43";
  EXPECT_GT(measured.max_memory_used_bytes, 0) << "L-43";
  EXPECT_EQ(measured.process_id, getpid());
}

TEST(Runtime, AFunctionsNameIsOfAFewCharacters_A05) {
  for (const char* good : {"f", "A-z_09"}) EXPECT_TRUE(IsFunctionName(good)) << good;
  EXPECT_TRUE(IsFunctionName(std::string(64, 'n')));
  EXPECT_FALSE(IsFunctionName(std::string(65, 'n')));
  for (const char* bad : {"", "a b", "a.b", "a:b", "\xC3\xA9"}) EXPECT_FALSE(IsFunctionName(bad)) << bad;
}

TEST(Runtime, RefusesBadFunctions) {
  NativeRuntime runtime;
  const auto refusal = [&](const std::function<void(FunctionConfig&)>& spoil) {
    FunctionConfig config = NativeRuntime::Config("native.echo");
    spoil(config);
    const auto added = runtime->Add(config);
    EXPECT_FALSE(added.ok());
    return added.status().code();
  };
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.name = "no blanks"; }), Code::kInvalidArgument) << "A-05";
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.name = std::string(65, 'n'); }), Code::kInvalidArgument) << "A-05";
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.code = "/nonexistent"; }), Code::kNotFound);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.code = "/dev/null"; }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.memory_size_mb = 0; }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.timeout = milliseconds(-1); }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.timeout = milliseconds::max(); }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.max_concurrency = 0; }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.max_concurrency = INT_MAX; }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.runtime = "cobol85"; }), Code::kInvalidArgument);
  EXPECT_EQ(refusal([](FunctionConfig& c) { c.runtime = "native9"; }), Code::kUnavailable);
  Function& once = runtime.Add("native.echo");
  EXPECT_EQ(refusal([&](FunctionConfig& c) { c.name = once.config().name; }), Code::kInvalidArgument) << "name taken";
}

TEST(Runtime, RemoveWaitsForRunningInvocations) {
  NativeRuntime runtime;
  Function& function = runtime.Add("native.greet");
  const std::string name = function.config().name;
  std::atomic<bool> running{false};
  std::atomic<bool> released{false};
  std::atomic<bool> returned{false};
  runtime.log.on_write = [&](std::string_view) {  // holds the handler where it logs
    running = true;
    while (!released) std::this_thread::yield();
  };
  std::thread invoking([&] {
    runtime->Invoke(function, Event("{}"));
    returned = true;
  });
  while (!running) std::this_thread::yield();
  std::atomic<bool> removed{false};
  std::thread removing([&] {
    EXPECT_TRUE(runtime->Remove(name).ok());
    removed = true;
  });
  while (runtime->Find(name) != nullptr) std::this_thread::yield();
  EXPECT_FALSE(removed) << "removed while an invocation ran";
  released = true;
  invoking.join();
  removing.join();
  EXPECT_TRUE(returned);
  EXPECT_EQ(runtime->Remove(name).code(), Code::kNotFound);
}

TEST(Runtime, ASecondRuntimeOfALanguageIsRefusedInOneLine) {
  setenv("TANDEM_NATIVE_RUNTIMES", "native1;native2", 1);
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.echo");
  config.runtime = "native1";
  Function& first = runtime.Add(config);
  config = NativeRuntime::Config("native.echo");
  config.runtime = "native2";
  Function& second = runtime.Add(config);
  unsetenv("TANDEM_NATIVE_RUNTIMES");
  EXPECT_TRUE(runtime->Invoke(first, Event("1")).outcome.ok());
  const Outcome outcome = runtime->Invoke(second, Event("1")).outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFault);
  EXPECT_EQ(outcome.fault().code(), Code::kUnavailable);
  EXPECT_NE(outcome.fault().message().find("process isolation"), std::string::npos);
}

// Two functions in a fresh process that can start nothing for the first of them. The outcome of the second in text.
std::string AfterAFailedStart(const char* runtimes, const char* first, const char* second) {
  setenv("TANDEM_NATIVE_RUNTIMES", runtimes, 1);
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  auto able = Runtime::Create(options);
  options.languages["native"].options["refuse"] = "no VM today";
  auto unable = Runtime::Create(std::move(options));
  const auto add = [](Runtime& runtime, const char* identifier) {
    FunctionConfig config = NativeRuntime::Config("native.echo");
    config.runtime = identifier;
    return *runtime.Add(config);
  };
  const Outcome refused = (*unable)->Invoke(*add(**unable, first), Event("1")).outcome;
  if (refused.kind() != Outcome::Kind::kFault || refused.fault().message() != "no VM today") return "it started";
  Function* function = add(**able, second);
  const Outcome outcome = (*able)->Invoke(*function, Event("1")).outcome;
  if (outcome.kind() == Outcome::Kind::kFault) return outcome.fault().message();
  return function->runtime().info.identifier + " answers " + Text(outcome);
}

TEST(Runtime, AFailedStartDoesNotTieTheProcessToItsRuntime) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto ends_with = [](const std::string& outcome, const char* wanted) {
    std::fprintf(stderr, "%s\n", outcome.c_str());
    _exit(outcome == wanted ? 0 : 1);
  };
  EXPECT_EXIT(ends_with(AfterAFailedStart("native1;native2", "native1", "native2"), "native2 answers 1"),
              testing::ExitedWithCode(0), "");
  EXPECT_EXIT(ends_with(AfterAFailedStart("native1;native2", "native1", "native"), "native2 answers 1"),
              testing::ExitedWithCode(0), "");
  EXPECT_EXIT(ends_with(AfterAFailedStart("native1;native2", "native1", "native1"), "native1 answers 1"),
              testing::ExitedWithCode(0), "");
}

// A library of a VM cannot be taken back, so it is said that it is in the way, and a retry is on the same one.
TEST(Runtime, AFailedStartLeavesTheLibraryThatItOpenedInTheWay) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  for (const char* runtimes : {"native1@libm.so.6;native2@libdl.so.2", "native1#libm.so.6;native2#libdl.so.2"}) {
    const auto tells = [&] {
      const std::string told = AfterAFailedStart(runtimes, "native1", "native2");
      return told.find("has opened libm.so.6 for native1") != std::string::npos;
    };
    EXPECT_EXIT(_exit(tells() ? 0 : 1), testing::ExitedWithCode(0), "") << runtimes;
    EXPECT_EXIT(_exit(AfterAFailedStart(runtimes, "native1", "native") == "native1 answers 1" ? 0 : 1),
                testing::ExitedWithCode(0), "")
        << runtimes;
  }
}

// To ask what a loader prefers opens it and starts nothing.
TEST(Runtime, ToAskWhereHandlersRunTiesTheProcessToNothing) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("TANDEM_NATIVE_RUNTIMES", "native1;native2", 1);
        NativeRuntime runtime;
        FunctionConfig config = NativeRuntime::Config("native.echo");
        config.runtime = "native1";
        const auto prefers = runtime.Add(config).PrefersMainThread();
        config = NativeRuntime::Config("native.echo");
        config.runtime = "native2";
        const bool ran = runtime->Invoke(runtime.Add(config), Event("1")).outcome.ok();
        _exit(prefers.ok() && !*prefers && ran ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// In a process of its own, as the loader is told at its start how it will fail.
TEST(Runtime, AFailureToWarmUpIsReportedAndInvocationsGoOn) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto warmed = [](const char* cold) {
    RuntimeOptions options;
    options.loader_dirs = {TANDEM_TEST_LOADERS};
    if (*cold != '\0') options.languages["native"].options["cold"] = cold;
    auto runtime = Runtime::Create(std::move(options));
    auto function = (*runtime)->Add(NativeRuntime::Config("native.echo"));
    const Status status = (*runtime)->Warm(**function);
    if (!(*runtime)->Invoke(**function, Event("1")).outcome.ok()) return std::string("it does not run");
    return std::string(CodeName(status.code())) + ": " + status.message();
  };
  EXPECT_EXIT(_exit(warmed("no cache") == "internal: no cache" ? 0 : 1), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(_exit(warmed("silent").find("gave no reason") != std::string::npos ? 0 : 1), testing::ExitedWithCode(0),
              "");
  EXPECT_EXIT(_exit(warmed("") == "ok: " ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(Runtime, ALoaderThatDoesNotStartSaysWhy) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";  // a fresh process: this one may run the loader already
  EXPECT_EXIT(
      {
        RuntimeOptions options;
        options.loader_dirs = {TANDEM_TEST_LOADERS};
        options.languages["native"].options["refuse"] = "no VM today";
        auto runtime = Runtime::Create(std::move(options));
        auto function = (*runtime)->Add(NativeRuntime::Config("native.echo"));
        const InvokeResult result = (*runtime)->Invoke(**function, Event("1"));
        const bool told = result.outcome.kind() == Outcome::Kind::kFault &&
                          result.outcome.fault().code() == Code::kUnavailable &&
                          result.outcome.fault().message() == "no VM today";
        _exit(told ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tandem
