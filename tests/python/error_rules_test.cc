// Function errors: E-05 to E-16, E-43.

#include <string>
#include <tuple>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

std::string Frame(int line, const std::string& function, const std::string& source) {
  return R"("  File \"{packages}/rules/failures.py\", line )" + std::to_string(line) + ", in " + function +
         R"(\n    )" + source + R"(\n")";
}

TEST(Errors, E05BodyKeepsTheServicesOrder) {
  EXPECT_EQ(Answer(PythonRuntime::Add("failures.key_error"), "1"),
            Error("KeyError", "'k'", Frame(18, "key_error", R"(return {}[\"k\"])")));  // E-06, E-07, E-08
  Covers("E-05", "E-06/python", "E-07", "E-08");
}

TEST(Errors, E07MessageIsTheTextOfTheException) {
  Function& function = PythonRuntime::Add("failures.value_error");
  const std::string frame = Frame(22, "value_error", "raise ValueError(*event)");
  EXPECT_EQ(Answer(function, "[]"), Error("ValueError", "", frame));
  EXPECT_EQ(Answer(function, "[1, 2]"), Error("ValueError", "(1, 2)", frame));
  Covers("E-07", "E-17/python", "E-18/python");
}

TEST(Errors, E08CausesAreNotShown) {
  EXPECT_EQ(Answer(PythonRuntime::Add("failures.nested"), "1"),
            Error("MyError", "custom text",
                  Frame(26, "nested", "inner()") + ", " + Frame(33, "inner", "raise MyError() from error")));  // E-13
  Covers("E-08", "E-13");
}

// The folder of the loader's own Python files.
bool NamesOurFiles(const std::string& text) {
  return text.find("/python/_tandem/") != std::string::npos || text.find("/python/vendor/") != std::string::npos;
}

TEST(Errors, E09OwnFramesAreNowhereInATrace) {
  Function& function = PythonRuntime::Add("traces.raised");
  const std::string shown = Answer(function, "1");
  for (const char* part : {"in raised", "in log_wrongly", "logging/__init__.py", "TypeError"}) {
    EXPECT_NE(shown.find(part), std::string::npos) << part << " in " << shown;
  }
  EXPECT_FALSE(NamesOurFiles(shown)) << shown;
  const std::string stack_at_init = PythonRuntime::Log().TextOf(function.config().name);
  EXPECT_NE(stack_at_init.find("Stack (most recent call last):"), std::string::npos) << stack_at_init;
  EXPECT_FALSE(NamesOurFiles(stack_at_init)) << stack_at_init;
  Covers("E-09");
}

TEST(Errors, E09OwnFramesAreNotLogged) {
  for (const char* handler : {"logged", "chained", "grouped", "unsayable"}) {
    for (const char* format : {"TEXT", "JSON"}) {
      FunctionConfig config = PythonRuntime::Config(std::string("traces.") + handler);
      config.log_format = format;
      Invoke(PythonRuntime::Add(config), "1");
      const std::string text = PythonRuntime::Log().TextOf(config.name);
      EXPECT_NE(text.find("traces.py"), std::string::npos) << text;
      EXPECT_FALSE(NamesOurFiles(text)) << text;
    }
  }
  Covers("E-09");
}

TEST(Errors, E10RepeatedFramesCollapse) {
  const std::string shown = Answer(PythonRuntime::Add("failures.recursion"), "1");
  EXPECT_NE(shown.find("\"errorType\": \"RecursionError\""), std::string::npos) << shown;
  EXPECT_NE(shown.find("more times]\\n\""), std::string::npos) << shown;
  Covers("E-10");
}

TEST(Errors, E12ExceptionGroup) {
  if (PythonRuntime::Minor() < 11) {
    EXPECT_NE(Answer(PythonRuntime::Add("failures.group"), "1").find("\"NameError\""), std::string::npos);
    return;
  }
  const std::string shown = Answer(PythonRuntime::Add("failures.group"), "1");
  EXPECT_EQ(shown.find(R"x(error {"errorMessage": "eg (1 sub-exception)", "errorType": "ExceptionGroup")x"), 0u)
      << shown;
  Covers("E-12");
}

TEST(Errors, E13TextThatCannotBeMadeEndsTheProcess) {
  Function& function = PythonRuntime::Add("failures.bad_text");
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = Invoke(function, "1").outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(outcome.disposition(), Disposition::kExited);
    EXPECT_EQ(outcome.error().exit_status, 1);
  }
  EXPECT_NE(PythonRuntime::Log().TextOf(function.config().name).find("RuntimeError: no text"), std::string::npos);
  EXPECT_EQ(Answer(PythonRuntime::Add("wire.echo"), "1"), "ok 1") << "others are served";
  Covers("E-13");
}

TEST(Errors, E14MessagesFollowTheFunctionsGeneration) {
  FunctionConfig config = PythonRuntime::Config("failures.text");
  config.runtime = "python3.9";
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "\"é\"").find(R"(error {"errorMessage": "\u00e9")"), 0u);
  if (PythonRuntime::Minor() >= 12) {
    EXPECT_EQ(Answer(PythonRuntime::Add("failures.text"), "\"é\"").find(R"(error {"errorMessage": "é")"), 0u);
  }
  EXPECT_EQ(Answer(PythonRuntime::Add("failures.surrogate"), "1").find(R"(error {"errorMessage": "\ud800")"), 0u);
  Covers("E-14");
}

TEST(Errors, E14MessagesMayHoldAnyCharacter) {
  FunctionConfig config = PythonRuntime::Config("failures.text");
  config.runtime = "python3.9";
  EXPECT_EQ(Answer(PythonRuntime::Add(config), "\"\x7f\"").find(R"(error {"errorMessage": "\u007f")"), 0u);
  if (PythonRuntime::Minor() >= 12) {
    EXPECT_EQ(Answer(PythonRuntime::Add("failures.text"), "\"\x7f\"").find("error {\"errorMessage\": \"\x7f\""), 0u);
  }
  const std::string at_init = Answer(PythonRuntime::Add("raises_any_text.fn"), "1");
  EXPECT_EQ(at_init.find(R"(error {"errorMessage": "\u00fc \u20ac \ud800", "errorType": "ValueError")"), 0u) << at_init;
  const std::string unknown = Answer(PythonRuntime::Add("failures.\xe2\x82\xac"), "1");  // H-PY-18
  EXPECT_NE(unknown.find("\"Runtime.HandlerNotFound\""), std::string::npos) << unknown;
  Covers("E-14");
}

TEST(Errors, E15WhatTheRuntimeFindsHasTypesOfItsOwn) {
  const Case cases[] = {
      {"MarshalError", "wire.result", "\"set\"", {}},    {"UnmarshalError", "wire.echo", "{", {}},
      {"UserCodeSyntaxError", "bad_syntax.fn", "1", {}}, {"HandlerNotFound", "wire.nothing", "1", {}},
      {"ImportModuleError", "nothing.fn", "1", {}},      {"BuiltInModuleConflict", "sys.exit", "1", {}},
      {"MalformedHandlerName", "handler", "1", {}}};
  for (const Case& row : cases) {
    EXPECT_EQ(Invoke(PythonRuntime::Add(row.handler), row.event).outcome.error().type,
              std::string("Runtime.") + row.rule);
  }
  InvokeOptions options;
  options.client_context = "{";
  EXPECT_EQ(Invoke(PythonRuntime::Add("wire.echo"), "1", options).outcome.error().type,
            "Runtime.LambdaContextUnmarshalError");
  Covers("E-15");
}

TEST(Errors, E16StatePersistsAfterAFailure) {
  Function& function = PythonRuntime::Add("failures.mutate");
  EXPECT_NE(Answer(function, "\"fail\"").find("\"ValueError\""), std::string::npos);
  EXPECT_EQ(Answer(function, "\"next\""), R"(ok ["fail", "next"])");
  Covers("E-16");
}

TEST(Errors, E16MemoryErrorIsOrdinary) {
  const Outcome outcome = Invoke(PythonRuntime::Add("failures.memory"), "1").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(outcome.error().type, "MemoryError");
  EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
  Covers("E-25/python");
}

void ExpectExit(const std::string& handler, const std::string& event, int status) {
  Function& function = PythonRuntime::Add(handler);
  const Outcome outcome = Invoke(function, event).outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << handler << " " << event;
  EXPECT_EQ(outcome.disposition(), Disposition::kExited);
  EXPECT_EQ(outcome.error().exit_status, status) << handler << " " << event;
}

TEST(Errors, E43ExitsCarryTheirStatus) {
  ExpectExit("failures.exit_with", "3", 3);
  ExpectExit("failures.exit_with", "0", 0);
  ExpectExit("failures.exit_with", "null", 0);
  ExpectExit("failures.exit_with", "256", 0);
  ExpectExit("failures.exit_with", "-1", 255);
  ExpectExit("failures.interrupt", "1", -2);
  ExpectExit("failures.base_exception", "1", 1);
  Covers("E-43");
}

TEST(Errors, E05AnExceptionsOwnClassIsNotAsked) {
  Function& function = PythonRuntime::Add("failures.hostile");
  const std::string shown = Answer(function, "\"ForeignClass\"");
  EXPECT_EQ(
      shown.find(R"(error {"errorMessage": "x", "errorType": "ForeignClass", "requestId": "test-id", "stackTrace": [)"
                 R"("  File )"),
      0u)
      << shown;
  EXPECT_NE(PythonRuntime::Log().TextOf(function.config().name).find("[ERROR] ForeignClass: x\r"), std::string::npos);
  Covers("E-05");
}

// What ends the process is in the log, in both formats.
TEST(Errors, E13WhatAnExceptionsOwnCodeRaisesEndsTheProcess) {
  const std::tuple<const char*, int, const char*> ends[] = {{"ExitingText", 9, ""},
                                                            {"InterruptedText", -2, "KeyboardInterrupt"},
                                                            {"Nameless", 1, "LookupError: no name"},
                                                            {"Numbered", 1, "TypeError: "}};
  for (const char* format : {"Text", "JSON"}) {
    FunctionConfig config = PythonRuntime::Config("failures.hostile");
    config.log_format = format;
    for (const auto& [name, status, logged] : ends) {
      FunctionConfig one = config;
      one.name += name;
      Function& function = PythonRuntime::Add(one);
      const Outcome outcome = Invoke(function, '"' + std::string(name) + '"').outcome;
      ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << name;
      EXPECT_EQ(outcome.disposition(), Disposition::kExited) << name;
      EXPECT_EQ(outcome.error().exit_status, status) << name;
      EXPECT_NE(PythonRuntime::Log().TextOf(one.name).find(logged), std::string::npos)
          << name << ": " << PythonRuntime::Log().TextOf(one.name);
    }
  }
  Covers("E-13", "E-43");
}

TEST(Errors, E43ForkedChildrenEndWithTheirOwnStatus) {
  Function& function = PythonRuntime::Add("failures.exit_in_child");
  const std::pair<const char*, const char*> ends[] = {{"4", "4"},    {"0", "0"},        {"null", "0"},
                                                      {"-1", "255"}, {"\"text\"", "1"}, {"\"interrupt\"", "-2"}};
  for (const auto& [event, status] : ends) EXPECT_EQ(Answer(function, event), std::string("ok ") + status) << event;
  Covers("E-43");
}

TEST(Errors, E43ExitTextGoesToTheLog) {
  Function& function = PythonRuntime::Add("failures.exit_with");
  const Outcome outcome = Invoke(function, "\"good bye\"").outcome;
  EXPECT_EQ(outcome.error().exit_status, 1);
  EXPECT_EQ(PythonRuntime::Log().TextOf(function.config().name), "good bye\n");
  Covers("E-43");
}

}  // namespace
}  // namespace tandem::test
