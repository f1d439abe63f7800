// What a store's functions are, and what changes of them do.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <vector>

#include "tests/host/store_fixture.h"

namespace tandem::test {
namespace {

using FunctionStoreTest = StoreTest;

std::vector<std::string> Names(const std::vector<std::shared_ptr<const StoredFunction>>& functions) {
  std::vector<std::string> names;
  names.reserve(functions.size());
  for (const auto& function : functions) names.push_back(function->name);
  return names;
}

Status Publish(FunctionStore& store, const std::string& name) {
  return store.Change(name, [](StoredFunction& function) -> Status {
    ++function.last_number;
    function.versions[function.last_number] = Published(*function.latest, function.last_number);
    return {};
  });
}

Status ChangeSettings(FunctionStore& store, const std::string& name, const std::string& member, const Json::Value& to) {
  return store.Change(name, [&](StoredFunction& function) -> Status {
    const auto latest = std::make_shared<FunctionVersion>(*function.latest);
    latest->settings[member] = to;
    function.latest = latest;
    return {};
  });
}

TEST_F(FunctionStoreTest, FindsAndListsInTheOrderOfNames) {
  const auto store = Open();
  EXPECT_EQ(store->Find("b"), nullptr);
  for (const char* name : {"b", "a", "B", "c"}) Insert(*store, name, name);
  EXPECT_EQ(store->Find("b")->name, "b");
  EXPECT_EQ(Names(store->List("", 10)), (std::vector<std::string>{"B", "a", "b", "c"}));
  EXPECT_EQ(Names(store->List("", 2)), (std::vector<std::string>{"B", "a"}));
  EXPECT_EQ(Names(store->List("a", 10)), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(Names(store->List("aa", 1)), (std::vector<std::string>{"b"})) << "a marker need not be there any more";
  EXPECT_EQ(Names(store->List("c", 10)), std::vector<std::string>());
  EXPECT_EQ(Names(store->List("", 0)), std::vector<std::string>());
}

// One with a value in each member, of each of JSON's types.
StoredFunction Full(const FunctionStore::KeptPackage& package) {
  using std::string_literals::operator""s;
  StoredFunction function;
  function.name = "full";
  const auto latest = MakeVersion("$LATEST", package, "\xC3\xA4");
  Json::Value& settings = latest->settings;
  settings["Text"] = "quote \" line\n nul \0 lone \xED\xA0\x80 no UTF-8 \xFF"s;
  for (const Json::Value& value : {Json::Value(), Json::Value(true)}) settings["Deep"]["List"].append(value);
  settings["Large"] = Json::UInt64{18446744073709551615U};
  settings["Small"] = std::numeric_limits<Json::Int64>::min();
  settings["Real"] = 0.1;
  settings["Whole"] = 2.0;
  settings["Nothing"] = Json::Value();
  settings["Empty"] = Json::Value(Json::objectValue);
  settings["Commented"] = 1;
  settings["Commented"].setComment(std::string("// not of the value"), Json::commentBefore);
  function.latest = latest;
  function.last_number = 12;
  function.versions[2] = Published(*latest, 2);
  function.versions[10] = Published(*MakeVersion("$LATEST", package, "ten"), 10);
  function.aliases["live"] = {"live", "2", "what runs", "alias-revision", {{"10", 0.1}}};
  function.tags = {{"team", "a=b"}, {"", ""}};
  function.reserved_concurrency = 0;
  function.policy[0]["Sid"] = "all";
  function.policy_revision_id = "policy-revision";
  return function;
}

TEST_F(FunctionStoreTest, ReadsBackAllThatWasWritten) {
  auto store = Open();
  auto package = store->KeepPackage("the code");
  ASSERT_TRUE(store->Insert(Full(*package)).ok());
  Insert(*store, "plain", "other code");
  const std::string before = Describe(*store);
  store.reset();
  store = Open();
  EXPECT_EQ(Describe(*store), before);
  EXPECT_EQ(store->Find("full")->latest->settings, Full(*package).latest->settings);
  EXPECT_EQ(store->Find("full")->reserved_concurrency, 0);
  EXPECT_EQ(store->Find("plain")->reserved_concurrency, std::nullopt);
  EXPECT_TRUE(store->Find("plain")->policy.isNull());
}

TEST_F(FunctionStoreTest, A43NumbersOnlyGrowAlsoAfterDeletions) {
  auto store = Open();
  Insert(*store, "f", "code");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Publish(*store, "f").ok());
  const auto forget = [](StoredFunction& function) -> Status {
    function.versions.erase(2);
    function.versions.erase(3);
    return {};
  };
  ASSERT_TRUE(store->Change("f", forget).ok());
  store.reset();
  store = Open();
  EXPECT_EQ(store->Find("f")->versions.size(), 1U);
  ASSERT_TRUE(Publish(*store, "f").ok());
  EXPECT_EQ(store->Find("f")->versions.rbegin()->first, 4U);
}

TEST_F(FunctionStoreTest, A43AVersionWithANumberStaysAsItIs) {
  const auto store = Open();
  Insert(*store, "f", "code");
  ASSERT_TRUE(Publish(*store, "f").ok());
  const std::string before = Describe(*store);
  const std::vector<std::function<void(StoredFunction&)>> changes = {
      [](StoredFunction& f) { f.versions[1] = Published(*f.latest, 1); },
      [](StoredFunction& f) { f.last_number = 0; },
      [](StoredFunction& f) { f.versions[7] = Published(*f.latest, 7); },
      [](StoredFunction& f) { f.last_number = 2, f.versions[2] = f.versions[1]; },
      [](StoredFunction& f) { f.last_number = 2, f.versions[2] = nullptr; },
      [](StoredFunction& f) { f.latest = f.versions[1]; },
      [](StoredFunction& f) { f.latest = nullptr; },
      [](StoredFunction& f) { f.name = "g"; },
      [](StoredFunction& f) {
        f.aliases["a"] = host::Alias{"b", "1", "", "", {}};
      },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Status status = store->Change("f", [&](StoredFunction& function) -> Status {
      changes[i](function);
      return {};
    });
    EXPECT_EQ(status.code(), Code::kInternal) << i;
    EXPECT_EQ(Describe(*store), before) << i << ": " << status.message();
  }
  ASSERT_TRUE(store
                  ->Change("f",
                           [](StoredFunction& function) -> Status {
                             function.versions.clear();
                             return {};
                           })
                  .ok());
  const Status again = store->Change("f", [](StoredFunction& function) -> Status {
    function.versions[1] = Published(*function.latest, 1);
    return {};
  });
  EXPECT_EQ(again.code(), Code::kInternal) << "a number that was given out is not given out again";
}

TEST_F(FunctionStoreTest, AChangeIsSeenWholeAndWhatWasFoundStays) {
  auto store = Open();
  Insert(*store, "f", "code");
  const auto found = store->Find("f");
  const std::string before = Describe(*found);
  ASSERT_TRUE(ChangeSettings(*store, "f", "Timeout", 9).ok());
  EXPECT_EQ(Describe(*found), before);
  EXPECT_EQ(store->Find("f")->latest->settings["Timeout"], 9);
  store.reset();
  EXPECT_EQ(Describe(*found), before) << "also after the store";
  EXPECT_EQ(Open()->Find("f")->latest->settings["Timeout"], 9);
}

TEST_F(FunctionStoreTest, AChangesErrorIsTheCallsAndNothingChanges) {
  auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  const Status status = store->Change("f", [](StoredFunction& function) -> Status {
    function.tags["a"] = "b";
    function.latest = nullptr;
    return {Code::kUnavailable, "not now"};
  });
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status.message(), "not now");
  const auto throws = [](StoredFunction& function) -> Status {
    function.tags["a"] = "b";
    throw std::runtime_error("thrown");
  };
  EXPECT_THROW((void)store->Change("f", throws), std::runtime_error);
  EXPECT_EQ(Describe(*store), before);
  ASSERT_TRUE(ChangeSettings(*store, "f", "Timeout", 3).ok()) << "the store goes on";
  store.reset();
  EXPECT_EQ(Describe(*Open()), before);
}

TEST_F(FunctionStoreTest, TakenAndAbsentNames) {
  const auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  const auto package = store->KeepPackage("other");
  StoredFunction function;
  function.name = "f";
  function.latest = MakeVersion("$LATEST", *package, "second");
  EXPECT_EQ(store->Insert(function).code(), Code::kInvalidArgument);
  EXPECT_EQ(Describe(*store), before);
  bool asked = false;
  const Status status = store->Change("g", [&](StoredFunction&) -> Status {
    asked = true;
    return {};
  });
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_FALSE(asked);
  EXPECT_EQ(store->Erase("g").code(), Code::kNotFound);
  function.name = "";
  EXPECT_EQ(store->Insert(function).code(), Code::kInternal);
}

TEST_F(FunctionStoreTest, A39AnErasedFunctionIsGone) {
  auto store = Open();
  for (const char* name : {"f", "g"}) Insert(*store, name, name);
  ASSERT_TRUE(Publish(*store, "f").ok());
  ASSERT_TRUE(store->Erase("f").ok());
  EXPECT_EQ(store->Find("f"), nullptr);
  EXPECT_EQ(store->Erase("f").code(), Code::kNotFound);
  store.reset();
  store = Open();
  EXPECT_EQ(Names(store->List("", 10)), std::vector<std::string>{"g"});
  Insert(*store, "f", "new code");
  EXPECT_TRUE(store->Find("f")->versions.empty()) << "a new function has nothing of the one before";
}

TEST_F(FunctionStoreTest, WritesTheVersionsThatChanged) {
  auto store = Open();
  Insert(*store, "f", "code");
  ASSERT_TRUE(Publish(*store, "f").ok());
  ASSERT_TRUE(Publish(*store, "f").ok());
  store.reset();
  Execute(
      "CREATE TABLE written(what TEXT);"
      "CREATE TRIGGER w AFTER INSERT ON versions BEGIN INSERT INTO written VALUES(NEW.version); END;"
      "CREATE TRIGGER d AFTER DELETE ON versions BEGIN INSERT INTO written VALUES('-' || OLD.version); END;");
  store = Open();
  ASSERT_TRUE(ChangeSettings(*store, "f", "Timeout", 5).ok());
  ASSERT_TRUE(Publish(*store, "f").ok());
  const auto forget = [](StoredFunction& function) -> Status {
    function.tags["a"] = "b";
    function.versions.erase(2);
    return {};
  };
  ASSERT_TRUE(store->Change("f", forget).ok());
  store.reset();
  EXPECT_EQ(Query("SELECT group_concat(what, ' ') FROM written"), "$LATEST 3 -2");
}

// A disk that takes the first part of a change and not the last.
TEST_F(FunctionStoreTest, AChangeThatTheDiskDoesNotTakeDidNotHappen) {
  auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  store.reset();
  Execute(
      "CREATE TRIGGER w BEFORE INSERT ON versions WHEN NEW.version = '1' OR NEW.function = 'g'"
      " BEGIN SELECT RAISE(FAIL, 'the disk is gone'); END;"
      "CREATE TRIGGER d BEFORE DELETE ON functions BEGIN SELECT RAISE(FAIL, 'the disk is gone'); END;");
  store = Open();
  const auto package = store->KeepPackage("other");
  StoredFunction other;
  other.name = "g";
  other.latest = MakeVersion("$LATEST", *package, "g");
  for (const Status& status : {Publish(*store, "f"), store->Insert(other), store->Erase("f")}) {
    EXPECT_EQ(status.code(), Code::kInternal);
    EXPECT_NE(status.message().find("the disk is gone"), std::string::npos) << status.message();
  }
  EXPECT_EQ(Describe(*store), before);
  store.reset();
  EXPECT_EQ(Describe(*Open()), before);
}

TEST_F(FunctionStoreTest, RefusesWhatItCouldNotReadBack) {
  auto store = Open();
  Insert(*store, "f", "code");
  const std::string before = Describe(*store);
  Json::Value deep;
  for (int i = 0; i < 2000; ++i) {
    Json::Value around(Json::arrayValue);
    around.append(std::move(deep));
    deep = std::move(around);
  }
  for (const Json::Value& value : {deep, Json::Value(std::numeric_limits<double>::quiet_NaN())}) {
    EXPECT_EQ(ChangeSettings(*store, "f", "Odd", value).code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(Describe(*store), before);
  store.reset();
  EXPECT_EQ(Describe(*Open()), before);
}

}  // namespace
}  // namespace tandem::test
