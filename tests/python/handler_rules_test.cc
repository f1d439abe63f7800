// From handler names to handlers: H-PY-01 to H-PY-39.

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

std::string ImportError(const std::string& message) {
  return InitError("Runtime.ImportModuleError", "Unable to import module " + message);
}

const std::vector<Case>& Cases() {
  const std::string greeting = "ok {\"message\": \"Hello Ada L\"}";
  const std::string ada = R"({"first_name": "Ada", "last_name": "L"})";
  static const std::vector<Case> rows = {
      {"H-PY-01", "hello_python.my_handler", ada, greeting},
      {"H-PY-38", "hello_python.my_handler", R"({"last_name": "L"})",
       Error("KeyError", "'first_name'",
             R"("  File \"{packages}/rules/hello_python.py\", line 2, in my_handler\n)"
             R"(    message = \"Hello {} {}\".format(event[\"first_name\"], event[\"last_name\"])\n")")},
      {"H-PY-02 H-JAVA-06/python", "pkg.sub.mod.fn", "1", "ok \"nested\""},
      {"H-PY-03", "pkg/sub/mod.fn", "1", "ok \"nested\""},
      {"H-PY-03", "pkg/sub.mod.fn", "1", "ok \"nested\""},
      {"H-PY-03", "pkg/nothing.fn", "1", ImportError("'pkg/nothing': No module named 'pkg.nothing'")},
      {"H-PY-04", "plain_dir.mod.fn", "1", "ok \"nested\""},
      {"H-PY-05", "./hello_python.my_handler", "1",
       InitError("TypeError", "the 'package' argument is required to perform a relative import for '..hello_python'",
                 "{frames}")},
      {"H-PY-05", "/hello_python.my_handler", "1",
       InitError("TypeError", "the 'package' argument is required to perform a relative import for '.hello_python'",
                 "{frames}")},
      {"H-PY-06", "myhandler", "1",
       InitError("Runtime.MalformedHandlerName",
                 "Bad handler 'myhandler': not enough values to unpack (expected 2, got 1)")},
      {"H-PY-07", ".fn", "1", InitError("ValueError", "Empty module name", "{frames}")},
      {"H-PY-08", "shapes.", "1", InitError("Runtime.HandlerNotFound", "Handler '' missing on module 'shapes'")},
      {"H-PY-09", "shapes..fn", "1", ImportError("'shapes.': No module named 'shapes.'; 'shapes' is not a package")},
      {"H-PY-10", "shapes.Class.method", "1",
       ImportError("'shapes.Class': No module named 'shapes.Class'; 'shapes' is not a package")},
      {"H-PY-11", "my-mod.my_handler", ada, greeting},
      {"H-PY-12", " shapes.function", "1", ImportError("' shapes': No module named ' shapes'")},
      {"H-PY-12", "shapes.function ", "1",
       InitError("Runtime.HandlerNotFound", "Handler 'function ' missing on module 'shapes'")},
      {"H-PY-13", "pkg\\sub.fn", "1", ImportError("'pkg\\\\sub': No module named 'pkg\\\\\\\\sub'")},
      {"H-PY-15", "nothing.fn", "1", ImportError("'nothing': No module named 'nothing'")},
      {"H-PY-16", "needs_dependency.fn", "1",
       ImportError("'needs_dependency': No module named 'dependency_that_is_not_there'")},
      {"H-PY-17", "needs_name.fn", "1",
       ImportError("'needs_name': cannot import name 'nothing_of_that_name' from 'shapes' "
                   "({packages}/rules/shapes.py)")},
      {"H-PY-17", "refuses_import.fn", "1", ImportError("'refuses_import': not on this machine")},
      {"H-PY-17", "needs_deeply.fn", "1", ImportError("'needs_deeply': needs_deeply needs an extra")},
      {"H-PY-18", "shapes.nothing", "1",
       InitError("Runtime.HandlerNotFound", "Handler 'nothing' missing on module 'shapes'")},
      {"H-PY-20", "sys.exit", "1",
       InitError("Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module")},
      {"H-PY-20", "time.sleep", "1",
       InitError("Runtime.BuiltInModuleConflict", "Cannot use built-in module time as a handler module")},
      {"H-PY-21", "plain_dir/sys.fn", "1", "ok \"nested\""},
      {"H-PY-21", "plain_dir.sys.fn", "1", "ok \"nested\""},
      {"H-PY-21", "shapes.__name__", "1", Error("TypeError", "'str' object is not callable")},
      {"H-PY-21", "json.fn", "1", InitError("Runtime.HandlerNotFound", "Handler 'fn' missing on module 'json'")},
      {"H-PY-28", "shapes.function", "1", "ok [\"function\", 1]"},
      {"H-PY-28", "shapes.anonymous", "1", "ok [\"lambda\", 1]"},
      {"H-PY-28", "shapes.partial", "1", "ok [\"partial\", 1]"},
      {"H-PY-28", "shapes.instance", "1", "ok [\"instance\", 1]"},
      {"H-PY-28", "shapes.bound", "1", "ok [\"method\", 1]"},
      {"H-PY-29 E-09", "shapes.number", "1", Error("TypeError", "'int' object is not callable")},
      {"H-PY-30 E-09", "shapes.one", "1", Error("TypeError", "one() takes 1 positional argument but 2 were given")},
      {"H-PY-31", "shapes.Class", "1",
       Error("Runtime.MarshalError", "Unable to marshal response: Object of type Class is not JSON serializable")},
      {"H-PY-32", "shapes.coroutine", "1",
       Error("Runtime.MarshalError", "Unable to marshal response: Object of type coroutine is not JSON serializable")},
      {"H-PY-32", "shapes.generator", "1",
       Error("Runtime.MarshalError", "Unable to marshal response: Object of type generator is not JSON serializable")},
      {"H-PY-33", "shapes.renamed", "1", "ok [1, true, [], 3]"},
  };
  return rows;
}

// Replaces the stack trace by a mark where the row does not spell it out.
std::string Masked(std::string shown, const std::string& expected) {
  const std::string start = "\"stackTrace\": [";
  const size_t at = shown.find(start);
  if (expected.find("{frames}") == std::string::npos || at == std::string::npos) return shown;
  return shown.substr(0, at + start.size()) + "{frames}]}";
}

class HandlerTest : public ::testing::TestWithParam<Case> {};

TEST_P(HandlerTest, Rule) {
  const Case& row = GetParam();
  EXPECT_EQ(Masked(Answer(PythonRuntime::Add(row.handler), row.event), row.expected), row.expected);
  Covers(row.rule);
}

INSTANTIATE_TEST_SUITE_P(Rules, HandlerTest, ::testing::ValuesIn(Cases()), CaseName);

TEST(Handler, HPy28ABuiltInFunctionIsCalled) {
  const std::string types =
      PythonRuntime::Minor() < 10 ? "a type or tuple of types" : "a type, a tuple of types, or a union";
  EXPECT_EQ(Answer(PythonRuntime::Add("shapes.built_in"), "1"),
            Error("TypeError", "isinstance() arg 2 must be " + types));
  Covers("H-PY-28");
}

TEST(Handler, HPy22TheInterpreterSaysWhatIsBuiltIn) {
  std::istringstream names(Answer(PythonRuntime::Add("machine.built_in"), "1"));
  std::string name;
  int count = 0;
  for (char quote = 0; names.get(quote);) {
    if (quote != '"' || !std::getline(names, name, '"')) continue;
    EXPECT_EQ(
        Answer(PythonRuntime::Add(name + ".fn"), "1"),
        InitError("Runtime.BuiltInModuleConflict", "Cannot use built-in module " + name + " as a handler module"));
    ++count;
  }
  EXPECT_GT(count, 10);
  Covers("H-PY-22");
}

// Sources that are no Python for other reasons than their grammar.
TEST(Handler, HPy23EveryKindOfBadSourceIsASyntaxError) {
  const std::filesystem::path folder = ::testing::TempDir() + "sources-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  std::map<std::string, std::string> sources = {{"indented", "def fn(event, context):\nreturn 1\n"},
                                                {"tabs", "if True:\n        a = 1\n\tb = 2\n"},
                                                {"latin", "name = '\xe9'\n"}};
  if (PythonRuntime::Minor() >= 12) sources["zero"] = std::string("a = 1\0\n", 7);
  for (const auto& [module, source] : sources) {
    std::ofstream(folder / (module + ".py")) << source;
    FunctionConfig config = PythonRuntime::Config(module + ".fn");
    config.code = folder.string();
    const std::string shown = Answer(PythonRuntime::Add(config), "1");
    EXPECT_EQ(shown.find(R"(error {"errorMessage": "Syntax error in module ')" + module + "': "), 0u) << shown;
    EXPECT_NE(shown.find(R"("errorType": "Runtime.UserCodeSyntaxError")"), std::string::npos) << shown;
  }
  std::filesystem::remove_all(folder);
  Covers("H-PY-23");
}

TEST(Handler, HPy23SyntaxErrorsNameModuleAndPlace) {
  const std::string text = PythonRuntime::Minor() < 10 ? "invalid syntax" : "expected ':'";
  const std::string trace = R"("  File \"{packages}/rules/bad_syntax.py\" Line 1\n    def fn(event, context)\n")";
  for (const char* module : {"bad_syntax", "imports_bad_syntax"}) {  // H-PY-24, H-PY-25
    EXPECT_EQ(
        Answer(PythonRuntime::Add(std::string(module) + ".fn"), "1"),
        InitError("Runtime.UserCodeSyntaxError",
                  "Syntax error in module '" + std::string(module) + "': " + text + " (bad_syntax.py, line 1)", trace));
  }
  Covers("H-PY-23", "H-PY-24", "H-PY-25");
}

TEST(Handler, HPy19ModuleGetattrMayFailOtherwise) {
  const std::string shown = Answer(PythonRuntime::Add("getattr_fails.fn"), "1");
  EXPECT_EQ(
      shown.find(
          R"(error {"errorMessage": "no fn", "errorType": "LookupError", "requestId": "", "stackTrace": ["  File \"{packages}/rules/getattr_fails.py\", line 2, in __getattr__\n)"),
      0u)
      << shown;
  Covers("H-PY-19");
}

TEST(Handler, HPy26OtherErrorsAtImportKeepTheImportersFrames) {
  const std::string shown = Answer(PythonRuntime::Add("raises.fn"), "1");
  EXPECT_EQ(
      shown.find(
          R"x(error {"errorMessage": "('at import', 5)", "errorType": "Problem", "requestId": "", "stackTrace": ["  File \")x"),
      0u)
      << shown;
  EXPECT_NE(shown.find("importlib/__init__.py"), std::string::npos);
  EXPECT_NE(shown.find("<frozen importlib._bootstrap>"), std::string::npos);
  EXPECT_NE(
      shown.find(
          R"x("  File \"{packages}/rules/raises.py\", line 5, in <module>\n    raise Problem(\"at import\", 5)\n"]})x"),
      std::string::npos);
  EXPECT_EQ(shown.find("_tandem"), std::string::npos);  // E-09
  Covers("H-PY-26", "E-09");
}

void ExpectOthersServed() {
  EXPECT_EQ(Answer(PythonRuntime::Add("shapes.function"), "1"), "ok [\"function\", 1]");
}

// E-36: the caller learns how the process has ended, each time anew.
TEST(Handler, HPy27ExitAtImportEndsTheProcess) {
  const std::tuple<const char*, int, const char*> ends[] = {{"exits.fn", 7, "exit status 7"},
                                                            {"interrupts.fn", -2, "signal: interrupt"},
                                                            {"raises_bad_text.fn", 1, "exit status 1"}};  // E-13
  for (const auto& [handler, status, reason] : ends) {
    Function& function = PythonRuntime::Add(handler);
    for (int i = 0; i < 2; ++i) {
      const Outcome outcome = Invoke(function, "1").outcome;
      ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << handler;
      EXPECT_EQ(outcome.disposition(), Disposition::kExited) << handler;
      EXPECT_EQ(outcome.error().exit_status, status) << handler;
      EXPECT_EQ(Show(outcome), R"(error {"errorType":"Runtime.ExitError","errorMessage":"RequestId: test-id Error: )"
                               R"(Runtime exited with error: )" +
                                   std::string(reason) + "\"}");
    }
  }
  ExpectOthersServed();
  Covers("H-PY-27", "E-13", "E-36");
}

// In a process of its own, as it would keep the host's.
TEST(Handler, E35AnImportWithoutAnEndIsATimeout) {
  RuntimeOptions options = PythonRuntime::Options();
  options.workers.init_limit = std::chrono::milliseconds(100);
  const auto runtime = Runtime::Create(std::move(options));
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  FunctionConfig config = PythonRuntime::Config("hangs.fn");
  config.isolation = Isolation::kProcess;
  config.timeout = std::chrono::seconds(2);
  const auto function = (*runtime)->Add(config);
  ASSERT_TRUE(function.ok()) << function.status().message();
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = (*runtime)->Invoke(**function, Event("1")).outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
    EXPECT_EQ(outcome.error().type, "Sandbox.Timedout");
    EXPECT_NE(outcome.error().message.find("Task timed out after 2.00 seconds"), std::string::npos);
  }
  ExpectOthersServed();
  Covers("E-35");
}

TEST(Handler, HPy34ModuleStatePersists) {
  Function& function = PythonRuntime::Add("shapes.count");
  EXPECT_EQ(Answer(function, "1"), "ok 1");
  EXPECT_EQ(Answer(function, "1"), "ok 2");
  Covers("H-PY-34");
}

// A failure of a kind that H-PY-05 to H-PY-26 have.
struct InitFailure {
  const char* handler;
  const char* type;
};

std::ostream& operator<<(std::ostream& out, const InitFailure& row) {
  return out << row.handler;
}

const InitFailure kInitFailures[] = {
    {"./hello_python.my_handler", "TypeError"},
    {"/hello_python.my_handler", "TypeError"},
    {"myhandler", "Runtime.MalformedHandlerName"},
    {"", "Runtime.MalformedHandlerName"},
    {".fn", "ValueError"},
    {"shapes.", "Runtime.HandlerNotFound"},
    {"shapes..fn", "Runtime.ImportModuleError"},
    {"shapes.Class.method", "Runtime.ImportModuleError"},
    {" shapes.function", "Runtime.ImportModuleError"},
    {"shapes.function ", "Runtime.HandlerNotFound"},
    {"pkg\\sub.fn", "Runtime.ImportModuleError"},
    {"needs_dependency.fn", "Runtime.ImportModuleError"},
    {"needs_name.fn", "Runtime.ImportModuleError"},
    {"shapes.nothing", "Runtime.HandlerNotFound"},
    {"getattr_fails.fn", "LookupError"},
    {"sys.exit", "Runtime.BuiltInModuleConflict"},
    {"json.fn", "Runtime.HandlerNotFound"},
    {"bad_syntax.fn", "Runtime.UserCodeSyntaxError"},
    {"imports_bad_syntax.fn", "Runtime.UserCodeSyntaxError"},
    {"raises.fn", "Problem"},
};

class InitFailures : public ::testing::TestWithParam<InitFailure> {};

TEST_P(InitFailures, HPy35AreReportedByTheirTypeForNoRequest) {
  const auto& [handler, type] = GetParam();
  Function& function = PythonRuntime::Add(handler);
  for (int i = 0; i < 2; ++i) {  // the init phase runs again
    const Outcome outcome = Invoke(function, "1").outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(outcome.error().type, type);
    EXPECT_EQ(outcome.error().reported_type, type);
    const std::string shown = Show(outcome);
    EXPECT_NE(shown.find(R"("errorType": ")" + std::string(type) + R"(", "requestId": "")"), std::string::npos)
        << shown;
  }
  ExpectOthersServed();
  Covers("H-PY-35");
}

INSTANTIATE_TEST_SUITE_P(Rules, InitFailures, ::testing::ValuesIn(kInitFailures));

TEST(Handler, HPy35InitErrorsReportTheirType) {
  const Outcome outcome = Invoke(PythonRuntime::Add("nothing.fn"), "1").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(outcome.error().reported_type, "Runtime.ImportModuleError");
  EXPECT_EQ(outcome.error().type, "Runtime.ImportModuleError");
  EXPECT_EQ(Invoke(PythonRuntime::Add("shapes.number"), "1").outcome.error().reported_type, "");
  Covers("H-PY-35", "E-24/python");
}

TEST(Handler, HPy36InitRunsAgainWithTheNextInvocation) {
  FunctionConfig config = PythonRuntime::Config("flaky.fn");
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe");  // whose folder all processes see
  const std::string file = program.string() + "-" + std::to_string(getpid());
  config.variables["TANDEM_TEST_FLAKY_FILE"] = file;
  Function& function = PythonRuntime::Add(config);
  const std::string first = Answer(function, "1");
  EXPECT_EQ(first.find(R"(error {"errorMessage": "first time", "errorType": "RuntimeError", "requestId": "")"), 0u)
      << first;
  EXPECT_EQ(Answer(function, "1"), "ok 1");
  std::filesystem::remove(file);
  Covers("H-PY-36", "E-33", "H-JAVA-10/python");
}

TEST(Handler, HPy36TheHintOfAFailedInitIsSaidOnce) {
  Function& function = PythonRuntime::Add("flakyy.fn");
  const std::string first = Answer(function, "1");
  EXPECT_EQ(Answer(function, "1"), first);
  EXPECT_EQ(PythonRuntime::Log().TextOf(function.config().name, LogOrigin::kHint),
            "tandem: hint: did you mean flaky.fn?\n");
  Covers("E-34");
}

TEST(Handler, HPy39SeedSettingsAreAccepted) {
  FunctionConfig config = PythonRuntime::Config("contexts.values");
  config.runtime = "python3.6";
  config.timeout = std::chrono::seconds(15);
  config.memory_size_mb = 512;
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "[\"memory_limit_in_mb\"]"), "ok [\"512\"]");
  config.name += 'b';
  config.handler = "contexts.remaining";
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "1"), "ok [\"int\", true]");
  Covers("H-PY-39", "C-03/python");
}

}  // namespace
}  // namespace tandem::test
