#include "isolation.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {
namespace {

struct LeftOut {
  std::string tests;
  std::string reason;
};

std::vector<LeftOut>& AllLeftOut() {
  static std::vector<LeftOut> all;
  return all;
}

bool MeansATest(const std::string& tests) {
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *program.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      const std::string name = std::string(suite.name()) + "." + suite.GetTestInfo(k)->name();
      if (fnmatch(tests.c_str(), name.c_str(), 0) == 0) return true;
    }
  }
  return false;
}

// Takes them from the tests that the program has. False: one is said to be of one process that is not there.
bool LeaveOut() {
  std::string filter = GTEST_FLAG_GET(filter);
  filter += filter.find('-') == std::string::npos ? "-" : ":";
  for (const LeftOut& out : AllLeftOut()) {
    if (!MeansATest(out.tests)) {
      std::fprintf(stderr, "OnlyInline: there is no test %s\n", out.tests.c_str());
      return false;
    }
    if (!GTEST_FLAG_GET(list_tests)) std::printf("Inline only: %s: %s\n", out.tests.c_str(), out.reason.c_str());
    filter += out.tests;
    if (&out != &AllLeftOut().back()) filter += ':';
  }
  GTEST_FLAG_SET(filter, filter);
  return true;
}

}  // namespace

Isolation TestIsolation() {
  static const Isolation isolation = [] {
    const char* const named = std::getenv("TANDEM_TEST_ISOLATION");
    const std::string_view name = named == nullptr ? "inline" : named;
    if (name != "inline" && name != "process") {
      std::fputs("TANDEM_TEST_ISOLATION is inline or process\n", stderr);
      std::exit(2);
    }
    return name == "inline" ? Isolation::kInline : Isolation::kProcess;
  }();
  return isolation;
}

OnlyInline::OnlyInline(const char* tests, const char* reason) {
  AllLeftOut().push_back({tests, reason});
}

}  // namespace tandem::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (tandem::test::InProcessIsolation() && !tandem::test::LeaveOut()) return 1;
  return RUN_ALL_TESTS();
}
