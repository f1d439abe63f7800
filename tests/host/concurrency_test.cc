// How many invocations may run at once.

#include "host/concurrency.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace tandem::host {
namespace {

using Limit = Concurrency::Limit;

TEST(Concurrency, SoManyOfAllFunctionsRunAtOnce) {
  Concurrency concurrency(2);
  Limit limit{};
  std::optional one = concurrency.Enter("a", {}, limit);
  const auto two = concurrency.Enter("b", {}, limit);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(concurrency.Reached("c", {}), Limit::kOfTheServer);
  limit = Limit::kOfTheFunction;
  EXPECT_FALSE(concurrency.Enter("c", {}, limit));
  EXPECT_EQ(limit, Limit::kOfTheServer);
  one.reset();
  EXPECT_EQ(concurrency.Reached("c", {}), std::nullopt);
  EXPECT_TRUE(concurrency.Enter("c", {}, limit));
}

TEST(Concurrency, SoManyOfOneFunctionRunAtOnce) {
  Concurrency concurrency(10);
  Limit limit = Limit::kOfTheServer;
  const auto one = concurrency.Enter("a", 1, limit);
  ASSERT_TRUE(one);
  EXPECT_EQ(concurrency.Reached("a", 1), Limit::kOfTheFunction);
  EXPECT_FALSE(concurrency.Enter("a", 1, limit));
  EXPECT_EQ(limit, Limit::kOfTheFunction);
  EXPECT_EQ(concurrency.Reached("a", 2), std::nullopt);
  EXPECT_EQ(concurrency.Reached("b", 1), std::nullopt);
  EXPECT_EQ(concurrency.Reached("b", 0), Limit::kOfTheFunction);
}

TEST(Concurrency, ASlotMovesWithWhoeverHasIt) {
  Concurrency concurrency(1);
  Limit limit{};
  std::optional slot = concurrency.Enter("a", {}, limit);
  ASSERT_TRUE(slot);
  {
    const Concurrency::Slot moved(std::move(*slot));
    slot.reset();
    EXPECT_EQ(concurrency.Reached("a", {}), Limit::kOfTheServer);
  }
  EXPECT_EQ(concurrency.Reached("a", {}), std::nullopt);
}

}  // namespace
}  // namespace tandem::host
