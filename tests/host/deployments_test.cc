// Versions of functions in a Runtime, over the native loader: when they are put there, and when they go.

#include "host/deployments.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/host/deployment_fixture.h"

namespace tandem::test {
namespace {

using host::Deployment;
using host::InlineUse;

using DeploymentsTest = DeploymentTest;

TEST_F(DeploymentsTest, AVersionIsDeployedOnceAndKept) {
  Keep("f", Version("first"));
  const std::weak_ptr<Deployment> first = Glimpse("f", Find("f"));
  ASSERT_FALSE(first.expired());
  EXPECT_EQ(*Get("f"), first.lock());
  const FunctionConfig& config = first.lock()->function().config();
  EXPECT_EQ(runtime_->Find(config.key), &first.lock()->function());
  EXPECT_EQ(config.arn, "arn:aws:lambda:eu-central-1:012345678912:function:f");
  EXPECT_EQ(config.variables.at("OWN"), "own");
  EXPECT_EQ(config.variables.at("OF_ALL"), "all");
}

TEST_F(DeploymentsTest, ThreadsThatAskAtOnceGetOne) {
  constexpr std::size_t kThreads = 8;
  Keep("f", Version("first"));
  std::vector<std::shared_ptr<Deployment>> got(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      if (auto deployed = Get("f"); deployed.ok()) got[i] = *deployed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_NE(got[0], nullptr);
  for (const auto& each : got) EXPECT_EQ(each, got[0]);
}

TEST_F(DeploymentsTest, WhoHoldsAVersionThatChangesGoesOnWithIt) {
  Keep("f", Version("first"));
  auto first = *Get("f");
  Change("f", Version("second"));
  auto second = *Get("f");
  EXPECT_NE(second, first);
  EXPECT_EQ(&second->of(), Find("f").get());
  const std::vector<std::string> keys = {first->function().config().key, second->function().config().key};
  EXPECT_EQ(runtime_->Find(keys[0]), &first->function());
  EXPECT_EQ(runtime_->Find(keys[1]), &second->function());
  first.reset();
  second.reset();
  deployments_.reset();  // waits for whoever removes them
  for (const std::string& key : keys) EXPECT_EQ(runtime_->Find(key), nullptr);
}

TEST_F(DeploymentsTest, WhoAskedBeforeAChangeGetsWhatItIsNow) {
  Keep("f", Version("first"));
  const auto asked = Find("f");
  Change("f", Version("second"));
  const auto deployed = *deployments_->Get("f", asked);
  EXPECT_EQ(&deployed->of(), Find("f").get());
  EXPECT_EQ(*Get("f"), deployed);
}

TEST_F(DeploymentsTest, OneVersionIsLetGoOfOrAllOfThem) {
  for (const char* name : {"f", "f2"}) Keep(name, Version("first"));
  for (const char* name : {"f", "f", "f2"}) Publish(name);
  const std::weak_ptr<Deployment> latest = Glimpse("f", Find("f"));
  const std::weak_ptr<Deployment> one = Glimpse("f", Find("f", "1"));
  const std::weak_ptr<Deployment> two = Glimpse("f", Find("f", "2"));
  const std::weak_ptr<Deployment> other = Glimpse("f2", Find("f2", "1"));
  deployments_->Drop("f", "1");
  EXPECT_TRUE(one.expired());
  EXPECT_FALSE(latest.expired() || two.expired());
  Delete("f");
  EXPECT_TRUE(latest.expired() && two.expired());
  EXPECT_FALSE(other.expired());
}

TEST_F(DeploymentsTest, WhatWasDeletedBeforeItWasDeployedIsNotKept) {
  Keep("f", Version("first"));
  const auto asked = Find("f");
  Delete("f");
  EXPECT_TRUE(Glimpse("f", asked).expired());
  Keep("f", Version("second"));
  EXPECT_FALSE(Glimpse("f", Find("f")).expired());
}

TEST_F(DeploymentsTest, WhatIsDeletedWhileItIsDeployedIsNotKept) {
  Keep("f", InlineVersion("first"));
  Publish("f");
  bool is_deleted = false;
  log_.on_note = [&] {
    Delete("f");
    is_deleted = true;
  };
  EXPECT_TRUE(Glimpse("f", Find("f", "1")).expired());
  EXPECT_TRUE(is_deleted);
}

TEST_F(DeploymentsTest, WhatChangesWhileItIsDeployedIsNotKept) {
  Keep("f", InlineVersion("first"));
  log_.on_note = [&] { Change("f", InlineVersion("second")); };
  EXPECT_TRUE(Glimpse("f", Find("f")).expired());
  EXPECT_FALSE(Glimpse("f", Find("f")).expired());
}

TEST_F(DeploymentsTest, WhatCannotBeDeployedLeavesNothing) {
  const auto version = Version("first");
  version->settings["Runtime"] = "native998";
  Keep("f", version);
  EXPECT_EQ(Get("f").status().code(), Code::kUnavailable);
  Keep("g", Version("second"));
  std::filesystem::remove(store_->PackagePath(Find("g")->code_sha256));
  EXPECT_FALSE(Get("g").ok());
  EXPECT_FALSE(Get("g").ok());
  Change("f", Version("third"));
  EXPECT_TRUE(Get("f").ok());
}

TEST_F(DeploymentsTest, InlineFunctionsAreForServersThatAllowThem) {
  Keep("f", InlineVersion("first"));
  const std::weak_ptr<Deployment> deployed = Glimpse("f", Find("f"));
  EXPECT_EQ(deployed.lock()->function().config().isolation, Isolation::kInline);
  EXPECT_EQ(log_.lines.Count("tandem: warning: it runs inline"), 1U);
  Begin(InlineUse::kRefused);
  EXPECT_EQ(Get("f").status().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace tandem::test
