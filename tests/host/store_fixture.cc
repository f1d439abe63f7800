#include "tests/host/store_fixture.h"

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

// The first row's first column; "" without rows.
std::string RunSql(const std::string& path, const std::string& sql) {
  sqlite3* connection = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  std::string answer;
  const auto keep = [](void* to, int, char** columns, char**) {
    if (columns[0] != nullptr) *static_cast<std::string*>(to) = columns[0];
    return 0;
  };
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), keep, &answer, &error), SQLITE_OK) << error;
  sqlite3_free(error);
  sqlite3_close(connection);
  return answer;
}

}  // namespace

std::set<std::string> NamesIn(const std::string& folder) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) names.insert(entry.path().filename().string());
  return names;
}

StoreTest::StoreTest() : folder_(::testing::TempDir() + "tandem-store-XXXXXX") {
  EXPECT_NE(mkdtemp(folder_.data()), nullptr);
}

StoreTest::~StoreTest() {
  std::error_code none;
  fs::remove_all(folder_, none);
}

std::unique_ptr<FunctionStore> StoreTest::Open() const {
  Result<std::unique_ptr<FunctionStore>> store = FunctionStore::Open(data());
  if (!store) throw std::runtime_error(store.status().message());
  return std::move(*store);
}

Status StoreTest::Refusal() const {
  const Result<std::unique_ptr<FunctionStore>> store = FunctionStore::Open(data());
  EXPECT_FALSE(store.ok());
  EXPECT_EQ(store.status().message().find('\n'), std::string::npos) << store.status().message();
  return store.status();
}

void StoreTest::Execute(const std::string& sql) const {
  RunSql(data() + "/functions.db", sql);
}

std::string StoreTest::Query(const std::string& sql) const {
  return RunSql(data() + "/functions.db", sql);
}

void StoreTest::Insert(FunctionStore& store, const std::string& name, const std::string& code) {
  const Result<FunctionStore::KeptPackage> package = store.KeepPackage(code);
  ASSERT_TRUE(package.ok()) << package.status().message();
  StoredFunction function;
  function.name = name;
  function.latest = MakeVersion("$LATEST", *package, "first");
  const Status status = store.Insert(std::move(function));
  ASSERT_TRUE(status.ok()) << status.message();
}

void StoreTest::PublishLayer(FunctionStore& store, const std::string& name, const std::string& content) {
  const Result<FunctionStore::KeptPackage> package = store.KeepPackage(content);
  ASSERT_TRUE(package.ok()) << package.status().message();
  const Status status = store.ChangeLayer(name, [&](StoredLayer& layer) -> Status {
    const std::uint64_t number = ++layer.last_number;
    layer.versions[number] = MakeLayerVersion(number, {package->code_sha256, package->code_size}, content);
    return {};
  });
  ASSERT_TRUE(status.ok()) << status.message();
}

}  // namespace tandem::test
