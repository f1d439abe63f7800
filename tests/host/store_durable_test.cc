// That what a store says is on disk has been asked of the disk: what a power failure leaves.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include "tests/host/store_fixture.h"
#include "tests/host/writer_process.h"

namespace tandem::test {
namespace {

using StoreDurableTest = StoreTest;

// Reads what strace has written of a store_writer's calls, in their order.
class Calls {
 public:
  void Add(const std::string& line) {
    if (line.starts_with("openat(") && line.find(".new\"") != std::string::npos) {
      package_ = "(" + line.substr(line.rfind('=') + 2);
      is_written_ = false;
    } else if (line.starts_with("fsync(")) {
      is_written_ = is_written_ || line.find(package_ + ")") != std::string::npos;
      if (line.find(package_ + ")") == std::string::npos) is_placed_ = true;
    } else if (line.starts_with("renameat(")) {
      EXPECT_TRUE(is_written_) << "a file gets its name before it is on disk: " << line;
      is_placed_ = false;
      ++names;
    } else if (line.starts_with("pwrite64(")) {
      EXPECT_TRUE(is_placed_) << "a row is written before the name of its package: " << line;
      is_committed_ = false;
    } else if (line.starts_with("fdatasync(")) {
      is_committed_ = true;
    } else if (line.starts_with("unlinkat(")) {
      EXPECT_TRUE(is_committed_) << "a package goes before the row that named it: " << line;
      ++removals;
    } else if (line.starts_with("write(1, \"done")) {
      EXPECT_TRUE(is_committed_ && is_placed_) << "a change is done before it is on disk";
      ++changes;
    }
  }

  int names = 0, removals = 0, changes = 0;

 private:
  std::string package_ = "(none";  // as the descriptor of its file is written
  bool is_written_ = false;
  bool is_placed_ = true;
  bool is_committed_ = true;
};

TEST_F(StoreDurableTest, AsksTheDiskInTheOrderOfWhatDependsOnWhat) {
  { const auto store = Open(); }
  const std::string trace = folder() + "/trace";
  const std::string calls = "trace=openat,write,pwrite64,fsync,fdatasync,renameat,unlinkat";
  WriterProcess writer({"write", data(), "7"},
                       {"strace", "-qq", "-o", trace, "-e", calls, "-e", "inject=write:signal=KILL:when=120", "--"});
  while (!writer.Line().empty()) continue;
  EXPECT_EQ(writer.Wait(), SIGKILL);
  std::ifstream file(trace);
  Calls seen;
  bool is_open = false;
  for (std::string line; std::getline(file, line);) {
    is_open = is_open || line.starts_with("write(1, \"open");
    if (is_open) seen.Add(line);
  }
  EXPECT_GT(seen.changes, 20);
  EXPECT_GT(seen.names, 5);
  EXPECT_GT(seen.removals, 5);
}

}  // namespace
}  // namespace tandem::test
