// The cases in C, as tests.
#include <gtest/gtest.h>

#include "cases.h"
#include "tandem/tandem.h"

namespace {

TEST(CApi, IsCxx11Too) {
  EXPECT_EQ(FailureCodeInCxx11(), TANDEM_CODE_INVALID_ARGUMENT);
}

#define TEST_OF_CASE(name) \
  TEST(CApi, name) {       \
    ::name();              \
  }
C_API_CASES(TEST_OF_CASE)
C_API_THREAD_CASES(TEST_OF_CASE)
C_API_ARGUMENT_CASES(TEST_OF_CASE)
C_API_TEMPLATE_CASES(TEST_OF_CASE)

}  // namespace
