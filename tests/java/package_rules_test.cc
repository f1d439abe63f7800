// Where classes and resources come from: K-05 to K-10, K-23, H-JAVA-48 to 50.

#include <regex>
#include <string>
#include <utility>

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

FunctionConfig Layered(const std::string& handler) {
  FunctionConfig config = JavaRuntime::Config(handler, "layout");
  config.layers = {JavaRuntime::Package("empty-layer"), JavaRuntime::Package("layer")};
  return config;
}

TEST(ClassPath, K05AndK06AndK07SearchesInOrder) {
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add(Layered("layout.Paths::all")), "1").outcome),
            Ok("[\"root\",\"4.jar\",\"A.jar\",\"a.jar\",\"b.jar\",\"z.jar\",\"\xce\xbb.jar\",\"0.jar of the layer\","
               R"("layer.jar"])"));
  Covers("K-05", "K-06", "K-07");
}

TEST(ClassPath, K08AndK10TheFirstHitWins) {
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add(Layered("layout.Paths::first")), "1").outcome), Ok(R"("root")"));
  Covers("K-08", "K-10", "K-13");
}

TEST(ClassPath, K09FoldersMayBeMissing) {
  FunctionConfig config = JavaRuntime::Config("example.Hello::myHandler");
  config.layers = {JavaRuntime::Package("empty-layer")};
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add(config), "123").outcome), Ok(R"("123")"));
  Covers("K-09");
}

TEST(Serializers, HJAVA48ThePackagesOwnReplacesJson) {
  Function& function = JavaRuntime::Add("custom.Handler::handle", "custom-serializer");
  EXPECT_EQ(Show(Invoke(function, "no json").outcome), Ok("JAVA.LANG.STRING NO JSON!"));
  EXPECT_EQ(Show(Invoke(function, "bad").outcome), ParseError());
  Covers("H-JAVA-48");
}

TEST(Serializers, HJAVA48WhatThePackagesOwnThrowsEndsTheInvocation) {
  Function& function = JavaRuntime::Add("custom.Handler::handle", "custom-serializer");
  EXPECT_EQ(Show(Invoke(function, "broken").outcome), ParseError());
  EXPECT_EQ(Show(Invoke(function, "mute").outcome), WriteError());
  EXPECT_EQ(Show(Invoke(function, "again").outcome), Ok("JAVA.LANG.STRING AGAIN!"));
  Covers("H-JAVA-48");
}

TEST(Serializers, HJAVA48OneThatCannotBeMadeIsTheFunctionsError) {
  const std::string service = "com.amazonaws.services.lambda.runtime.CustomPojoSerializer: Provider custom.";
  for (const auto& [package, reason] : {std::pair("absent-serializer", "Absent not found"),
                                        std::pair("failing-serializer", "Failing could not be instantiated")}) {
    Function& function = JavaRuntime::Add("custom.Handler::handle", package);
    for (int attempt = 0; attempt < 2; ++attempt) {
      const Outcome outcome = Invoke(function, "x").outcome;
      EXPECT_EQ(Show(outcome), Fault(service + reason, "java.util.ServiceConfigurationError"));
      EXPECT_EQ(outcome.error().reported_type, "Runtime.BadFunctionCode");
      EXPECT_EQ(outcome.disposition(), Disposition::kSticky) << "H-JAVA-10";
    }
  }
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("custom.Handler::handle", "custom-serializer"), "on").outcome),
            Ok("JAVA.LANG.STRING ON!"));
  Covers("H-JAVA-48");
}

// They read and write bytes, so that nobody looks for a serializer.
TEST(Serializers, HJAVA48StreamHandlersNeedNone) {
  for (const char* package : {"two-serializers", "absent-serializer"}) {
    for (const char* handler : {"custom.Streams", "custom.Streams::copy"}) {
      EXPECT_EQ(Show(Invoke(JavaRuntime::Add(handler, package), "no json").outcome), Ok("no json")) << package;
    }
  }
  Covers("H-JAVA-48");
}

// The invocation's memory is used again, so what a serializer keeps must not reach it.
TEST(Serializers, HJAVA48StreamsEndWithTheirCall) {
  Function& function = JavaRuntime::Add("keeping.Handler::handle", "keeping-serializer");
  EXPECT_EQ(Show(Invoke(function, "x").outcome), Ok(" "));
  EXPECT_EQ(Show(Invoke(function, "x").outcome), Ok("Stream closed Stream closed"));
  Covers("H-JAVA-48");
}

TEST(Serializers, KeptGeneratorsReachNoOtherResponse) {
  Function& writes = JavaRuntime::Add("rules.Keeps::keepAndWrite");
  EXPECT_EQ(Show(Invoke(writes, R"("x")").outcome), Ok(R"("x")"));
  EXPECT_EQ(Show(Invoke(writes, R"("x")").outcome), Ok(R"("Stream closed, Stream closed")"));
  Function& leaves = JavaRuntime::Add("rules.Keeps::keepAndLeave");
  Function& other = JavaRuntime::Add("rules.Keeps::keep");
  EXPECT_EQ(Show(Invoke(leaves, R"("x")").outcome), Ok(R"("x")"));
  EXPECT_EQ(Invoke(leaves, R"("x")").outcome.error().type, "java.io.IOException");
  EXPECT_EQ(Show(Invoke(other, R"("y")").outcome), Ok(R"("y")"));
}

// The frames of reflection, which refuses the value: what the JDK has of them differs from version to version.
void ExpectFramesOfReflectionOnly(const Outcome& outcome) {
  static const std::regex reflection(R"((java\.base/)?(jdk\.internal|java\.lang|sun)\.reflect\..*)");
  const std::vector<std::string>& frames = outcome.error().stack_trace;
  ASSERT_FALSE(frames.empty());
  for (const std::string& frame : frames) EXPECT_TRUE(std::regex_match(frame, reflection)) << frame;
  EXPECT_NE(frames.back().find("java.lang.reflect.Method.invoke("), std::string::npos) << frames.back();
}

TEST(Serializers, HJAVA48ValuesOfAnotherTypeAreRefusedByReflection) {
  for (const char* handler : {"custom.Handler::text", "custom.Handler::number", "custom.Handler::map"}) {
    Function& function = JavaRuntime::Add(handler, "odd-serializer");
    const Outcome outcome = Invoke(function, "long").outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
    EXPECT_EQ(outcome.error().type, "java.lang.IllegalArgumentException");
    EXPECT_EQ(outcome.error().message, "argument type mismatch");
    EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
    ExpectFramesOfReflectionOnly(outcome);
    EXPECT_EQ(JavaRuntime::Log().TextOf(function.config().name).find("tandem.bridge"), std::string::npos);
  }
  const Outcome none = Invoke(JavaRuntime::Add("custom.Handler::number", "odd-serializer"), "null").outcome;
  ASSERT_EQ(none.kind(), Outcome::Kind::kFunctionError) << Show(none);
  EXPECT_EQ(none.error().type, "java.lang.IllegalArgumentException");
  ExpectFramesOfReflectionOnly(none);
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("custom.Handler::text", "odd-serializer"), "a").outcome), Ok("a"));
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("custom.Handler::text", "odd-serializer"), "null").outcome), Ok("null"));
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("custom.Handler::number", "odd-serializer"), "short").outcome), Ok("7"));
  Covers("H-JAVA-48", "E-17/java");
}

TEST(Serializers, HJAVA48ValuesOfAnotherTypeAreRefusedByTheInterface) {
  const Outcome outcome = Invoke(JavaRuntime::Add("custom.Handler$Requests", "odd-serializer"), "long").outcome;
  ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
  EXPECT_EQ(outcome.error().type, "java.lang.ClassCastException");
  EXPECT_EQ(outcome.error().stack_trace,
            std::vector<std::string>{"custom.Handler$Requests.handleRequest(Handler.java:25)"});
  Covers("H-JAVA-48");
}

// A short for an int, which only reflection widens: what the handler throws is wrapped on its way.
TEST(Serializers, E27WhatReflectionWrapsIsUnwrapped) {
  Function& function = JavaRuntime::Add("custom.Handler::failing", "odd-serializer");
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(Show(Invoke(function, "short").outcome), Error("the handler's own 7", "java.lang.IllegalStateException",
                                                             "\"custom.Handler.failing(Handler.java:22)\""));
  }
  const std::string text = JavaRuntime::Log().TextOf(function.config().name);
  EXPECT_EQ(text.find("InvocationTargetException"), std::string::npos) << text;
  Covers("E-27", "E-20");
}

TEST(Serializers, HJAVA49TwoAreRefused) {
  const std::string message = "Too many serializers provided inside the META-INF/services folder, only one is allowed";
  const std::string type = "com.amazonaws.services.lambda.runtime.api.client.TooManyServiceProvidersFoundException";
  Function& function = JavaRuntime::Add("custom.Handler::handle", "two-serializers");
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = Invoke(function, "x").outcome;
    EXPECT_EQ(Show(outcome), Fault(message, type));
    EXPECT_EQ(outcome.error().reported_type, "Runtime.BadFunctionCode");
    EXPECT_EQ(outcome.disposition(), Disposition::kSticky);
  }
  std::string text = message;
  text += ": " + type + "\n" + type;
  text += ": " + message + "\n";
  EXPECT_EQ(JavaRuntime::Log().TextOf(function.config().name).rfind(text, 0), 0U)
      << JavaRuntime::Log().TextOf(function.config().name);
  Covers("H-JAVA-49", "H-JAVA-10/java");
}

TEST(Twins, K23PackagesWithEqualClassNamesKeepTheirOwn) {
  Function& one = JavaRuntime::Add("twin.Handler::handle", "twin-one");
  Function& two = JavaRuntime::Add("twin.Handler::handle", "twin-two");
  EXPECT_EQ(Show(Invoke(one, R"("x")").outcome), Ok(R"("one 1")"));
  EXPECT_EQ(Show(Invoke(two, R"("x")").outcome), Ok(R"("two 1")"));
  EXPECT_EQ(Show(Invoke(one, R"("x")").outcome), Ok(R"("one 2")"));
  Covers("K-23");
}

}  // namespace
}  // namespace tandem::test
