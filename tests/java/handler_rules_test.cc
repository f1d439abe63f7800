// How a handler string becomes something that can be called: H-JAVA-01 to 47.

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

constexpr char kNotFound[] = "java.lang.ClassNotFoundException";

const std::vector<Case>& ResolvedCases() {
  static const std::vector<Case> cases = {
      {"H-JAVA-01", "example.Hello::myHandler", "123", Ok(R"("123")")},
      {"H-JAVA-02", "rules.Classes$Values", R"({"a":1,"b":2})", Ok("3")},
      {"H-JAVA-05", "rules.Classes$Plain::handleRequest", R"("x")", Ok(R"("x")")},
      {"H-JAVA-12", "rules.Classes$Both", R"("x")", Ok("stream")},
      {"H-JAVA-14", "rules.Classes$Concrete", R"([{"firstName":"Ada"},{}])", Ok(R"("Ada of 2")")},
      {"H-JAVA-16", "rules.Classes$Bounded", R"({"firstName":"Ada"})", Ok(R"("Ada")")},
      {"H-JAVA-17", "rules.Classes$Raw::handleRequest", "1", Ok(R"("java.lang.Integer")")},
      {"H-JAVA-17", "rules.Classes$Unbounded::handleRequest", "[]", Ok(R"("java.util.ArrayList")")},
      {"H-JAVA-18", "rules.Classes$Defaulted", R"("x")", Ok(R"("default x")")},
      {"H-JAVA-25", "rules.Classes$PrivateConstructor::runStatic", "1", Ok(R"("static")")},
      {"H-JAVA-25", "rules.Classes$Abstract::runStatic", "1", Ok(R"("static")")},
      {"H-JAVA-25", "rules.Classes$ThrowingConstructor::runStatic", "1", Ok(R"("static")")},
      {"H-JAVA-26", "rules.Classes$ContextLoader::run", "1", Ok("true")},
      {"H-JAVA-27", "rules.Classes$Defaulted::handleRequest", R"("x")", Ok(R"("default x")")},
      {"H-JAVA-27", "rules.Classes$InheritsAll::hashCode", "garbage", Ok("17")},
      {"H-JAVA-27", "rules.Classes$InheritsAll::toString", "garbage", Ok(R"("plain")")},
      {"H-JAVA-27", "rules.Failures::getClass", "garbage", Ok(R"("rules.Failures")")},
      {"H-JAVA-29", "rules.Shapes::ranked", R"("x")", Ok(R"("two")")},
      {"H-JAVA-29", "rules.Shapes::rankedStream", R"("x")", Ok(R"("value with context")")},
      {"H-JAVA-29", "rules.Shapes::topRank", R"("x")", Ok("full stream")},
      {"H-JAVA-55", "rules.Bridged::apply", "1", Ok(R"("text 1")")},
      {"H-JAVA-30", "rules.Shapes::skipsBad", R"("x")", Ok(R"("fallback")")},
      {"H-JAVA-32", "rules.Shapes::none", "1", Ok(R"("none")")},
      {"H-JAVA-32", "rules.Shapes::one", R"("x")", Ok(R"("one x")")},
      {"H-JAVA-32", "rules.Shapes::context", "1", Ok(R"("context true")")},
      {"H-JAVA-32", "rules.Shapes::both", R"("x")", Ok(R"("both x true")")},
      {"H-JAVA-32", "rules.Shapes::in", R"("x")", Ok("null")},
      {"H-JAVA-32", "rules.Shapes::out", R"("x")", Ok("out")},
      {"H-JAVA-32", "rules.Shapes::inOut", R"("x")", Ok(R"("X")")},
      {"H-JAVA-32", "rules.Shapes::inContext", R"("x")", Ok("null")},
      {"H-JAVA-32", "rules.Shapes::outContext", R"("x")", Ok("out true")},
      {"H-JAVA-32", "rules.Shapes::inOutContext", R"("x")", Ok(R"("X" true)")},
      {"H-JAVA-37", "rules.Shapes::byteStream", "{}", ParseError()},
      {"H-JAVA-37", "rules.Shapes::contextAsValue", R"({"functionName":"f"})", Ok(R"("value f")")},
      {"H-JAVA-37", "rules.Shapes::contextAsValue", "garbage", ParseError()},
      {"H-JAVA-37", "rules.Shapes::contextAsValueBefore", R"({"functionName":"f"})", Ok(R"("value f true")")},
      {"H-JAVA-38", "rules.Shapes::none", "garbage", Ok(R"("none")")},
      {"H-JAVA-38", "rules.Shapes::context", "garbage", Ok(R"("context true")")},
      {"H-JAVA-39/java", "rules.Shapes::nothing", R"("x")", Ok("null")},
      {"H-JAVA-39/java", "rules.Shapes::bigNothing", R"("x")", Ok("null")},
      {"H-JAVA-40", "rules.Shapes::staticOne", R"("x")", Ok(R"("static x")")},
      {"H-JAVA-40", "rules.Shapes::staticBoth", R"("x")", Ok(R"("static x true")")},
      {"H-JAVA-41", "rules.Classes$Stream", R"("test")", Ok(R"("TEST")")},
      {"H-JAVA-41", "rules.Classes$Stream", "no json", Ok("NO JSON")},
      {"H-JAVA-42", "rules.Shapes::inContext", "no json", Ok("null")},
      {"H-JAVA-43", "rules.Shapes::silentStream", R"("x")", Ok("")},
      {"H-JAVA-44", "rules.Shapes::failsAfterWriting", R"("x")",
       Error("after writing", "java.io.IOException", "\"rules.Shapes.failsAfterWriting(Shapes.java:77)\"")},
      {"H-JAVA-45", "rules.Shapes::returningStream", R"("x")", Ok("kept")},
      {"H-JAVA-46", "rules.Shapes::copy", R"({"a" : 1})", Ok(R"({"a" : 1})")},
      {"H-JAVA-46", "rules.Shapes::unflushed", "1", Ok("")},
      {"H-JAVA-46", "rules.Shapes::flushed", "1", Ok("kept")},
      {"H-JAVA-47", "rules.Shapes::out", "garbage", Ok("out")},
      {"H-JAVA-47", "rules.Shapes::outContext", "garbage", Ok("out true")},
  };
  return cases;
}

const std::vector<Case>& RefusedCases() {
  static const std::vector<Case> cases = {
      {"H-JAVA-03", "a::b::c", "1", Fault("Class not found: a::b", kNotFound)},
      {"H-JAVA-04", "::m", "1", Fault("Invalid handler: `::m'")},
      {"H-JAVA-04", "rules.Shapes::", "1", Fault("Invalid handler: `rules.Shapes::'")},
      {"H-JAVA-06/java", "example.Hello.myHandler", "1", Fault("Class not found: example.Hello.myHandler", kNotFound)},
      {"H-JAVA-08", "rules.MissingParent::run", "1",
       Fault("Error loading class rules.MissingParent: rules/Absent", "java.lang.NoClassDefFoundError")},
      {"H-JAVA-08", "rules.Classes$MissingDependency::run", "1",
       Fault("Error loading method run on class rules.Classes$MissingDependency", "java.lang.NoClassDefFoundError")},
      {"H-JAVA-13 E-28", "rules.Classes$Plain", "1",
       Fault("Class does not implement an appropriate handler interface: rules.Classes$Plain")},
      {"H-JAVA-15", "rules.Classes$Raw", "1",
       Fault("Class rules.Classes$Raw does not implement RequestHandler with concrete type parameters")},
      {"H-JAVA-16", "rules.Classes$Unbounded", "1",
       Fault("Class rules.Classes$Unbounded does not implement RequestHandler with concrete type parameters: parameter "
             "T has no upper bound.")},
      {"H-JAVA-20", "rules.Classes$NeedsContext::run", "1",
       Fault("Class rules.Classes$NeedsContext has no public zero-argument constructor", "java.lang.Exception")},
      {"H-JAVA-20", "rules.Classes$PrivateConstructor::run", "1",
       Fault("Class rules.Classes$PrivateConstructor has no public zero-argument constructor", "java.lang.Exception")},
      {"H-JAVA-21", "rules.Classes$Inner::run", "1",
       Fault("Class rules.Classes$Inner cannot be instantiated because it is a non-static inner class",
             "java.lang.Exception")},
      {"H-JAVA-22", "rules.Classes$Abstract::run", "1",
       Fault("java.lang.InstantiationException", "java.lang.InstantiationException")},
      {"H-JAVA-27", "rules.Shapes::packagePrivate", "1",
       Fault("No public method named packagePrivate with appropriate method signature found on class rules.Shapes")},
      {"H-JAVA-27", "rules.Shapes::guarded", "1",
       Fault("No public method named guarded with appropriate method signature found on class rules.Shapes")},
      {"H-JAVA-27", "rules.Shapes::hidden", "1",
       Fault("No public method named hidden with appropriate method signature found on class rules.Shapes")},
      {"H-JAVA-28", "rules.Shapes::nope", "1",
       Fault("No public method named nope with appropriate method signature found on class rules.Shapes")},
      {"H-JAVA-33", "rules.Shapes::contextFirst", "1",
       Fault("No public method named contextFirst with appropriate method signature found on class rules.Shapes")},
      {"H-JAVA-34", "rules.Shapes::twoValues", "1",
       Fault("No public method named twoValues with appropriate method signature found on class rules.Shapes")},
      {"H-JAVA-36", "rules.Shapes::fourValues", "1",
       Fault("No public method named fourValues with appropriate method signature found on class rules.Shapes")},
  };
  return cases;
}

class Resolved : public ::testing::TestWithParam<Case> {};
TEST_P(Resolved, AnswersAsTheRuleSays) {
  Check(GetParam());
  Covers(GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(Handlers, Resolved, ::testing::ValuesIn(ResolvedCases()), CaseName);

// H-JAVA-10, H-JAVA-11: the fault stays, is answered by every invocation, and has no stack trace.
class Refused : public ::testing::TestWithParam<Case> {};
TEST_P(Refused, AnswersTheSameFaultEachTime) {
  Function& function = JavaRuntime::Add(GetParam().handler);
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = Invoke(function, GetParam().event).outcome;
    EXPECT_EQ(Show(outcome), GetParam().expected);
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(outcome.error().reported_type, "Runtime.BadFunctionCode");
    EXPECT_EQ(outcome.disposition(), Disposition::kSticky);
  }
  Covers(GetParam().rule, "H-JAVA-10/java", "H-JAVA-11");
}
INSTANTIATE_TEST_SUITE_P(Handlers, Refused, ::testing::ValuesIn(RefusedCases()), CaseName);

// H-JAVA-09, H-JAVA-24: the environment is replaced, and init runs again.
class Fatal : public ::testing::TestWithParam<Case> {};
TEST_P(Fatal, AsksForANewEnvironment) {
  Function& function = JavaRuntime::Add(GetParam().handler);
  const Outcome outcome = Invoke(function, GetParam().event).outcome;
  EXPECT_EQ(Show(outcome), GetParam().expected);
  EXPECT_EQ(outcome.disposition(), Disposition::kRecycle);
  Covers(GetParam().rule);
}
const Case kFatalCases[] = {
    {"H-JAVA-09", "rules.Classes$ThrowingInitializer::run", "1",
     Fault("Error loading class rules.Classes$ThrowingInitializer", "java.lang.ExceptionInInitializerError")},
    {"H-JAVA-24", "rules.Classes$ThrowingConstructor::run", "1",
     Fault("no instance today", "java.lang.IllegalStateException")},
};
INSTANTIATE_TEST_SUITE_P(Handlers, Fatal, ::testing::ValuesIn(kFatalCases), CaseName);

// H-JAVA-33 to 36, 45: what standard error says about methods that are passed over.
struct Line {
  const char* rule;
  const char* handler;
  const char* text;
};
const Line kLines[] = {
    {"H-JAVA-33", "rules.Shapes::contextFirst",
     "Ignoring two-argument overload because first argument type is Context\n"},
    {"H-JAVA-34", "rules.Shapes::twoValues",
     "Ignoring two-argument overload because second parameter type is not Context\n"},
    {"H-JAVA-34", "rules.Shapes::inAndValue",
     "Ignoring two-argument overload because second parameter type, java.lang.String, is not OutputStream.\n"},
    {"H-JAVA-34", "rules.Shapes::outAndValue",
     "Ignoring two-argument overload because first argument type is OutputStream and second argument type is not "
     "Context\n"},
    {"H-JAVA-35", "rules.Shapes::threeValues",
     "Ignoring three-argument overload because argument signature is not (InputStream, OutputStream, Context"},
    {"H-JAVA-36", "rules.Shapes::fourValues",
     "Ignoring an overload of method fourValues because it has too many parameters: Expected at most 3, got 4\n"},
    {"H-JAVA-45", "rules.Shapes::returningStream", "Will ignore return type int on byte stream handler\n"},
};
class Ignored : public ::testing::TestWithParam<Line> {};
TEST_P(Ignored, IsSaidInTheLog) {
  Function& function = JavaRuntime::Add(GetParam().handler);
  Invoke(function, R"("x")");
  EXPECT_NE(JavaRuntime::Log().TextOf(function.config().name).find(GetParam().text), std::string::npos)
      << GetParam().rule << ": " << JavaRuntime::Log().TextOf(function.config().name);
  Covers(GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(Handlers, Ignored, ::testing::ValuesIn(kLines));

TEST(Hints, HJAVA10TheHintOfAFaultThatStaysIsSaidOnce) {
  Function& function = JavaRuntime::Add("rules.Shape::one");
  const std::string first = Show(Invoke(function, "1").outcome);
  EXPECT_EQ(first, Fault("Class not found: rules.Shape", "java.lang.ClassNotFoundException"));
  EXPECT_EQ(Show(Invoke(function, "1").outcome), first);
  EXPECT_EQ(JavaRuntime::Log().TextOf(function.config().name, LogOrigin::kHint),
            "tandem: hint: did you mean rules.Shapes::one?\n");
  Covers("H-JAVA-10/java");
}

TEST(Construction, HJAVA19MakesOneInstanceForAllInvocations) {
  Function& function = JavaRuntime::Add("rules.Classes$Counting::count");
  EXPECT_EQ(Show(Invoke(function, "1").outcome), Ok(R"("1/1")"));
  EXPECT_EQ(Show(Invoke(function, "1").outcome), Ok(R"("1/2")"));
  Covers("H-JAVA-19");
}

// Which of two equals is called is the JVM's affair; it is one of them, and the same one each time.
TEST(Overloads, HJAVA31OneOfEqualsIsCalled) {
  Function& function = JavaRuntime::Add("rules.Shapes::equals");
  const std::string first = Show(Invoke(function, "1").outcome);
  EXPECT_TRUE(first == Ok(R"("text 1")") || first == Ok(R"("number 1")")) << first;
  EXPECT_EQ(Show(Invoke(function, "1").outcome), first);
  Covers("H-JAVA-31");
}

TEST(Construction, HJAVA07RunsStaticCodeInTheInitPhase) {
  Function& function = JavaRuntime::Add("rules.Classes$LoudInitializer::run");
  ASSERT_TRUE(JavaRuntime::Get().Prepare(function).ok());
  EXPECT_EQ(JavaRuntime::Log().TextOf(function.config().name), "static code ran\n");
  Covers("H-JAVA-07");
}

TEST(Construction, HJAVA23NamesTheModifiersOfAHiddenClass) {
  const Outcome outcome = Invoke(JavaRuntime::Add("rules.Hidden::run"), "1").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(outcome.error().type, "java.lang.IllegalAccessException");
  EXPECT_NE(outcome.error().message.find(R"(class rules.Hidden with modifiers "public")"), std::string::npos);
  Covers("H-JAVA-23");
}

TEST(Streams, HJAVA47AnUnreadPayloadMayBeAnything) {
  for (const auto& [handler, expected] :
       {std::pair("rules.Shapes::out", "out"), std::pair("rules.Shapes::outContext", "out true")}) {
    Function& function = JavaRuntime::Add(handler);
    for (const std::string& event : {std::string(), std::string("\xff\0{", 3), std::string(1U << 20, '[')}) {
      EXPECT_EQ(Show(Invoke(function, event).outcome), Ok(expected)) << handler << " with " << event.size() << " bytes";
    }
  }
  Covers("H-JAVA-47");
}

TEST(Streams, ReadingAfterTheInvocationThrows) {
  Function& function = JavaRuntime::Add("rules.Shapes::keepsStream");
  EXPECT_EQ(Show(Invoke(function, "first").outcome), Ok(""));
  EXPECT_EQ(Show(Invoke(function, "second").outcome), Ok("IOException"));
}

// Payloads around the sizes at which the loader changes its way: copied, read in place; one buffer, spilled.
TEST(Streams, J56EverySizeComesBackByteForByte) {
  Function& function = JavaRuntime::Add("rules.Shapes::copy");
  for (const size_t size : {0u, 1u, 16383u, 16384u, 16385u, 65535u, 65536u, 65537u, 1u << 20, 6u << 20}) {
    std::string event(size, ' ');
    for (size_t i = 0; i < size; ++i) event[i] = static_cast<char>((i * 7919) & 0xff);
    const Outcome outcome = Invoke(function, event).outcome;
    ASSERT_TRUE(outcome.ok()) << size;
    EXPECT_TRUE(outcome.payload().view() == event) << size;
  }
  Covers("J-56");
}

TEST(Streams, ChunksReachAReceiverThatStreams) {
  Function& function = JavaRuntime::Add("rules.Shapes::copy");
  const std::string event(100000, 'x');
  std::string received;
  InvokeOptions options;
  options.chunk_receiver = [&received](std::string_view chunk) {
    received += chunk;
    return true;
  };
  const InvokeResult result = Invoke(function, event, options);
  ASSERT_TRUE(result.outcome.ok()) << Show(result.outcome);
  received += result.outcome.payload().view();
  EXPECT_TRUE(received == event);
}

const Case kSmokeCases[] = {
    {"H-JAVA-54", "test.lambda.handlers.RequestHandlerImpl", R"("x")", Ok(R"("success")")},
    {"H-JAVA-54", "test.lambda.handlers.RequestHandlerImpl::handleRequest", R"("x")", Ok(R"("success")")},
    {"H-JAVA-54", "test.lambda.handlers.RequestStreamHandlerImpl", R"("x")", Ok("success")},
    {"H-JAVA-54", "test.lambda.handlers.RequestStreamHandlerImpl::handleRequest", R"("x")", Ok("success")},
    {"H-JAVA-54", "test.lambda.handlers.POJOHanlderImpl::noParamsHandler", R"("x")", Ok(R"("success")")},
    {"H-JAVA-54", "test.lambda.handlers.POJOHanlderImpl::oneParamHandler_event", R"("x")", Ok(R"("success")")},
    {"H-JAVA-54", "test.lambda.handlers.POJOHanlderImpl::oneParamHandler_context", R"("x")", Ok(R"("success")")},
    {"H-JAVA-54", "test.lambda.handlers.POJOHanlderImpl::twoParamsHandler", R"("x")", Ok(R"("success")")},
};
class Smoke : public ::testing::TestWithParam<Case> {};
TEST_P(Smoke, HandlersAnswerSuccess) {
  Check(GetParam(), "smoke");
  Covers(GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(Java, Smoke, ::testing::ValuesIn(kSmokeCases), CaseName);

}  // namespace
}  // namespace tandem::test
