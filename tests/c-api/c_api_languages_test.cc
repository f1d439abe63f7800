// The cases in C with a JDK and a CPython: TANDEM_TEST_JAVA_HOME and TANDEM_TEST_PYTHON name them.
#include <gtest/gtest.h>
#include <unistd.h>

#include "language_cases.h"

namespace {

class CApiLanguage : public testing::TestWithParam<const Language*> {};

#define TEST_OF_CASE(name)     \
  TEST_P(CApiLanguage, name) { \
    ::name(GetParam());        \
  }
LANGUAGE_CASES(TEST_OF_CASE)

INSTANTIATE_TEST_SUITE_P(All, CApiLanguage, testing::Values(&kJava, &kPython),
                         [](const auto& language) { return language.param->name; });

// In a process of its own, which runs this test alone.
TEST(CApiLanguagesDeathTest, HostsSignalHandlersStayItsOwn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        HostsSignalHandlersStayItsOwn();
        _exit(HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed, and looks for leaks itself
class CApiLanguageDeathTest : public CApiLanguage {};

TEST_P(CApiLanguageDeathTest, MemoryStaysFlat) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        MemoryStaysFlat(GetParam());
        _exit(HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(All, CApiLanguageDeathTest, testing::Values(&kJava, &kPython),
                         [](const auto& language) { return language.param->name; });
#endif

TEST(CApiLanguages, LiveSideBySide) {
  LanguagesLiveSideBySide();
}

}  // namespace
