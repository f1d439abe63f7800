// When the runtime logs an error: L-38.
#include "tests/lib/error_order.h"

#include <cstdlib>

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

TEST(Logs, L38AnErrorIsLoggedAfterItIsPosted) {
  const char* home = getenv("TANDEM_TEST_JAVA_HOME");
  ASSERT_NE(home, nullptr);
  EXPECT_EQ(ErrorOrder("java", home, JavaRuntime::Package("rules"), "rules.Failures::checked"), "error log ");
  Covers("L-38/java");
}

}  // namespace
}  // namespace tandem::test
