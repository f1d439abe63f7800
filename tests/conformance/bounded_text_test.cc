// What is kept of a long log.
#include "bounded_text.h"

#include <gtest/gtest.h>

namespace tandem::conformance {
namespace {

constexpr std::size_t kKept = BoundedText::kKept;

TEST(BoundedText, KeepsAllOfAShortOneAndBeginsAnew) {
  BoundedText text;
  text.Append("one ");
  text.Append("two");
  EXPECT_EQ(text.Take(), "one two");
  EXPECT_EQ(text.Take(), "");
}

TEST(BoundedText, LeavesOutNothingUpToBothEnds) {
  BoundedText text;
  const std::string whole = std::string(kKept, 'a') + std::string(kKept, 'b');
  text.Append(whole);
  EXPECT_EQ(text.Take(), whole);
}

TEST(BoundedText, LeavesOutTheMiddleHoweverItComes) {
  const std::string whole = std::string(kKept, 'a') + std::string(3 * kKept, 'b') + std::string(kKept, 'c');
  const std::string kept =
      std::string(kKept, 'a') + "\n… " + std::to_string(3 * kKept) + " bytes left out …\n" + std::string(kKept, 'c');
  for (const std::size_t part : {std::size_t{1000}, kKept, whole.size()}) {
    BoundedText text;
    for (std::size_t at = 0; at < whole.size(); at += part) text.Append(std::string_view(whole).substr(at, part));
    EXPECT_TRUE(text.Take() == kept) << part;
  }
}

}  // namespace
}  // namespace tandem::conformance
