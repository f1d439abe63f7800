// When the runtime logs an error: L-38.
#include "tests/lib/error_order.h"

#include <cstdlib>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

TEST(ErrorOrder, L38AnErrorIsLoggedBeforeItIsPosted) {
  const char* python = getenv("TANDEM_TEST_PYTHON");
  ASSERT_NE(python, nullptr);
  EXPECT_EQ(ErrorOrder("python", python, PythonRuntime::Package("rules"), "failures.key_error"), "log error ");
  Covers("L-38/python");
}

}  // namespace
}  // namespace tandem::test
