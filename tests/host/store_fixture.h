// A function store in a folder of its own.
#ifndef TANDEM_TESTS_HOST_STORE_FIXTURE_H_
#define TANDEM_TESTS_HOST_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "tests/host/store_state.h"

namespace tandem::test {

// The names in a folder.
std::set<std::string> NamesIn(const std::string& folder);

// Has an empty folder, and a store in `data` below it.
class StoreTest : public ::testing::Test {
 protected:
  StoreTest();
  ~StoreTest() override;

  const std::string& folder() const { return folder_; }
  std::string data() const { return folder_ + "/data"; }
  std::string packages() const { return data() + "/packages"; }

  // Throws why it does not open, which fails the test.
  std::unique_ptr<FunctionStore> Open() const;
  // Why it does not open.
  Status Refusal() const;
  // What SQL does to the database, while no store has it.
  void Execute(const std::string& sql) const;
  std::string Query(const std::string& sql) const;

  // Keeps the code and inserts the function.
  static void Insert(FunctionStore& store, const std::string& name, const std::string& code);
  // Keeps the content and publishes a version of the layer.
  static void PublishLayer(FunctionStore& store, const std::string& name, const std::string& content);

 private:
  std::string folder_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_HOST_STORE_FIXTURE_H_
