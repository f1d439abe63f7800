// The text of a worker's output before, between and behind its marks.
#include "workers/marked_output.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace tandem::workers {
namespace {

class Marked : public testing::Test {
 protected:
  Marked() { output_.SetKey(MarkedOutput::NewKey()); }
  std::string Mark(std::uint64_t number) const { return MarkedOutput::Mark(output_.key(), number); }

  MarkedOutput output_;
};

TEST_F(Marked, TextWaitsBehindAMarkForItsRecord) {
  output_.Append("before" + Mark(1) + "between" + Mark(2) + "behind");
  EXPECT_EQ(output_.TakeUntilMark(), "before");
  EXPECT_EQ(output_.TakeUntilMark(), "");
  EXPECT_TRUE(output_.holds());
  EXPECT_EQ(output_.TakeUntil(1), "");
  EXPECT_EQ(output_.TakeUntilMark(), "between");
  EXPECT_EQ(output_.TakeUntil(2), "");
  EXPECT_EQ(output_.TakeUntilMark(), "behind");
  EXPECT_FALSE(output_.holds());
}

TEST_F(Marked, ARecordThatComesFirstPassesTheMarksBefore) {
  output_.Append("a" + Mark(1) + "b" + Mark(2) + "c");
  EXPECT_EQ(output_.TakeUntil(2), "ab");
  EXPECT_EQ(output_.TakeUntil(1), "") << "it has been passed";
  EXPECT_EQ(output_.TakeUntilMark(), "c");
}

TEST_F(Marked, TextDoesNotWaitForEver) {
  const std::string much(MarkedOutput::kMostHeld, 'x');
  output_.Append("before" + Mark(1) + much);
  EXPECT_EQ(output_.TakeUntilMark(), "before" + much);
  EXPECT_FALSE(output_.holds());
}

TEST_F(Marked, ARecordWithoutAMarkTakesNothing) {
  output_.Append("a" + Mark(1) + "b");
  EXPECT_EQ(output_.TakeUntil(0), "");
  EXPECT_EQ(output_.TakeAll(), "ab");
  EXPECT_FALSE(output_.holds());
}

TEST_F(Marked, TextBeforeAMarkIsTakenWithoutThoseBehind) {
  output_.Append("a" + Mark(1) + "b" + Mark(2) + "c" + Mark(3) + "d");
  EXPECT_EQ(output_.TakeBefore(2), "ab");
  EXPECT_EQ(output_.TakeUntilMark(), "c");
  EXPECT_EQ(output_.TakeBefore(3), "");
  EXPECT_EQ(output_.TakeUntilMark(), "d");
}

// Its number may end with the byte that a mark begins with.
TEST_F(Marked, BeforeAMarkThatIsToComeAllIsText) {
  output_.Append("a" + Mark(std::uint64_t{1} << 40U));
  EXPECT_EQ(output_.TakeBefore(7), "a");
  EXPECT_FALSE(output_.holds());
  const std::string mark = Mark(7);
  output_.Append("b" + Mark(1) + "c" + mark.substr(0, 10));
  EXPECT_EQ(output_.TakeBefore(7), "bc");
  output_.Append(mark.substr(10) + "d");
  EXPECT_EQ(output_.TakeUntilMark(), "d") << "it has been passed, and nothing waits behind it";
}

TEST_F(Marked, AMarkMayComeInParts) {
  const std::string mark = Mark(7);
  for (std::size_t at = 0; at <= mark.size(); ++at) {
    output_.Append("text" + mark.substr(0, at));
    EXPECT_EQ(output_.TakeUntilMark(), "text") << at;
    output_.Append(mark.substr(at) + "more");
    EXPECT_EQ(output_.TakeUntilMark(), "") << at;
    EXPECT_EQ(output_.TakeUntil(7), "") << at;
    EXPECT_EQ(output_.TakeUntilMark(), "more") << at;
  }
}

TEST_F(Marked, WhatOnlyBeginsLikeAMarkIsText) {
  const std::string key = output_.key();
  output_.Append(key.substr(0, 5));
  EXPECT_EQ(output_.TakeUntilMark(), "");
  output_.Append("x");
  EXPECT_EQ(output_.TakeUntilMark(), key.substr(0, 5) + "x");
  output_.Append(key.substr(0, 5));
  EXPECT_EQ(output_.TakeAll(), key.substr(0, 5));
}

TEST_F(Marked, OfAnotherWorkerItIsText) {
  const std::string other = MarkedOutput::Mark(MarkedOutput::NewKey(), 1);
  output_.Append(other + "x");
  EXPECT_EQ(output_.TakeUntilMark(), other + "x");
}

TEST(Unmarked, AllIsText) {
  MarkedOutput output;
  output.Append(std::string("\0text", 5));
  EXPECT_EQ(output.TakeUntilMark(), std::string("\0text", 5));
}

}  // namespace
}  // namespace tandem::workers
