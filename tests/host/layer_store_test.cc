// What a store's layers are, what changes of them do, and how long their packages stay.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <vector>

#include "host/digest.h"
#include "tests/host/store_fixture.h"

namespace tandem::test {
namespace {

using LayerStoreTest = StoreTest;

bool IsThere(const FunctionStore& store, const std::string& content) {
  return std::filesystem::exists(store.PackagePath(host::Sha256(content)));
}

Status DeleteVersion(FunctionStore& store, const std::string& name, std::uint64_t number) {
  return store.ChangeLayer(name, [&](StoredLayer& layer) -> Status {
    layer.versions.erase(number);
    return {};
  });
}

// The function has the newest version of the layer.
void Use(FunctionStore& store, const std::string& function, const std::string& layer) {
  const PackageReference content = store.FindLayer(layer)->versions.rbegin()->second->content;
  const Status status = store.Change(function, [&](StoredFunction& changed) -> Status {
    const auto latest = std::make_shared<FunctionVersion>(*changed.latest);
    latest->layers = {content};
    changed.latest = latest;
    return {};
  });
  ASSERT_TRUE(status.ok()) << status.message();
}

std::vector<std::string> Names(const std::vector<std::shared_ptr<const StoredLayer>>& layers) {
  std::vector<std::string> names;
  names.reserve(layers.size());
  for (const auto& layer : layers) names.push_back(layer->name);
  return names;
}

TEST_F(LayerStoreTest, ReadsBackAllThatWasWritten) {
  auto store = Open();
  for (const char* content : {"one", "two", "three"}) PublishLayer(*store, "tools", content);
  PublishLayer(*store, "other", "one");
  ASSERT_TRUE(DeleteVersion(*store, "tools", 2).ok());
  const auto permit = [](StoredLayer& layer) -> Status {
    const auto version = std::make_shared<LayerVersion>(*layer.versions[3]);
    version->settings["CompatibleRuntimes"][0] = "python3.12";
    version->policy[0]["Sid"] = "all \xED\xA0\x80";
    version->policy_revision_id = "policy-revision";
    layer.versions[3] = version;
    return {};
  };
  ASSERT_TRUE(store->ChangeLayer("tools", permit).ok());
  Insert(*store, "f", "code");
  Use(*store, "f", "tools");
  const std::string before = Describe(*store);
  store.reset();
  store = Open();
  EXPECT_EQ(Describe(*store), before);
  EXPECT_EQ(store->FindLayer("tools")->versions.size(), 2U);
  EXPECT_EQ(store->FindLayer("tools")->versions.at(3)->policy[0]["Sid"], "all \xED\xA0\x80");
  EXPECT_EQ(store->Find("f")->latest->layers.size(), 1U);
}

TEST_F(LayerStoreTest, NumbersOnlyGrowAlsoAfterDeletions) {
  auto store = Open();
  PublishLayer(*store, "tools", "one");
  PublishLayer(*store, "tools", "two");
  ASSERT_TRUE(DeleteVersion(*store, "tools", 1).ok());
  ASSERT_TRUE(DeleteVersion(*store, "tools", 2).ok());
  EXPECT_TRUE(store->ListLayers("", 10).empty()) << "a layer without versions is not listed";
  store.reset();
  store = Open();
  PublishLayer(*store, "tools", "three");
  EXPECT_EQ(store->FindLayer("tools")->versions.begin()->first, 3U);
}

TEST_F(LayerStoreTest, ListsInTheOrderOfNames) {
  const auto store = Open();
  for (const char* name : {"b", "a", "c"}) PublishLayer(*store, name, name);
  EXPECT_EQ(store->FindLayer("d"), nullptr);
  EXPECT_EQ(Names(store->ListLayers("", 2)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Names(store->ListLayers("a", 10)), (std::vector<std::string>{"b", "c"}));
}

TEST_F(LayerStoreTest, AVersionStaysAsItIs) {
  const auto store = Open();
  PublishLayer(*store, "tools", "one");
  PublishLayer(*store, "tools", "two");
  ASSERT_TRUE(DeleteVersion(*store, "tools", 2).ok());
  const std::string before = Describe(*store);
  const auto other = store->KeepPackage("other");
  const PackageReference content{other->code_sha256, other->code_size};
  const std::vector<std::function<void(StoredLayer&)>> changes = {
      [&](StoredLayer& layer) { layer.versions[1] = MakeLayerVersion(1, content, "other"); },
      [&](StoredLayer& layer) { layer.versions[2] = MakeLayerVersion(2, content, "again"); },
      [&](StoredLayer& layer) { layer.versions[3] = MakeLayerVersion(3, content, "not given out"); },
      [&](StoredLayer& layer) { layer.last_number = 3, layer.versions[3] = MakeLayerVersion(4, content, "odd"); },
      [&](StoredLayer& layer) { layer.last_number = 3, layer.versions[3] = nullptr; },
      [](StoredLayer& layer) { layer.last_number = 1; },
      [](StoredLayer& layer) { layer.name = "others"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Status status = store->ChangeLayer("tools", [&](StoredLayer& layer) -> Status {
      changes[i](layer);
      return {};
    });
    EXPECT_EQ(status.code(), Code::kInternal) << i;
    EXPECT_EQ(Describe(*store), before) << i << ": " << status.message();
  }
  const auto unnamed = [](StoredLayer&) -> Status { return {}; };
  EXPECT_EQ(store->ChangeLayer("", unnamed).code(), Code::kInternal);
}

TEST_F(LayerStoreTest, AChangesErrorIsTheCallsAndNothingChanges) {
  auto store = Open();
  const Status status = store->ChangeLayer("tools", [](StoredLayer& layer) -> Status {
    ++layer.last_number;
    return {Code::kUnavailable, "not now"};
  });
  EXPECT_EQ(status.message(), "not now");
  EXPECT_EQ(store->FindLayer("tools"), nullptr);
  const auto package = store->KeepPackage("one");
  const Status unreadable = store->ChangeLayer("tools", [&](StoredLayer& layer) -> Status {
    const auto version = MakeLayerVersion(1, {package->code_sha256, package->code_size}, "x");
    version->settings["Odd"] = std::numeric_limits<double>::quiet_NaN();
    layer.last_number = 1;
    layer.versions[1] = version;
    return {};
  });
  EXPECT_EQ(unreadable.code(), Code::kInvalidArgument);
  store.reset();
  EXPECT_EQ(Open()->FindLayer("tools"), nullptr);
}

TEST_F(LayerStoreTest, APackageStaysWhileAnythingHasIt) {
  auto store = Open();
  PublishLayer(*store, "tools", "shared");
  PublishLayer(*store, "other", "shared");
  Insert(*store, "f", "code");
  Use(*store, "f", "tools");
  ASSERT_TRUE(DeleteVersion(*store, "tools", 1).ok());
  ASSERT_TRUE(DeleteVersion(*store, "other", 1).ok());
  EXPECT_TRUE(IsThere(*store, "shared")) << "the function has it";
  store.reset();
  store = Open();
  EXPECT_TRUE(IsThere(*store, "shared")) << "also after that";
  const auto held = store->Find("f");
  ASSERT_TRUE(store->Erase("f").ok());
  EXPECT_TRUE(IsThere(*store, "shared")) << "who has found the function uses it";
}

TEST_F(LayerStoreTest, APackageGoesWithTheLastThatHasIt) {
  const auto store = Open();
  PublishLayer(*store, "tools", "shared");
  Insert(*store, "f", "shared");
  Insert(*store, "g", "code");
  Use(*store, "g", "tools");
  ASSERT_TRUE(store->Erase("g").ok());
  ASSERT_TRUE(store->Erase("f").ok());
  EXPECT_TRUE(IsThere(*store, "shared")) << "the layer has it";
  auto found = store->FindLayer("tools");
  ASSERT_TRUE(DeleteVersion(*store, "tools", 1).ok());
  EXPECT_TRUE(IsThere(*store, "shared")) << "who has found the layer uses it";
  found.reset();
  EXPECT_FALSE(IsThere(*store, "shared"));
}

TEST_F(LayerStoreTest, APackageThatIsNotThereIsRefused) {
  const auto store = Open();
  const auto publish = [](StoredLayer& layer) -> Status {
    layer.last_number = 1;
    layer.versions[1] = MakeLayerVersion(1, {host::Sha256("nowhere"), 7}, "x");
    return {};
  };
  EXPECT_EQ(store->ChangeLayer("tools", publish).code(), Code::kInternal);
  EXPECT_EQ(store->FindLayer("tools"), nullptr);
}

// A disk that takes the first part of a change and not the last.
TEST_F(LayerStoreTest, AChangeThatTheDiskDoesNotTakeDidNotHappen) {
  auto store = Open();
  PublishLayer(*store, "tools", "one");
  const std::string before = Describe(*store);
  store.reset();
  Execute(
      "CREATE TRIGGER w BEFORE INSERT ON layer_versions BEGIN SELECT RAISE(FAIL, 'the disk is gone'); END;"
      "CREATE TRIGGER d BEFORE DELETE ON layer_versions BEGIN SELECT RAISE(FAIL, 'the disk is gone'); END;");
  store = Open();
  const auto package = store->KeepPackage("two");
  const Status published = store->ChangeLayer("tools", [&](StoredLayer& layer) -> Status {
    layer.versions[++layer.last_number] = MakeLayerVersion(2, {package->code_sha256, package->code_size}, "two");
    return {};
  });
  for (const Status& status : {published, DeleteVersion(*store, "tools", 1)}) {
    EXPECT_EQ(status.code(), Code::kInternal);
    EXPECT_NE(status.message().find("the disk is gone"), std::string::npos) << status.message();
  }
  EXPECT_EQ(Describe(*store), before);
  store.reset();
  EXPECT_EQ(Describe(*Open()), before);
}

}  // namespace
}  // namespace tandem::test
