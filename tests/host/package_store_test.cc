// The packages of a store: as long as somebody has them, and no longer.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/host/store_fixture.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using PackageStoreTest = StoreTest;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool IsPackageThere(const FunctionStore& store, const std::string& sha256) {
  return fs::exists(store.PackagePath(sha256));
}

Status UpdateCode(FunctionStore& store, const std::string& name, const std::string& code) {
  const auto package = store.KeepPackage(code);
  return store.Change(name, [&](StoredFunction& function) -> Status {
    function.latest = MakeVersion("$LATEST", *package, "updated");
    return {};
  });
}

TEST_F(PackageStoreTest, A15DigestsAreThoseOfTheBytes) {
  const auto store = Open();
  const auto abc = store->KeepPackage("abc");
  ASSERT_TRUE(abc.ok());
  // FIPS 180-2, in base64.
  EXPECT_EQ(abc->code_sha256, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(abc->code_size, 3);
  EXPECT_EQ(store->PackagePath(abc->code_sha256),
            packages() + "/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.zip");
  EXPECT_EQ(Contents(store->PackagePath(abc->code_sha256)), "abc");
  const auto empty = store->KeepPackage("");
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->code_size, 0);
  EXPECT_TRUE(IsPackageThere(*store, empty->code_sha256));
}

TEST_F(PackageStoreTest, EqualBytesAreKeptOnce) {
  const auto store = Open();
  const auto first = store->KeepPackage("code");
  struct stat before {};
  ASSERT_EQ(stat(store->PackagePath(first->code_sha256).c_str(), &before), 0);
  EXPECT_EQ(before.st_mode & 0777U, 0600U);
  const auto second = store->KeepPackage("code");
  EXPECT_EQ(second->code_sha256, first->code_sha256);
  EXPECT_EQ(NamesIn(packages()).size(), 1U);
  struct stat after {};
  ASSERT_EQ(stat(store->PackagePath(first->code_sha256).c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino) << "it is written once";
}

TEST_F(PackageStoreTest, APackageOfNoFunctionStaysAsLongAsItIsUsed) {
  const auto store = Open();
  auto first = store->KeepPackage("code");
  auto second = store->KeepPackage("code");
  const std::string sha256 = first->code_sha256;
  first->use = nullptr;
  EXPECT_TRUE(IsPackageThere(*store, sha256));
  second->use = nullptr;
  EXPECT_EQ(NamesIn(packages()), std::set<std::string>());
  EXPECT_TRUE(store->KeepPackage("code")->use != nullptr) << "and again";
}

TEST_F(PackageStoreTest, APackageGoesWithTheLastFunctionThatHasIt) {
  const auto store = Open();
  Insert(*store, "f", "code");
  Insert(*store, "g", "code");
  const std::string sha256 = store->Find("f")->latest->code_sha256;
  ASSERT_TRUE(store->Erase("f").ok());
  EXPECT_TRUE(IsPackageThere(*store, sha256));
  ASSERT_TRUE(UpdateCode(*store, "g", "new code").ok());
  EXPECT_FALSE(IsPackageThere(*store, sha256));
  EXPECT_EQ(NamesIn(packages()).size(), 1U);
  ASSERT_TRUE(store->Erase("g").ok());
  EXPECT_EQ(NamesIn(packages()), std::set<std::string>());
}

TEST_F(PackageStoreTest, AVersionKeepsItsPackage) {
  auto store = Open();
  Insert(*store, "f", "code");
  const std::string sha256 = store->Find("f")->latest->code_sha256;
  ASSERT_TRUE(store
                  ->Change("f",
                           [](StoredFunction& function) -> Status {
                             function.versions[++function.last_number] = Published(*function.latest, 1);
                             return {};
                           })
                  .ok());
  ASSERT_TRUE(UpdateCode(*store, "f", "new code").ok());
  store.reset();
  store = Open();
  EXPECT_TRUE(IsPackageThere(*store, sha256));
  ASSERT_TRUE(store
                  ->Change("f",
                           [](StoredFunction& function) -> Status {
                             function.versions.clear();
                             return {};
                           })
                  .ok());
  EXPECT_FALSE(IsPackageThere(*store, sha256));
}

TEST_F(PackageStoreTest, WhatWasFoundKeepsItsPackages) {
  const auto store = Open();
  Insert(*store, "f", "code");
  auto found = store->Find("f");
  auto listed = store->List("", 1);
  const std::string sha256 = found->latest->code_sha256;
  ASSERT_TRUE(store->Erase("f").ok());
  found = nullptr;
  EXPECT_TRUE(IsPackageThere(*store, sha256));
  listed.clear();
  EXPECT_FALSE(IsPackageThere(*store, sha256));
}

TEST_F(PackageStoreTest, AChangeThatFailsKeepsThePackageOfBefore) {
  const auto store = Open();
  Insert(*store, "f", "code");
  const auto other = store->KeepPackage("new code");
  EXPECT_FALSE(store
                   ->Change("f",
                            [&](StoredFunction& function) -> Status {
                              function.latest = MakeVersion("$LATEST", *other, "x");
                              return {Code::kNotFound, "no"};
                            })
                   .ok());
  EXPECT_EQ(Contents(store->PackagePath(store->Find("f")->latest->code_sha256)), "code");
}

TEST_F(PackageStoreTest, NoFunctionIsThereWithoutItsPackage) {
  const auto store = Open();
  auto package = store->KeepPackage("code");
  package->use = nullptr;
  StoredFunction function;
  function.name = "f";
  function.latest = MakeVersion("$LATEST", *package, "x");
  EXPECT_EQ(store->Insert(function).code(), Code::kInternal);
  Insert(*store, "g", "other");
  const Status status = store->Change("g", [&](StoredFunction& of) -> Status {
    of.latest = function.latest;
    return {};
  });
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find(package->code_sha256), std::string::npos) << status.message();
  EXPECT_EQ(Contents(store->PackagePath(store->Find("g")->latest->code_sha256)), "other");
}

TEST_F(PackageStoreTest, TheEndOfTheStoreRemovesNoPackage) {
  auto store = Open();
  Insert(*store, "f", "code");
  Insert(*store, "g", "other");
  auto kept = store->KeepPackage("of nobody");
  auto found = store->Find("f");
  ASSERT_TRUE(store->Erase("f").ok());
  store.reset();
  store = Open();
  ASSERT_TRUE(store->KeepPackage("code").ok());
  Insert(*store, "h", "code");
  kept->use = nullptr;
  found = nullptr;
  EXPECT_EQ(Contents(store->PackagePath(store->Find("h")->latest->code_sha256)), "code")
      << "uses of the store before have no say in this one";
  EXPECT_EQ(NamesIn(packages()).size(), 2U);
}

TEST_F(PackageStoreTest, OpeningRemovesWhatNobodyHasAndNothingElse) {
  auto store = Open();
  Insert(*store, "f", "code");
  auto kept = store->KeepPackage("of nobody");
  const std::string orphan = store->PackagePath(kept->code_sha256);
  store.reset();
  const std::set<std::string> others = {"README", "ab.zip", "copy of " + fs::path(orphan).filename().string()};
  for (const std::string& name : others) std::ofstream(packages() + "/" + name) << "x";
  std::ofstream(orphan + ".1.new") << "half";
  ASSERT_TRUE(fs::exists(orphan));
  store = Open();
  std::set<std::string> expected = others;
  expected.insert(fs::path(store->PackagePath(store->Find("f")->latest->code_sha256)).filename().string());
  EXPECT_EQ(NamesIn(packages()), expected);
}

TEST_F(PackageStoreTest, OnlyADigestHasAPath) {
  const auto store = Open();
  const std::string digest = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
  EXPECT_EQ(store->PackagePath(digest).size(), packages().size() + 1 + 64 + 4) << "also of what nobody has kept";
  const std::vector<std::string> none = {
      "",
      "../functions.db",
      "../../../../../../../../../../../../etc/pass",
      digest.substr(0, 40),
      digest + digest,
      digest.substr(0, 42) + "==",
      " " + digest.substr(1),
      digest.substr(0, 43) + "\n",
      "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=",  // bits beyond the digest
  };
  for (const std::string& text : none) EXPECT_EQ(store->PackagePath(text), "") << text;
}

}  // namespace
}  // namespace tandem::test
