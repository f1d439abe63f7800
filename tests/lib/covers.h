// Which rules of docs/behaviour.md a test has shown: it says so in its JUnit result, and tests/lib/coverage.py counts.
#ifndef TANDEM_TESTS_LIB_COVERS_H_
#define TANDEM_TESTS_LIB_COVERS_H_

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

namespace tandem::test {

// The key of the property in the result; its value is the ids with blanks between them.
inline constexpr char kCoversKey[] = "covers";
// A test of more rules hides which of them it shows.
inline constexpr size_t kMostRulesOfATest = 4;

// Records ids such as "E-05", or "E-06/java" of a rule with Δ; a text may hold several, with blanks between them. It
// stands behind the assertions that show the rules: a test that has failed records nothing.
template <typename... Rules>
void Covers(const Rules&... rules) {
  if (::testing::Test::HasFailure()) return;
  std::ostringstream text;
  const ::testing::TestResult& result = *::testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < result.test_property_count(); ++i) {
    if (std::string(result.GetTestProperty(i).key()) == kCoversKey) text << result.GetTestProperty(i).value() << ' ';
  }
  ((text << rules << ' '), ...);
  std::set<std::string> ids;
  std::istringstream words(text.str());
  for (std::string id; words >> id;) ids.insert(id);
  if (ids.size() > kMostRulesOfATest) {
    ADD_FAILURE() << "covers more than " << kMostRulesOfATest << " rules: " << text.str();
    return;
  }
  std::string value;
  for (const std::string& id : ids) value += (value.empty() ? "" : " ") + id;
  ::testing::Test::RecordProperty(kCoversKey, value);
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LIB_COVERS_H_
