// What is opened, what is refused, and who has a folder.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

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
  EXPECT_EQ(Query("PRAGMA user_version"), "1");
  EXPECT_EQ(Query("PRAGMA application_id"), std::to_string(host::kStoreApplicationId));
  EXPECT_EQ(Query("PRAGMA journal_mode"), "wal");
}

TEST_F(StoreOpenTest, RefusesANewerSchema) {
  auto store = Open();
  Insert(*store, "f", "code");
  store.reset();
  Execute("PRAGMA user_version = 2");
  const Status status = Refusal();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_TRUE(Has(status, "schema version 2")) << status.message();
  EXPECT_EQ(NamesIn(packages()).size(), 1U);
  EXPECT_EQ(Query("PRAGMA user_version"), "2");
  Execute("PRAGMA user_version = 1");
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
  };
  for (const std::string& damage : damages) {
    Execute(damage);
    const Status status = Refusal();
    EXPECT_EQ(status.code(), Code::kInternal) << damage;
    EXPECT_TRUE(Has(status, data())) << damage << ": " << status.message();
    EXPECT_EQ(NamesIn(packages()).size(), 2U) << damage;
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
