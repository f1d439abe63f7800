#include "guarded.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <stdexcept>

namespace tandem {
namespace {

// Core's calls return a Status; what throws below them stays below them.
TEST(Guarded, WhatIsThrownBecomesAStatus) {
  const auto thrown = [](const std::function<void()>& body) {
    const Result<int> result = Guarded("the thing", [&]() -> Result<int> {
      body();
      return 1;
    });
    return result.ok() ? "ok" : std::string(CodeName(result.status().code())) + ", " + result.status().message();
  };
  EXPECT_EQ(thrown([] {}), "ok");
  EXPECT_EQ(thrown([] { throw std::bad_alloc(); }), "internal, out of memory");
  EXPECT_EQ(thrown([] { throw std::runtime_error("broken"); }), "internal, the thing: broken");
  // NOLINTNEXTLINE(bugprone-std-exception-baseclass): what is tested
  EXPECT_EQ(thrown([] { throw 7; }), "internal, the thing: an unknown exception");
  EXPECT_EQ(thrown([] {
              static_cast<void>(std::filesystem::canonical("/nonexistent"));
            }).find("internal, the thing: filesystem error"),
            0U);
  EXPECT_EQ(Guarded("the thing", []() -> Status { throw std::bad_alloc(); }).code(), Code::kInternal);
}

}  // namespace
}  // namespace tandem
