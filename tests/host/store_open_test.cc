// What is opened, what is refused, and who has a folder.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "host/digest.h"
#include "host/sqlite.h"
#include "host/store_schema.h"
#include "tests/host/store_fixture.h"
#include "tests/host/writer_process.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using StoreOpenTest = StoreTest;

unsigned int ModeOf(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

bool Has(const Status& status, const std::string& text) {
  return status.message().find(text) != std::string::npos;
}

TEST_F(StoreOpenTest, MakesAFolderForItsUserAlone) {
  const mode_t before = umask(0);
  auto opened = FunctionStore::Open(folder() + "/new/parents/data");
  umask(before);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  Insert(**opened, "f", "code");
  const std::string data = folder() + "/new/parents/data";
  EXPECT_EQ(ModeOf(data), 0700U);
  EXPECT_EQ(ModeOf(data + "/packages"), 0700U);
  for (const char* name : {"functions.db", "functions.db-wal", "lock"})
    EXPECT_EQ(ModeOf(data + "/" + name), 0600U) << name;
  opened = Status(Code::kInternal, "");
  EXPECT_EQ(NamesIn(data), (std::set<std::string>{"functions.db", "lock", "packages"}));
}

TEST_F(StoreOpenTest, StaysInItsFolderWhereverTheProcessGoes) {
  const fs::path before = fs::current_path();
  fs::current_path(folder());
  auto opened = FunctionStore::Open("relative//data/");
  fs::current_path(before);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  Insert(**opened, "f", "code");
  EXPECT_TRUE(fs::exists((*opened)->PackagePath((*opened)->Find("f")->latest->code_sha256)));
  EXPECT_EQ(NamesIn(folder() + "/relative/data/packages").size(), 1U);
}

TEST_F(StoreOpenTest, RefusesAFolderThatCannotBeHad) {
  std::ofstream(folder() + "/file") << "x";
  fs::create_directory(folder() + "/open");
  fs::permissions(folder() + "/open", fs::perms::all);
  fs::create_directories(folder() + "/files/packages-is-a-file");
  std::ofstream(folder() + "/files/packages-is-a-file/packages") << "x";
  fs::create_directories(folder() + "/files/lock-is-a-folder/lock");
  fs::create_directories(folder() + "/files/database-is-a-folder/functions.db");
  for (const char* name : {"file", "file/below", "open", "files/packages-is-a-file", "files/lock-is-a-folder",
                           "files/database-is-a-folder"}) {
    const auto opened = FunctionStore::Open(folder() + "/" + name);
    ASSERT_FALSE(opened.ok()) << name;
    EXPECT_EQ(opened.status().code(), Code::kInvalidArgument) << name;
    EXPECT_TRUE(Has(opened.status(), folder() + "/" + name)) << opened.status().message();
  }
  EXPECT_EQ(FunctionStore::Open("").status().code(), Code::kInvalidArgument);
}

TEST_F(StoreOpenTest, ASecondStoreIsRefusedInTheSameProcess) {
  auto store = Open();
  const Status status = Refusal();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_TRUE(Has(status, "process " + std::to_string(getpid()) + ";")) << status.message();
  Insert(*store, "f", "code");
  store.reset();
  EXPECT_NE(Open()->Find("f"), nullptr) << "the lock is free when the object ends";
}

TEST_F(StoreOpenTest, ASecondStoreIsRefusedInAnotherProcess) {
  WriterProcess first({"hold", data()});
  ASSERT_EQ(first.Line(), "open");
  const Status status = Refusal();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_TRUE(Has(status, "process " + std::to_string(first.pid()) + ";")) << status.message();
  EXPECT_TRUE(Has(status, data())) << status.message();
  first.Kill();
  EXPECT_NE(Open(), nullptr) << "a lock ends with its process";
}

// The descriptors of this process and their flags.
std::map<int, int> Descriptors() {
  std::map<int, int> flags;
  for (const std::string& name : NamesIn("/proc/self/fd")) {
    const int descriptor = std::stoi(name);
    if (const int of_it = fcntl(descriptor, F_GETFD); of_it >= 0) flags[descriptor] = of_it;
  }
  return flags;
}

// Children that a server executes must not keep its folder.
TEST_F(StoreOpenTest, AnExecutedChildHasNothingOfTheStore) {
  const std::map<int, int> before = Descriptors();
  const auto store = Open();
  Insert(*store, "f", "code");
  int found = 0;
  for (const auto& [descriptor, flags] : Descriptors()) {
    if (before.contains(descriptor)) continue;
    ++found;
    EXPECT_NE(flags & FD_CLOEXEC, 0) << fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  }
  EXPECT_GE(found, 4) << "lock, database, its log, packages";
}

TEST_F(StoreOpenTest, LeavesNoDescriptorOpen) {
  const std::map<int, int> before = Descriptors();
  auto store = Open();
  Insert(*store, "f", "code");
  EXPECT_FALSE(FunctionStore::Open(data()).ok());
  const auto found = store->Find("f");
  const auto kept = store->KeepPackage("other");
  store.reset();
  EXPECT_EQ(Descriptors(), before) << "what was found has no file open";
  Execute("UPDATE functions SET document = 'x'");
  (void)Refusal();
  Execute("PRAGMA user_version = 99");
  (void)Refusal();
  std::ofstream(data() + "/functions.db") << std::string(4096, 'x');
  (void)Refusal();
  EXPECT_EQ(Descriptors(), before);
}

TEST_F(StoreOpenTest, MakesAnEmptyStoreOfAnEmptyFile) {
  fs::create_directory(data());
  fs::permissions(data(), fs::perms::owner_all);
  std::ofstream(data() + "/functions.db") << "";
  auto store = Open();
  EXPECT_TRUE(store->List("", 10).empty());
  Insert(*store, "f", "code");
  store.reset();
  EXPECT_EQ(Query("PRAGMA user_version"), "3");
  EXPECT_EQ(Query("PRAGMA application_id"), std::to_string(host::kStoreApplicationId));
  EXPECT_EQ(Query("PRAGMA journal_mode"), "wal");
}

TEST_F(StoreOpenTest, RefusesANewerSchema) {
  auto store = Open();
  Insert(*store, "f", "code");
  store.reset();
  Execute("PRAGMA user_version = 4");
  const Status status = Refusal();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_TRUE(Has(status, "schema version 4")) << status.message();
  EXPECT_EQ(NamesIn(packages()).size(), 1U);
  EXPECT_EQ(Query("PRAGMA user_version"), "4");
  Execute("PRAGMA user_version = 3");
  EXPECT_NE(Open()->Find("f"), nullptr);
}

TEST_F(StoreOpenTest, RefusesADatabaseOfAnotherProgram) {
  for (const char* sql : {"CREATE TABLE theirs(a)", "PRAGMA application_id = 77", "PRAGMA user_version = 1"}) {
    fs::remove_all(data());
    fs::create_directories(packages());
    fs::permissions(data(), fs::perms::owner_all);
    const std::string package = packages() + "/" + std::string(64, 'a') + ".zip";
    std::ofstream(package) << "theirs";
    Execute(sql);
    const Status status = Refusal();
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << sql;
    EXPECT_TRUE(Has(status, "another program")) << status.message();
    EXPECT_EQ(Query("SELECT count(*) FROM sqlite_master WHERE name = 'functions'"), "0") << sql;
    EXPECT_TRUE(fs::exists(package)) << sql;
  }
}

// Each refused in a line that names the file, and nothing of the store is lost.
TEST_F(StoreOpenTest, RefusesADamagedStoreAndRemovesNothing) {
  auto store = Open();
  Insert(*store, "f", "code");
  Insert(*store, "z", "other");
  PublishLayer(*store, "tools", "third");
  store.reset();
  const std::string saved = folder() + "/saved";
  fs::copy(data() + "/functions.db", saved);
  const std::vector<std::string> damages = {
      "UPDATE functions SET document = '{' WHERE name = 'z'",
      "UPDATE functions SET document = '[]' WHERE name = 'z'",
      "UPDATE functions SET document = '{\"last_number\": \"x\"}' WHERE name = 'z'",
      "UPDATE versions SET document = '{\"code_sha256\": [1]}' WHERE function = 'z'",
      "UPDATE versions SET document = '{}' WHERE function = 'z'",
      "UPDATE versions SET version = 'one' WHERE function = 'z'",
      "UPDATE versions SET version = '7' WHERE function = 'z'",
      "UPDATE versions SET function = 'y' WHERE function = 'z'",
      "DELETE FROM versions WHERE function = 'z'",
      "DROP TABLE versions",
      "UPDATE layers SET document = '{'",
      "UPDATE layers SET document = '{}'",
      "UPDATE layer_versions SET document = '[]'",
      "UPDATE layer_versions SET document = '{}'",
      "UPDATE layer_versions SET version = 'one'",
      "UPDATE layer_versions SET version = '7'",
      "UPDATE layer_versions SET layer = 'other'",
      "DROP TABLE layers",
      "DROP TABLE layer_versions",
  };
  for (const std::string& damage : damages) {
    Execute(damage);
    const Status status = Refusal();
    EXPECT_EQ(status.code(), Code::kInternal) << damage;
    EXPECT_TRUE(Has(status, data())) << damage << ": " << status.message();
    EXPECT_EQ(NamesIn(packages()).size(), 3U) << damage;
    fs::copy(saved, data() + "/functions.db", fs::copy_options::overwrite_existing);
  }
  EXPECT_NE(Open()->Find("z"), nullptr);
}

TEST_F(StoreOpenTest, SaysWhatSQLiteSaysOfADamagedFile) {
  auto store = Open();
  for (int i = 0; i < 50; ++i) Insert(*store, "function-" + std::to_string(i), "code");
  store.reset();
  const std::string file = data() + "/functions.db";
  const auto size = fs::file_size(file);
  {
    std::fstream broken(file, std::ios::in | std::ios::out | std::ios::binary);
    broken.seekp(4096);
    broken << std::string(size - 4096, '\x5A');
  }
  const Status damaged = Refusal();
  EXPECT_EQ(damaged.code(), Code::kInternal);
  EXPECT_TRUE(Has(damaged, file)) << damaged.message();
  std::ofstream(file) << std::string(8192, 'x');
  const Status other = Refusal();
  EXPECT_EQ(other.code(), Code::kInternal);
  EXPECT_TRUE(Has(other, "not a database")) << other.message();
  EXPECT_EQ(NamesIn(packages()).size(), 1U);
}

TEST_F(StoreOpenTest, RefusesAFunctionWhosePackageIsNotThere) {
  auto store = Open();
  Insert(*store, "f", "code");
  Insert(*store, "g", "other");
  const std::string path = store->PackagePath(store->Find("f")->latest->code_sha256);
  store.reset();
  for (const std::string& contents : {std::string("cod"), std::string()}) {
    fs::remove(path);
    if (!contents.empty()) std::ofstream(path) << contents;
    const Status status = Refusal();
    EXPECT_EQ(status.code(), Code::kInternal);
    EXPECT_TRUE(Has(status, "'f'") && Has(status, path)) << status.message();
  }
  EXPECT_EQ(NamesIn(packages()).size(), 1U) << "that of g";
  std::ofstream(path) << "code";
  EXPECT_NE(Open(), nullptr);
}

using SchemaTest = StoreTest;

constexpr char kDigestOfCode[] = "VpTQii5T/8rgwxA+Wtb2B2q9lg6x+KVldwQLwQKPcCs=";

// As the program wrote it that had schema version 1: its tables, and documents of its functions.
constexpr char kVersion1[] = R"(
  CREATE TABLE functions(name TEXT PRIMARY KEY NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE versions(function TEXT NOT NULL, version TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY(function, version)) STRICT, WITHOUT ROWID;
  INSERT INTO functions VALUES('f', '{"aliases":{"live":{"description":"","function_version":"1",'
    || '"revision_id":"r3","weights":{}}},"last_number":1,"policy":null,"policy_revision_id":"",'
    || '"reserved_concurrency":5,"tags":{"a":"b"}}');
  INSERT INTO versions VALUES('f', '$LATEST', '{"code_sha256":"VpTQii5T/8rgwxA+Wtb2B2q9lg6x+KVldwQLwQKPcCs=",'
    || '"code_size":4,"last_modified":"2026-01-02T03:04:05.678+0000","revision_id":"r1",'
    || '"settings":{"Layers":["arn:aws:lambda:us-east-1:012345678912:layer:tools:1"],"Timeout":7}}');
  INSERT INTO versions VALUES('f', '1', '{"code_sha256":"VpTQii5T/8rgwxA+Wtb2B2q9lg6x+KVldwQLwQKPcCs=",'
    || '"code_size":4,"last_modified":"2026-01-02T03:04:05.678+0000","revision_id":"r2","settings":{"Timeout":3}}');
  PRAGMA application_id = 1415857779;
  PRAGMA user_version = 1;)";

TEST_F(SchemaTest, AStoreOfVersion1IsReadAndGetsLayers) {
  fs::create_directories(packages());
  for (const std::string& made : {data(), packages()}) fs::permissions(made, fs::perms::owner_all);
  std::ofstream(packages() + "/" + host::HexOfDigest(kDigestOfCode) + ".zip") << "code";
  Execute(kVersion1);
  auto store = Open();
  const auto function = store->Find("f");
  ASSERT_NE(function, nullptr);
  EXPECT_EQ(function->latest->settings["Timeout"], 7);
  EXPECT_EQ(function->latest->settings["Layers"].size(), 1U);
  EXPECT_TRUE(function->latest->layers.empty()) << "there were none";
  EXPECT_EQ(function->versions.at(1)->revision_id, "r2");
  EXPECT_EQ(function->aliases.at("live").function_version, "1");
  EXPECT_EQ(function->reserved_concurrency, 5);
  PublishLayer(*store, "tools", "layer's code");
  const std::string before = Describe(*store);
  store.reset();
  EXPECT_EQ(Query("PRAGMA user_version"), "3");
  EXPECT_EQ(Describe(*Open()), before);
}

// What version 3 has more is in a function's document, which a program of version 2 would lose.
TEST_F(SchemaTest, AStoreOfVersion2IsReadAndGetsEventInvokeConfigs) {
  auto store = Open();
  Insert(*store, "f", "code");
  store.reset();
  const std::string of_version_2 = Query("SELECT document FROM functions");
  EXPECT_EQ(of_version_2.find("event_invoke_configs"), std::string::npos) << of_version_2;
  Execute("PRAGMA user_version = 2");
  store = Open();
  EXPECT_TRUE(store->Find("f")->event_invoke_configs.empty());
  host::EventInvokeConfig config;
  config.most_retries = 0;
  config.most_age_seconds = 60;
  config.destinations["OnFailure"]["Destination"] = "arn:aws:sqs:us-east-1:012345678912:failed";
  config.last_modified_ms = 1'700'000'000'123;
  const Status changed = store->Change("f", [&](StoredFunction& function) -> Status {
    function.event_invoke_configs = {{"$LATEST", config}, {"live", {}}};
    return {};
  });
  ASSERT_TRUE(changed.ok()) << changed.message();
  store.reset();
  EXPECT_EQ(Query("PRAGMA user_version"), "3");
  const auto function = Open()->Find("f");
  ASSERT_EQ(function->event_invoke_configs.size(), 2U);
  const host::EventInvokeConfig& read = function->event_invoke_configs.at("$LATEST");
  EXPECT_EQ(read.most_retries, 0);
  EXPECT_EQ(read.most_age_seconds, 60);
  EXPECT_EQ(read.destinations, config.destinations);
  EXPECT_EQ(read.last_modified_ms, config.last_modified_ms);
  EXPECT_FALSE(function->event_invoke_configs.at("live").most_retries.has_value());
}

TEST_F(SchemaTest, MigratesFromEachVersionToTheNext) {
  const std::string path = folder() + "/a.db";
  std::ofstream(path) << "";
  auto database = host::Database::Open(path);
  ASSERT_TRUE(database.ok());
  const std::vector<const char*> first = {"CREATE TABLE a(x); INSERT INTO a VALUES(1)"};
  ASSERT_TRUE(host::Migrate(*database, first).ok());
  ASSERT_TRUE(host::Migrate(*database, first).ok()) << "of this version already";
  EXPECT_EQ(*database->Number("PRAGMA user_version"), 1);
  const std::vector<const char*> third = {first[0], "UPDATE a SET x = x + 10", "ALTER TABLE a ADD COLUMN y DEFAULT 5"};
  ASSERT_TRUE(host::Migrate(*database, third).ok());
  EXPECT_EQ(*database->Number("PRAGMA user_version"), 3);
  EXPECT_EQ(*database->Number("SELECT x + y FROM a"), 16);
  EXPECT_EQ(host::Migrate(*database, first).code(), Code::kInvalidArgument) << "an older program";
}

TEST_F(SchemaTest, AMigrationThatFailsLeavesTheVersionBefore) {
  const std::string path = folder() + "/a.db";
  std::ofstream(path) << "";
  auto database = host::Database::Open(path);
  ASSERT_TRUE(database.ok());
  const std::vector<const char*> broken = {"CREATE TABLE a(x); INSERT INTO a VALUES(1)",
                                           "UPDATE a SET x = 2; DELETE FROM nowhere"};
  EXPECT_EQ(host::Migrate(*database, broken).code(), Code::kInternal);
  EXPECT_EQ(*database->Number("PRAGMA user_version"), 1);
  EXPECT_EQ(*database->Number("SELECT x FROM a"), 1);
  const std::vector<const char*> mended = {broken[0], "UPDATE a SET x = 3"};
  ASSERT_TRUE(host::Migrate(*database, mended).ok());
  EXPECT_EQ(*database->Number("SELECT x FROM a"), 3);
}

}  // namespace
}  // namespace tandem::test
