// Classes that cannot be made ready: each is its rule's error, each time anew, and what else runs here is served on.

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

struct BadInit {
  const char* rules;
  const char* handler;
  std::string expected;
  Disposition disposition;
};

std::ostream& operator<<(std::ostream& out, const BadInit& row) {
  return out << row.handler;
}

void ExpectOthersServed() {
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("example.Hello::myHandler"), "123").outcome), Ok(R"("123")"));
}

class BadInits : public testing::TestWithParam<BadInit> {};

TEST_P(BadInits, AreTheRulesErrorEachTime) {
  Function& function = JavaRuntime::Add(GetParam().handler);
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = Invoke(function, "1").outcome;
    ASSERT_EQ(Show(outcome), GetParam().expected);
    EXPECT_EQ(outcome.error().reported_type, "Runtime.BadFunctionCode");
    EXPECT_EQ(outcome.disposition(), GetParam().disposition);
  }
  ExpectOthersServed();
  Covers(GetParam().rules);
}

std::string LoadFault(const std::string& name, const std::string& type, const std::string& detail = {}) {
  return Fault("Error loading class rules.Exploding$" + name + detail, type);
}

INSTANTIATE_TEST_SUITE_P(
    Java, BadInits,
    testing::Values(
        BadInit{"H-JAVA-09 H-JAVA-11", "rules.Classes$ThrowingInitializer::run",
                Fault("Error loading class rules.Classes$ThrowingInitializer", "java.lang.ExceptionInInitializerError"),
                Disposition::kRecycle},
        BadInit{"H-JAVA-09 H-JAVA-11", "rules.Exploding$InitializerWithError::run",
                LoadFault("InitializerWithError", "java.lang.AssertionError", ": asserted"), Disposition::kRecycle},
        BadInit{"H-JAVA-09 H-JAVA-11", "rules.Exploding$HostileInitializer::run",
                LoadFault("HostileInitializer", "rules.Exploding$Hostile"), Disposition::kRecycle},
        BadInit{"H-JAVA-08 H-JAVA-10/java", "rules.Exploding$HostileLink::run",
                LoadFault("HostileLink", "rules.Exploding$HostileAbsence"), Disposition::kSticky},
        BadInit{"H-JAVA-24", "rules.Classes$ThrowingConstructor::run",
                Fault("no instance today", "java.lang.IllegalStateException"), Disposition::kRecycle},
        BadInit{"H-JAVA-24", "rules.Exploding$ConstructorWithError::run", Fault("asserted", "java.lang.AssertionError"),
                Disposition::kRecycle},
        BadInit{"H-JAVA-24 E-18/java", "rules.Exploding$HostileConstructor::run",
                Fault("rules.Exploding$Hostile", "rules.Exploding$Hostile"), Disposition::kRecycle},
        BadInit{"H-JAVA-24", "rules.Exploding$Recursive::run",
                Fault("java.lang.StackOverflowError", "java.lang.StackOverflowError"), Disposition::kRecycle}));

// In a process of their own, as they would end the host's, or keep it. It does not inherit a sanitizer's options, with
// which a JVM can be; and what is ended on purpose leaks.
FunctionConfig InProcess(const std::string& handler) {
  FunctionConfig config = JavaRuntime::Config(handler);
  config.isolation = Isolation::kProcess;
  if (const char* const options = std::getenv("ASAN_OPTIONS"); options != nullptr) {
    config.variables["ASAN_OPTIONS"] = std::string(options) + ":detect_leaks=0";
  }
  return config;
}

TEST(BadInit, E36AnExitIsAnError) {
  for (const auto& [handler, status] : {std::pair("rules.Exploding$ExitingInitializer::run", 3),
                                        std::pair("rules.Exploding$HaltingConstructor::run", 4)}) {
    Function& function = JavaRuntime::Add(InProcess(handler));
    for (int i = 0; i < 2; ++i) {
      const InvokeResult result = Invoke(function, "1");
      EXPECT_EQ(Show(result.outcome), R"(error {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" +
                                          std::string(result.request_id.view()) +
                                          " Error: Runtime exited with error: exit status " + std::to_string(status) +
                                          "\"}");
    }
  }
  ExpectOthersServed();
  Covers("E-36", "E-44");
}

TEST(BadInit, E35OneWithoutAnEndIsATimeout) {
  RuntimeOptions options = JavaRuntime::Options();
  options.workers.init_limit = std::chrono::milliseconds(100);
  const auto runtime = Runtime::Create(std::move(options));
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  for (const char* handler : {"rules.Exploding$HangingInitializer::run", "rules.Exploding$HangingConstructor::run"}) {
    FunctionConfig config = InProcess(handler);
    config.timeout = std::chrono::seconds(2);
    const auto function = (*runtime)->Add(config);
    ASSERT_TRUE(function.ok()) << function.status().message();
    const Outcome outcome = (*runtime)->Invoke(**function, Event("1")).outcome;
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError) << Show(outcome);
    EXPECT_EQ(outcome.error().type, "Sandbox.Timedout");
    EXPECT_NE(outcome.error().message.find("Task timed out after 2.00 seconds"), std::string::npos);
  }
  ExpectOthersServed();
  Covers("E-35");
}

}  // namespace
}  // namespace tandem::test
