// Loaders and finders that the host refuses, each with one line that says why.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tandem/registry.h"
#include "unit/native_runtime.h"

namespace tandem {
namespace {

struct Broken {
  const char* folder;
  const char* why;
};

class Rejection : public testing::TestWithParam<Broken> {};

TEST_P(Rejection, OfAFinderSaysWhy) {
  const std::string dir = std::string(TANDEM_TEST_BROKEN_LOADERS) + "/" + GetParam().folder;
  const auto registry = RuntimeRegistry::Open({dir}, {});
  ASSERT_FALSE(registry.ok());
  EXPECT_EQ(registry.status().code(), Code::kInternal);
  EXPECT_NE(registry.status().message().find(GetParam().why), std::string::npos) << registry.status().message();
  EXPECT_NE(registry.status().message().find("broken-finder.so"), std::string::npos) << "names the file";
  EXPECT_EQ(registry.status().message().find('\n'), std::string::npos) << "one line";
}

INSTANTIATE_TEST_SUITE_P(EveryWay, Rejection,
                         testing::Values(Broken{"no_entry", "does not export"},
                                         Broken{"null_table", "returned no table"},
                                         Broken{"wrong_major", "speaks major version 2"},
                                         Broken{"short_table", "the required slots take"},
                                         Broken{"empty_slot", "is empty"}),
                         [](const testing::TestParamInfo<Broken>& tested) { return std::string(tested.param.folder); });

TEST_P(Rejection, OfALoaderShowsWithoutAnInvocation) {
  const std::string dir = std::string(TANDEM_TEST_BROKEN_LOADERS) + "/" + GetParam().folder;
  const std::vector<LoaderFile> loaders = FindLoaders({"/nowhere", dir, TANDEM_TEST_LOADERS, dir});
  ASSERT_EQ(loaders.size(), 2U);
  EXPECT_EQ(loaders[0].name, "broken");
  EXPECT_EQ(loaders[0].path, dir + "/broken.so");
  EXPECT_NE(loaders[0].reason.find(GetParam().why), std::string::npos) << loaders[0].reason;
  EXPECT_EQ(loaders[1].name, "native");
  EXPECT_EQ(loaders[1].reason, "");
}

// In a process of its own, as a process holds one loader per language.
TEST_P(Rejection, OfALoaderIsAFaultOfTheInvocation) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const std::string dir = std::string(TANDEM_TEST_BROKEN_LOADERS) + "/" + GetParam().folder;
  setenv("TANDEM_NATIVE_MODULE", (dir + "/broken.so").c_str(), 1);
  test::NativeRuntime runtime;
  Function& function = runtime.Add("native.echo");
  unsetenv("TANDEM_NATIVE_MODULE");
  EXPECT_EXIT(
      {
        const InvokeResult result = runtime->Invoke(function, Event("1"));
        const bool refused = result.outcome.kind() == Outcome::Kind::kFault &&
                             result.outcome.fault().code() == Code::kUnavailable &&
                             result.outcome.fault().message().find(GetParam().why) != std::string::npos;
        _exit(refused ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tandem
