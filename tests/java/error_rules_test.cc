// What the invoker gets when a handler fails: E-17 to E-29.

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

std::string Frame(const std::string& method, int line) {
  return R"("rules.Failures.)" + method + "(Failures.java:" + std::to_string(line) + ")\"";
}

const Case kCases[] = {
    {"E-17/java E-27", "rules.Failures::runtime", "1",
     Error("went wrong", "java.lang.RuntimeException", Frame("runtime", 24))},
    {"E-18/java", "rules.Failures::noMessage", "1",
     Error("java.lang.IllegalStateException", "java.lang.IllegalStateException", Frame("noMessage", 28))},
    {"E-18/java", "rules.Failures::checked", "1",
     Error("localized own", "rules.Failures$MyError", Frame("checked", 32))},
    {"E-19 E-06/java", "rules.Failures::checked", "1",
     Error("localized own", "rules.Failures$MyError", Frame("checked", 32))},
    {"E-22", "rules.Failures::caused", "1", Error("outer", "java.lang.IllegalStateException", Frame("caused", 47))},
    {"E-27", "rules.Failures::wrapped", "1",
     Error("the handler's own", "java.lang.reflect.InvocationTargetException", Frame("wrapped", 154))},
    {"E-23", "rules.Failures::assertion", "1", Error("asserted", "java.lang.AssertionError", Frame("assertion", 36))},
    {"E-23", "rules.Failures::noClass", "1",
     Error("gone/Away", "java.lang.NoClassDefFoundError", Frame("noClass", 40))},
    {"E-29", "rules.Failures::sneaky", "1", Error("sneaked", "java.io.IOException", Frame("sneaky", 55))},
    {"E-17/java", "rules.Failures::unicode", "1",
     Error("\xc3\xa9\xf0\x9d\x84\x9e \\\"quoted\\\"\\n\x7f\\u2028?", "java.lang.RuntimeException",
           Frame("unicode", 84))},
    {"E-18/java", "rules.Failures::traced", "\"null\"", Error("null", "rules.Failures$Traced")},
    {"E-18/java", "rules.Failures::traced", "\"throws\"", Error("throws", "rules.Failures$Traced")},
    {"E-18/java", "rules.Failures::traced", "\"null element\"",
     Error("null element", "rules.Failures$Traced", "\"a.B.c(B.java:1)\"")},
};

class Errors : public ::testing::TestWithParam<Case> {};
TEST_P(Errors, HaveTheBodyOfTheRule) {
  Function& function = JavaRuntime::Add(GetParam().handler);
  // E-20: nothing changes when the JDK changes its way of calling after a number of calls.
  for (int i = 0; i < 20; ++i) {
    const Outcome outcome = Invoke(function, GetParam().event).outcome;
    ASSERT_EQ(Show(outcome), GetParam().expected) << "call " << i;
    EXPECT_EQ(outcome.error().reported_type, "Runtime.UserException");
    EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
  }
  Covers(GetParam().rule, "E-20", "E-24/java");
}
INSTANTIATE_TEST_SUITE_P(Java, Errors, ::testing::ValuesIn(kCases), CaseName);

// E-21: a class-only handler's trace is the user's frames, too.
TEST(Traces, E21ShowNoFramesOfOurs) {
  const Outcome outcome = Invoke(JavaRuntime::Add("rules.Classes$Values"), R"({"a":null})").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(outcome.error().type, "java.lang.NullPointerException");
  ASSERT_FALSE(outcome.error().stack_trace.empty());
  for (const std::string& frame : outcome.error().stack_trace) {
    EXPECT_EQ(frame.rfind("rules.Classes$Values.handleRequest(Classes.java:", 0), 0u) << frame;
  }
  Covers("E-21");
}

// A message, a trace and a cause are asked of the user's class, which may throw again.
TEST(Traces, E18AnExceptionWhoseOwnMethodsThrowIsStillAFunctionError) {
  Function& function = JavaRuntime::Add("rules.Failures::hostile");
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = Invoke(function, "1").outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
    EXPECT_EQ(outcome.error().type, "rules.Failures$Hostile");
    EXPECT_EQ(outcome.error().message, "rules.Failures$Hostile");
    EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
  }
  Function& endless = JavaRuntime::Add("rules.Failures::endlessText");
  EXPECT_EQ(Show(Invoke(endless, "1").outcome),
            Error("rules.Failures$EndlessText", "rules.Failures$EndlessText", Frame("endlessText", 186)));
  EXPECT_EQ(Show(Invoke(endless, "0").outcome), Ok("0")) << "it is served on";
  Covers("E-18/java");
}

TEST(Fatal, E25AndE26StackOverflowReplacesTheEnvironment) {
  Function& function = JavaRuntime::Add("rules.Failures::overflow");
  const Outcome outcome = Invoke(function, "1").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
  EXPECT_EQ(outcome.error().type, "java.lang.StackOverflowError");
  EXPECT_EQ(outcome.error().message, "java.lang.StackOverflowError");
  EXPECT_EQ(outcome.disposition(), Disposition::kRecycle);
  EXPECT_GT(outcome.error().stack_trace.size(), 100u);
  EXPECT_LE(outcome.error().stack_trace.size(), 1024u);
  EXPECT_EQ(Show(Invoke(function, "0").outcome), Ok("0"));
  Covers("E-25/java", "E-26");
}

TEST(Fatal, E25HeapExhaustionReplacesTheEnvironment) {
  Function& function = JavaRuntime::Add("rules.Failures::exhaust");
  const Outcome outcome = Invoke(function, "1").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
  EXPECT_EQ(outcome.error().type, "java.lang.OutOfMemoryError");
  EXPECT_EQ(outcome.disposition(), Disposition::kRecycle);
  Covers("E-25/java");
}

TEST(Fatal, E25IoErrorReplacesTheEnvironment) {
  const Outcome outcome = Invoke(JavaRuntime::Add("rules.Failures::ioError"), "1").outcome;
  EXPECT_EQ(Show(outcome), Error("java.io.IOException: disk", "java.io.IOError", Frame("ioError", 80)));
  EXPECT_EQ(outcome.disposition(), Disposition::kRecycle);
  Covers("E-25/java");
}

struct FatalCase {
  const char* rule;
  const char* event;
  const char* type;
};

std::ostream& operator<<(std::ostream& out, const FatalCase& row) {
  return out << row.rule << " " << row.event;
}

class StaticsStartAnew : public ::testing::TestWithParam<FatalCase> {};

TEST_P(StaticsStartAnew, InTheNextInvocation) {
  FunctionConfig config = JavaRuntime::Config("rules.Fatal::handle");
  config.timeout = std::chrono::seconds(1);
  Function& function = JavaRuntime::Add(config);
  ASSERT_TRUE(JavaRuntime::Get().Prepare(function).ok());
  EXPECT_EQ(Show(Invoke(function, R"("count")").outcome), Ok("1"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Show(Invoke(function, R"("count")").outcome), Ok("2"));
    const InvokeResult fatal = Invoke(function, GetParam().event);
    ASSERT_EQ(fatal.outcome.kind(), Outcome::Kind::kFunctionError) << Show(fatal.outcome);
    EXPECT_EQ(fatal.outcome.error().type, GetParam().type);
    EXPECT_EQ(fatal.outcome.disposition(), Disposition::kRecycle);
    const InvokeResult next = Invoke(function, R"("count")");
    EXPECT_EQ(Show(next.outcome), Ok("1"));
    EXPECT_TRUE(next.report.init_duration.has_value()) << "init runs again";
  }
  Covers(GetParam().rule);
}

INSTANTIATE_TEST_SUITE_P(Java, StaticsStartAnew,
                         ::testing::Values(FatalCase{"E-25/java", R"("overflow")", "java.lang.StackOverflowError"},
                                           FatalCase{"E-25/java", R"("array")", "java.lang.OutOfMemoryError"},
                                           FatalCase{"E-47", R"("wait")", "Sandbox.Timedout"}));

}  // namespace
}  // namespace tandem::test
