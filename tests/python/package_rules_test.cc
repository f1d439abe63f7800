// Packages beside each other, threads, and the interpreter's set-up: H-PY-14, K-19, K-23, E-48.

#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

TEST(Packages, K23SameModuleNamesStayApart) {
  EXPECT_EQ(Answer(PythonRuntime::Add("hello_python.my_handler", "twin"), "1"), R"(ok ["twin", "twin"])");
  EXPECT_EQ(Answer(PythonRuntime::Add("hello_python.my_handler", "other"), "1"), R"(ok ["other", "other"])");
  EXPECT_EQ(Answer(PythonRuntime::Add("hello_python.my_handler"), R"({"first_name": "A", "last_name": "B"})"),
            R"(ok {"message": "Hello A B"})");
  Covers("K-23");
}

TEST(Packages, K23LazyImportsOfTwoThreadsStayApart) {
  Function& twin = PythonRuntime::Add("hello_python.lazy", "twin");
  Function& other = PythonRuntime::Add("hello_python.lazy", "other");
  for (Function* function : {&twin, &other}) ASSERT_TRUE(PythonRuntime::Get().Prepare(*function).ok());
  std::atomic<int> wrong{0};
  std::barrier both(2);
  const auto run = [&wrong, &both](Function& function, const std::string& expected) {
    both.arrive_and_wait();
    for (int round = 0; round < 200; ++round) wrong += Answer(function, "1") == expected ? 0 : 1;
  };
  std::thread first(run, std::ref(twin), "ok \"twin lazily\"");
  std::thread second(run, std::ref(other), "ok \"other lazily\"");
  first.join();
  second.join();
  EXPECT_EQ(wrong, 0);
  Covers("K-23");
}

const OnlyInline kImportsAtOnce("Packages.K23ImportsThatGoOnAtOnceStayApart", "two packages meet in one CPython");

TEST(Packages, K23ImportsThatGoOnAtOnceStayApart) {
  std::string place = (std::filesystem::temp_directory_path() / "tandem-meeting-XXXXXX").string();
  ASSERT_NE(mkdtemp(place.data()), nullptr);
  const std::string event = "\"" + place + "\"";
  Function& twin = PythonRuntime::Add("hello_python.lazy_at_once", "twin");
  Function& other = PythonRuntime::Add("hello_python.lazy_at_once", "other");
  std::string twins;
  std::thread first([&] { twins = Answer(twin, event); });
  EXPECT_EQ(Answer(other, event), "ok \"other at once\"");
  first.join();
  EXPECT_EQ(twins, "ok \"twin at once\"");
  std::filesystem::remove_all(place);
  Covers("K-23");
}

TEST(Packages, I36FunctionsOfOnePackageRunAtOnce) {
  Function& left = PythonRuntime::Add("wire.echo");
  Function& right = PythonRuntime::Add("logs.from_thread");
  std::atomic<int> wrong{0};
  std::thread first([&] {
    for (int round = 0; round < 200; ++round) {
      const std::string event = "{\"n\": " + std::to_string(round) + "}";
      wrong += Answer(left, event) == "ok " + event ? 0 : 1;
    }
  });
  std::thread second([&] {
    for (int round = 0; round < 50; ++round) wrong += Answer(right, "1") == "ok null" ? 0 : 1;
  });
  first.join();
  second.join();
  EXPECT_EQ(wrong, 0);
  const std::string text = PythonRuntime::Log().TextOf(left.config().name);
  EXPECT_EQ(text.find("with a context"), std::string::npos) << "a copied context names its own function";
}

TEST(Packages, ThreadsComeAndGo) {
  Function& main_function = PythonRuntime::Add("wire.echo");
  Function& other = PythonRuntime::Add("hello_python.my_handler", "other");
  for (int round = 0; round < 20; ++round) {
    std::thread([&] {
      EXPECT_EQ(Answer(other, "1"), R"(ok ["other", "other"])");
      EXPECT_EQ(Answer(main_function, "[1]"), "ok [1]");
      if (round % 2 == 0) Runtime::DetachThread();
      EXPECT_EQ(Answer(main_function, "[2]"), "ok [2]");
    }).join();
  }
}

// An interpreter without any thread state cannot be entered again by CPython 3.11.
TEST(Packages, K23PackagesOutliveTheThreadThatOpenedThem) {
  Function& function = PythonRuntime::Add("mod.fn", "rules/pkg/sub");
  for (int round = 0; round < 3; ++round) {
    std::thread([&] { EXPECT_EQ(Answer(function, "1"), "ok \"nested\""); }).join();
  }
}

// A function of libpython's, which this program does not link.
template <typename Function>
Function* OfPython(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

const OnlyInline kThreadStates("Packages.HostsThreadStatesAreTheirs", "CPython is not in the host's process");

// Python frees the thread state that PyGILState_Ensure has made at the PyGILState_Release that goes with it.
TEST(Packages, HostsThreadStatesAreTheirs) {
  auto* const ensure = OfPython<int()>("PyGILState_Ensure");
  auto* const release = OfPython<void(int)>("PyGILState_Release");
  auto* const check = OfPython<int()>("PyGILState_Check");
  ASSERT_TRUE(ensure != nullptr && release != nullptr && check != nullptr);
  Function& main_function = PythonRuntime::Add("machine.runs_in_a_living_state");
  Function& other = PythonRuntime::Add("hello_python.my_handler", "other");
  for (const bool other_first : {false, true}) {
    std::thread([&] {
      for (int round = 0; round < 3; ++round) {
        const int held = ensure();
        if (other_first) {
          EXPECT_EQ(Answer(other, "1"), R"(ok ["other", "other"])");
        }
        EXPECT_EQ(Answer(main_function, "1"), "ok true");
        EXPECT_EQ(check(), 1) << "the host's own state is back";
        release(held);
        if (round == 0) continue;  // once without an invocation in between
        EXPECT_EQ(Answer(main_function, "1"), "ok true");
        EXPECT_EQ(Answer(other, "1"), R"(ok ["other", "other"])");
      }
    }).join();
  }
}

TEST(Packages, UsersSimplejsonIsTheirs) {
  EXPECT_EQ(Answer(PythonRuntime::Add("mine.fn", "own_json"), "1"), R"(ok ["0.1", "mine", true, {"1": 2}])");
  EXPECT_EQ(Answer(PythonRuntime::Add("machine.names"), "1"), "ok []");
}

// Each interpreter has a simplejson of its own, down to its C part's state.
TEST(Packages, J08SlowPathsStayApart) {
  Function& other = PythonRuntime::Add("hello_python.decimals", "other");
  Function& rules = PythonRuntime::Add("wire.result");
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(Answer(other, "1"), R"(ok [1.10, {"left": 1}])");
    EXPECT_EQ(Answer(rules, "\"decimal\""), "ok [1.10, 1E+3]");
    EXPECT_NE(Answer(other, "{").find("Unable to unmarshal input: Expecting property name"), std::string::npos);
  }
  Covers("J-08");
}

TEST(Packages, HPy14LayersComeAfterThePackage) {
  FunctionConfig config = PythonRuntime::Config("layered.fn", "layered");
  config.layers = {PythonRuntime::Package("layers/first")};
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "1"), R"(ok ["layer", "package"])");
  Covers("H-PY-14", "K-13");
}

TEST(Packages, K11TheLastLayerWins) {
  FunctionConfig config = PythonRuntime::Config("from_layer.fn", "bare");
  config.layers = {PythonRuntime::Package("layers/first"), PythonRuntime::Package("layers/second")};
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "1"), "ok \"second layer\"");
  Covers("K-11");
}

// Without layers, with one, and with another one.
TEST(Packages, K12EachSetOfLayersIsAPackageOfItsOwn) {
  const char* expected[] = {"No module named 'from_layer'", "\"layer\"", "\"second layer\""};
  for (int round = 0; round < 2; ++round) {
    FunctionConfig config = PythonRuntime::Config("from_layer.fn", "bare");
    EXPECT_NE(Answer(PythonRuntime::Add(config), "1").find(expected[0]), std::string::npos);
    for (const auto& [layer, answer] : {std::pair("layers/first", expected[1]), {"layers/second", expected[2]}}) {
      config = PythonRuntime::Config("from_layer.fn", "bare");
      config.layers = {PythonRuntime::Package(layer)};
      EXPECT_EQ(Answer(PythonRuntime::Add(config), "1"), std::string("ok ") + answer);
    }
  }
}

// Without a runtime identifier, a layer decides whose function it is as the package itself does.
TEST(Packages, K12AHandlerInALayerIsPythons) {
  const std::filesystem::path layer =
      std::filesystem::path(::testing::TempDir()) / ("layer-" + std::to_string(getpid()));
  const std::string version = "python3." + std::to_string(PythonRuntime::Minor());
  const std::filesystem::path site_packages = layer / "python" / "lib" / version / "site-packages";
  std::filesystem::create_directories(site_packages);
  std::ofstream(site_packages / "installed.py") << "def fn(event, context):\n    return event\n";
  std::ofstream(layer / "python" / "plain.py") << "def fn(event, context):\n    return event\n";
  std::ofstream(layer / "elsewhere.py") << "def fn(event, context):\n    return event\n";
  for (const char* module : {"installed", "plain", "elsewhere"}) {
    FunctionConfig config = PythonRuntime::Config(std::string(module) + ".fn", "bare");
    config.runtime.clear();
    config.layers = {layer.string()};
    const auto added = PythonRuntime::Get().Add(config);
    EXPECT_EQ(added.ok(), std::string(module) != "elsewhere") << module << ": " << added.status().message();
    if (!added.ok()) continue;
    EXPECT_EQ((*added)->runtime().info.language, "python");
    EXPECT_EQ(Answer(**added, "1"), "ok 1");
  }
  std::filesystem::remove_all(layer);
  Covers("K-12", "H-PY-14");
}

// email, struct and zipfile fail whoever imports them: nobody does.
TEST(Packages, HPy14FilesThatNobodyImportsAreNotRun) {
  EXPECT_EQ(Answer(PythonRuntime::Add("app.handler", "shadowing"), "1"), "ok \"ok\"");
  EXPECT_EQ(Answer(PythonRuntime::Add("email.handler", "shadowing"), "1"),
            InitError("Runtime.ImportModuleError", "Unable to import module 'email': No module named 'nodep'"));
  EXPECT_EQ(Answer(PythonRuntime::Add("app.handler", "shadowing"), "1"), "ok \"ok\"");
  Covers("H-PY-14", "H-PY-23");
}

TEST(Packages, HPy14ThePackagesFilesBeatTheStandardLibrary) {
  EXPECT_EQ(Answer(PythonRuntime::Add("app.marks", "shadowing"), R"(["glob", "inspect", "signal", "json", "logging"])"),
            R"(ok ["glob", "inspect", "signal"])");
  Covers("H-PY-14");
}

TEST(Packages, HPy14PackageComesFirst) {
  const std::string shown = Answer(PythonRuntime::Add("machine.search_path"), "1");
  EXPECT_EQ(Show(Outcome::Success(Payload::Copy(shown))).find("ok ok [\"{packages}/rules\", "), 0u) << shown;
  Covers("H-PY-14");
}

TEST(Packages, K19NoByteCodeIsWritten) {
  EXPECT_EQ(Answer(PythonRuntime::Add("pkg.sub.mod.fn"), "1"), "ok \"nested\"");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(TANDEM_TEST_PACKAGES)) {
    EXPECT_NE(entry.path().filename(), "__pycache__") << entry.path();
  }
  Covers("K-19");
}

TEST(Packages, RemovedFunctionsForgetTheirModules) {
  const FunctionConfig config = PythonRuntime::Config("counting.fn", "forgetful");
  Function& first = PythonRuntime::Add(config);
  EXPECT_EQ(Answer(first, "1"), "ok 1");
  EXPECT_EQ(Answer(first, "1"), "ok 2");
  ASSERT_TRUE(PythonRuntime::Get().Remove(config.name).ok());
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "1"), "ok 1");  // E-47
  ASSERT_TRUE(PythonRuntime::Get().Remove(config.name).ok());
}

// As ADR 0002 has it: of a package's only function an exit and a timeout reset the globals, of one of several in a
// process they do not.
TEST(Packages, E47AnExitAndATimeoutResetTheGlobalsOfAnOnlyFunction) {
  FunctionConfig config = PythonRuntime::Config("counting.fn", "forgetful");
  config.timeout = std::chrono::seconds(2);
  Function& only = PythonRuntime::Add(config);
  for (const auto& [event, error] : {std::pair("\"exit\"", "exit status 3"), {"\"overrun\"", "timed out"}}) {
    EXPECT_EQ(Answer(only, "1"), "ok 1");
    EXPECT_EQ(Answer(only, "1"), "ok 2");
    EXPECT_NE(Answer(only, event).find(error), std::string::npos);
  }
  EXPECT_EQ(Answer(only, "1"), "ok 1");

  const FunctionConfig second = PythonRuntime::Config("counting.fn", "forgetful");
  const bool shared = !InProcessIsolation();
  EXPECT_EQ(Answer(PythonRuntime::Add(second), "1"), shared ? "ok 2" : "ok 1") << "whether they share the module";
  EXPECT_NE(Answer(only, "\"exit\"").find("exit status 3"), std::string::npos);
  EXPECT_EQ(Answer(only, "1"), shared ? "ok 4" : "ok 1");
  ASSERT_TRUE(PythonRuntime::Get().Remove(second.name).ok());
  ASSERT_TRUE(PythonRuntime::Get().Remove(config.name).ok());
  Covers("E-47");
}

const OnlyInline kFailedInit("Packages.HPy36AFailedInitLeavesTheOthersModules", "two functions meet in one CPython");

TEST(Packages, HPy36AFailedInitLeavesTheOthersModules) {
  ASSERT_TRUE(PythonRuntime::Get().Prepare(PythonRuntime::Add("meeting.tell", "meeting")).ok());
  Function& steady = PythonRuntime::Add("steady.fn", "meeting");
  Function& failing = PythonRuntime::Add("failing.fn", "meeting");
  std::thread other([&] { EXPECT_EQ(Answer(steady, "1"), "ok true"); });
  EXPECT_NE(Answer(failing, "1").find("first time"), std::string::npos);
  EXPECT_EQ(Answer(PythonRuntime::Add("meeting.tell", "meeting"), "1"), "ok null");
  other.join();
  EXPECT_EQ(Answer(failing, "1"), "ok 2") << "its own modules run again";
  Covers("H-PY-36");
}

TEST(Machine, ExecutableIsTheInterpreter) {
  const std::string shown = Answer(PythonRuntime::Add("machine.executable"), "1");
  EXPECT_EQ(shown.find("ok [\"" + PythonRuntime::Add("wire.echo").runtime().info.path + "\", "), 0u) << shown;
  EXPECT_NE(shown.find(", 1, true, [\"tandem\"]]"), std::string::npos) << shown;
}

TEST(Machine, AsyncioAndSignalsWorkOnTheMainThread) {
  EXPECT_EQ(Answer(PythonRuntime::Add("machine.loops"), "1"), "ok [42, 42]");
  EXPECT_EQ(Answer(PythonRuntime::Add("machine.signals"), "1"), "ok [true, true]");
}

TEST(Machine, PoolsOfThreadsAndProcesses) {
  EXPECT_EQ(Answer(PythonRuntime::Add("machine.threads"), "[1, 2, 3]"), "ok [1, 4, 9]");
  EXPECT_EQ(Answer(PythonRuntime::Add("machine.processes"), "[1, 2, 3]"), "ok [1, 4, 9]");
}

TEST(Machine, CancelEndsALoop) {
  Function& function = PythonRuntime::Add("machine.spin");
  std::thread canceller([&] {
    while (PythonRuntime::Log().TextOf(function.config().name).find("spinning") == std::string::npos) {
      std::this_thread::yield();
    }
    PythonRuntime::Get().Cancel(function, "test-id");
  });
  const Outcome outcome = Invoke(function, "1").outcome;
  canceller.join();
  EXPECT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(Answer(PythonRuntime::Add("wire.echo"), "1"), "ok 1");
}

const OnlyInline kHostsSignals("Machine.SignalActionsAreTheHosts", "CPython is not in the host's process");

TEST(Machine, SignalActionsAreTheHosts) {
  for (const int number : {SIGINT, SIGPIPE, SIGSEGV, SIGTERM, SIGCHLD}) {
    struct sigaction action {};
    ASSERT_EQ(sigaction(number, nullptr, &action), 0);
    EXPECT_EQ(action.sa_handler, SIG_DFL) << number;
  }
}

TEST(Machine, NumpyWorksInTheMainInterpreter) {  // which is each package's in process isolation
  ASSERT_NE(getenv("TANDEM_TEST_VENV"), nullptr) << "TANDEM_TEST_VENV must name a virtual environment that has numpy";
  EXPECT_EQ(Answer(PythonRuntime::Add("machine.arrays"), "[1, 2, 3]"), R"(ok ["numpy", 6, 11.0])");
  if (InProcessIsolation()) {
    EXPECT_EQ(Answer(PythonRuntime::Add("uses_numpy.fn", "twin"), "1"), "ok \"numpy\"");
    return;
  }
  const std::string refused = Answer(PythonRuntime::Add("uses_numpy.fn", "twin"), "1");
  const std::string remedy = "run this function with process isolation: ";
  EXPECT_NE(refused.find("Unable to import module 'uses_numpy': " + remedy), std::string::npos) << refused;
  EXPECT_EQ(refused.find("\\n"), std::string::npos) << "one line: " << refused;
  Function& lazy = PythonRuntime::Add("hello_python.numpy_user", "twin");
  for (int round = 0; round < 2; ++round) {
    const std::string late = Answer(lazy, "1");
    const std::string message = late.substr(0, late.find("\", \"errorType\""));
    EXPECT_EQ(message.find("error {\"errorMessage\": \"" + remedy), 0u) << late;
    EXPECT_EQ(message.find("\\n"), std::string::npos) << "one line: " << late;
  }
}

}  // namespace
}  // namespace tandem::test
