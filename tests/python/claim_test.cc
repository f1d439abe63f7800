// Whether a package is Python's, by the files of the finder alone: no interpreter.

#include "claim.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tandem/finder_abi.h"

namespace tandem::python {
namespace {

// An empty folder that goes with the test.
class Claims : public ::testing::Test {
 protected:
  Claims() { fs::create_directories(root_); }
  ~Claims() override { fs::remove_all(root_); }

  void Touch(const std::string& name) { std::ofstream(root_ / name).put('\n'); }

  const fs::path root_ = fs::path(::testing::TempDir()) / ("claims-" + std::to_string(getpid()));
};

TEST_F(Claims, LookAtSoManyEntriesAndNoMore) {
  fs::create_directories(root_ / "one" / "two" / "three");
  Touch("one/two/three/module.py");
  EXPECT_EQ(Claim("absent.fn", root_, {}), TANDEM_CLAIM_SOURCES);
  EXPECT_EQ(Claim("absent.fn", root_, {}, 4), TANDEM_CLAIM_SOURCES);
  EXPECT_EQ(Claim("absent.fn", root_, {}, 3), TANDEM_CLAIM_NONE);
  EXPECT_EQ(Claim("one.two.three.module.fn", root_, {}, 0), TANDEM_CLAIM_RESOLVES) << "what is named is not searched";
}

TEST_F(Claims, FollowNoLinkToAFolder) {
  fs::create_directories(root_ / "code" / "inner");
  fs::create_directory_symlink(root_ / "code", root_ / "code" / "inner" / "up");
  EXPECT_EQ(Claim("absent.fn", root_ / "code", {}), TANDEM_CLAIM_NONE);
  Touch("module.py");
  fs::create_directory_symlink(root_, root_ / "code" / "elsewhere");
  EXPECT_EQ(Claim("absent.fn", root_ / "code", {}), TANDEM_CLAIM_NONE);
}

}  // namespace
}  // namespace tandem::python
