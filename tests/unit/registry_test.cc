#include "tandem/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace tandem {
namespace {

// A registry over the native finder, which finds what the test says.
class RegistryTest : public testing::Test {
 protected:
  void Find(const char* runtimes, std::map<std::string, LanguageOptions> languages = {}) {
    setenv("TANDEM_NATIVE_RUNTIMES", runtimes, 1);
    auto opened = RuntimeRegistry::Open({TANDEM_TEST_LOADERS}, std::move(languages));
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    registry_ = std::move(*opened);
  }
  void TearDown() override { unsetenv("TANDEM_NATIVE_RUNTIMES"); }

  Result<RuntimeSelection> Select(std::string_view identifier, RuntimeMatch match = RuntimeMatch::kNearestNewer,
                                  const RuntimeInfo* running = nullptr) {
    return registry_->Select(identifier, match, running);
  }
  std::string Chosen(std::string_view identifier, const RuntimeInfo* running = nullptr) {
    auto selected = Select(identifier, RuntimeMatch::kNearestNewer, running);
    return selected ? selected->info.identifier : std::string(CodeName(selected.status().code()));
  }

  std::unique_ptr<RuntimeRegistry> registry_;
};

TEST_F(RegistryTest, WithoutAVersionTheNewestUsableServes) {
  Find("native3.9;native3.10;native3.11:broken;native3.2");
  EXPECT_EQ(Chosen("native"), "native3.10") << "by numbers, not by text";
  const auto selected = Select("native");
  EXPECT_EQ(selected->identifier, "native3.10") << "the serving runtime's identifier becomes the function's (J-03)";
  EXPECT_TRUE(selected->warning.empty());
  EXPECT_NE(selected->why.find("newest usable"), std::string::npos);
}

TEST_F(RegistryTest, AVersionIsServedExactlyOrByTheNearestNewerWithAWarning) {
  Find("native3.9;native3.10;native3.12");
  EXPECT_EQ(Chosen("native3.9"), "native3.9");
  EXPECT_TRUE(Select("native3.9")->warning.empty());
  EXPECT_EQ(Chosen("native3.6"), "native3.9");
  EXPECT_EQ(Chosen("native3.11"), "native3.12");
  const auto selected = Select("native3.6");
  EXPECT_EQ(selected->identifier, "native3.6") << "the function keeps its label (H-PY-39)";
  EXPECT_NE(selected->warning.find("native3.6"), std::string::npos);
  EXPECT_NE(selected->warning.find("native3.9"), std::string::npos);
  EXPECT_EQ(Chosen("native3.13"), "unavailable") << "never on an older one";
}

TEST_F(RegistryTest, StrictRefusesAnotherVersion) {
  Find("native3.9");
  EXPECT_FALSE(Select("native3.6", RuntimeMatch::kStrict).ok());
  EXPECT_TRUE(Select("native3.9", RuntimeMatch::kStrict).ok());
}

TEST_F(RegistryTest, SuffixesOfIdentifiersDoNotCount) {
  Find("native8");
  for (const char* identifier : {"native8.al2", "native8.al2023", "native8.x", "native.al2023"}) {
    EXPECT_EQ(Chosen(identifier), "native8") << identifier;
  }
}

TEST_F(RegistryTest, AVersionOfAnotherFormIsUnknown) {
  Find("native3.9;native3.11;native2.7;native3.12:broken;native3.9");
  const auto refusal = [&](std::string_view identifier) {
    const auto selected = Select(identifier);
    const bool is_bad = !selected.ok() && selected.status().code() == Code::kInvalidArgument;
    return is_bad ? selected.status().message() : Chosen(identifier);
  };
  EXPECT_EQ(refusal("native3"),
            "unknown runtime 'native3'; near it are native3.11, native3.9; native alone is the newest usable one");
  EXPECT_EQ(refusal("native3.9.2"),
            "unknown runtime 'native3.9.2'; near it are native3.9; native alone is the newest usable one");
  EXPECT_EQ(refusal("native27"),
            "unknown runtime 'native27'; near it are native3.11, native3.9, native2.7; native "
            "alone is the newest usable one");
  EXPECT_EQ(refusal("native4.0"), "unavailable") << "a version that may be";
  EXPECT_EQ(refusal("native1.0"), "native2.7");
  Find("native3.9:broken");
  EXPECT_EQ(refusal("native3"), "unavailable") << "none is near";
  Find("");
  EXPECT_EQ(refusal("native3"), "unavailable") << "nothing tells the form";
}

TEST_F(RegistryTest, AnIdentifierIsALanguageAndNumbers) {
  Find("native3.11");
  for (const char* identifier : {"native3.11foo", "native-3", "native3.", "native3..11", "native.", "native.3",
                                 "native 3.11", "native3.11 ", "native3.+11", "native3.-11", "native3.99999999999",
                                 "native3.11.al", "native3.11.al2.al2", "native3.11.x2", "3.11", ".al2"}) {
    const auto selected = Select(identifier);
    ASSERT_FALSE(selected.ok()) << identifier;
    EXPECT_EQ(selected.status().code(), Code::kInvalidArgument) << identifier;
    EXPECT_NE(selected.status().message().find(identifier), std::string::npos) << selected.status().message();
  }
}

TEST_F(RegistryTest, WhatAFinderCannotReportIsNotUsable) {
  Find("native2;native0;native1");
  const auto found = registry_->FindAll();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const RuntimeInfo& info) { return info.usable(); }), 2);
  EXPECT_EQ(Chosen("native"), "native2");
}

TEST_F(RegistryTest, AnExceptionOfAFinderIsAReason) {
  Find("native1;throw");
  const auto found = registry_->FindAll();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].usable());
  EXPECT_NE(found[1].reason.find("escaped from find"), std::string::npos) << found[1].reason;
}

TEST_F(RegistryTest, UnknownIdentifiersAreBadArguments) {
  Find("native1");
  EXPECT_EQ(Chosen("cobol85"), "invalid argument");
  EXPECT_EQ(Chosen("native-x"), "invalid argument");
  EXPECT_EQ(Chosen(""), "invalid argument");
  EXPECT_NE(Select("cobol85").status().message().find("native"), std::string::npos) << "names what there is";
}

TEST_F(RegistryTest, SaysWhatWasFoundWhenNothingServes) {
  Find("native3.9:too old: 4 is needed");
  const auto selected = Select("native");
  ASSERT_FALSE(selected.ok());
  EXPECT_EQ(selected.status().code(), Code::kUnavailable);
  EXPECT_NE(selected.status().message().find("too old: 4 is needed"), std::string::npos);
}

TEST_F(RegistryTest, ARunningRuntimeIsPreferredWhereItFits) {
  Find("native3.9;native3.10;native3.12");
  RuntimeInfo running;
  running.language = "native";
  running.identifier = "native3.10";
  running.path = "/running";
  EXPECT_EQ(Select("native", RuntimeMatch::kNearestNewer, &running)->info.path, "/running");
  EXPECT_EQ(Select("native3.10", RuntimeMatch::kNearestNewer, &running)->info.path, "/running");
  EXPECT_EQ(Select("native3.6", RuntimeMatch::kNearestNewer, &running)->info.path, "/running");
  EXPECT_EQ(Chosen("native3.9", &running), "native3.9") << "an exact one is not given up";
  EXPECT_EQ(Chosen("native3.11", &running), "native3.12") << "never an older one";
}

TEST_F(RegistryTest, APathOverridesTheChoice) {
  Find("native3.9;native3.12", {{"native", LanguageOptions{.path = "/native/native3.9", .options = {}}}});
  EXPECT_EQ(Chosen("native"), "native3.9");
  EXPECT_EQ(Chosen("native3.12"), "invalid argument");
  EXPECT_EQ(registry_->Named("native", "/native/native3.12").identifier, "native3.12");
  EXPECT_FALSE(registry_->Named("cobol", "/cobol").usable());
}

// What makes it usable would not make it fit.
TEST_F(RegistryTest, AnotherVersionThanTheNamedOneGoesBeforeWhyItCannotBeUsed) {
  Find("native3.9:not built", {{"native", LanguageOptions{.path = "/native/native3.9", .options = {}}}});
  EXPECT_EQ(Chosen("native3.12"), "invalid argument");
  EXPECT_EQ(Select("native3.8", RuntimeMatch::kStrict).status().code(), Code::kInvalidArgument);
  for (const char* fitting : {"native", "native3.8", "native3.9"}) {
    const Status status = Select(fitting).status();
    EXPECT_EQ(status.code(), Code::kUnavailable) << fitting;
    EXPECT_NE(status.message().find("not built"), std::string::npos) << status.message();
  }
}

TEST_F(RegistryTest, ALoaderThatIsMissingIsAReason) {
  setenv("TANDEM_NATIVE_MODULE", "not-there.so", 1);
  Find("native1");
  const auto found = registry_->FindAll();
  unsetenv("TANDEM_NATIVE_MODULE");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].usable());
  EXPECT_NE(found[0].reason.find("not-there.so"), std::string::npos);
}

TEST_F(RegistryTest, DecidesTheLanguageByClaims) {
  Find("native1");
  EXPECT_EQ(*registry_->DecideLanguage("native.echo", "."), "native");
  EXPECT_EQ(*registry_->DecideLanguage("something.else", ".", {"/layers/other", "/layers/native"}), "native")
      << "by a layer";
  const auto none = registry_->DecideLanguage("something.else", ".");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.status().code(), Code::kNotFound);
  EXPECT_NE(none.status().message().find("--runtime"), std::string::npos);
}

TEST(Registry, WithoutAnyFinderTheFoldersAreNamed) {
  const auto registry = RuntimeRegistry::Open({"/nonexistent"}, {});
  EXPECT_EQ(registry.status().code(), Code::kNotFound);
  EXPECT_NE(registry.status().message().find("/nonexistent"), std::string::npos) << registry.status().message();
  EXPECT_EQ(RuntimeRegistry::Open({}, {}).status().code(), Code::kNotFound);
}

TEST(Registry, AFolderThatDoesNotExistIsNoHindrance) {
  const auto registry = RuntimeRegistry::Open({"/nonexistent", TANDEM_TEST_LOADERS}, {});
  ASSERT_TRUE(registry.ok()) << registry.status().message();
  EXPECT_EQ((*registry)->Languages(), std::vector<std::string>{"native"});
  const auto found = (*registry)->FindAll();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].path, "/nonexistent");
  EXPECT_EQ(found[1].reason, "cannot read the loaders' folder /nonexistent: No such file or directory");
  const auto selected = (*registry)->Select("rpn1", RuntimeMatch::kNearestNewer, nullptr);
  EXPECT_NE(selected.status().message().find(found[1].reason), std::string::npos) << selected.status().message();
}

TEST(Registry, AFinderThatIsNoneDisablesItsOwnLanguageOnly) {
  const auto registry =
      RuntimeRegistry::Open({std::string(TANDEM_TEST_BROKEN_LOADERS) + "/no_entry", TANDEM_TEST_LOADERS}, {});
  ASSERT_TRUE(registry.ok()) << registry.status().message();
  EXPECT_EQ((*registry)->Languages(), std::vector<std::string>{"native"});
  EXPECT_TRUE((*registry)->Select("native", RuntimeMatch::kNearestNewer, nullptr).ok());
  const auto found = (*registry)->FindAll();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_TRUE(found[0].usable());
  EXPECT_NE(found[2].path.find("broken.so"), std::string::npos) << "the loader beside it";
  EXPECT_FALSE(found[2].usable());
  EXPECT_EQ(found[1].language, "broken");
  EXPECT_FALSE(found[1].usable());
  EXPECT_NE(found[1].path.find("broken-finder.so"), std::string::npos) << found[1].path;
  EXPECT_NE(found[1].reason.find("does not export"), std::string::npos) << found[1].reason;
  const auto selected = (*registry)->Select("broken1", RuntimeMatch::kNearestNewer, nullptr);
  EXPECT_EQ(selected.status().code(), Code::kUnavailable);
  EXPECT_NE(selected.status().message().find("does not export"), std::string::npos) << selected.status().message();
  const auto language = (*registry)->DecideLanguage("unknown", ".");
  EXPECT_NE(language.status().message().find("does not export"), std::string::npos) << language.status().message();
}

}  // namespace
}  // namespace tandem
