// Where a function's own program is looked up, and what is said where it cannot be used.
#include "workers/bootstrap.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/lib/covers.h"
#include "tests/workers/package_folder.h"

namespace tandem::workers {
namespace {

using test::PackageFolder;
using Mode = PackageFolder::Mode;

class BootstrapTest : public testing::Test {
 protected:
  std::string Found() const { return FindBootstrap(root_.path(), {one_.path(), two_.path()}).path; }
  EntrypointFailure Failure() const { return FindBootstrap(root_.path(), {one_.path(), two_.path()}).failure; }

  PackageFolder root_;
  PackageFolder one_;
  PackageFolder two_;
};

TEST_F(BootstrapTest, IsThePackagesThenTheLastLayers_K18_K11) {
  EXPECT_EQ(Found(), "");
  one_.AddFile("bootstrap", "1", Mode::kExecutable);
  EXPECT_EQ(Found(), one_.path() + "/bootstrap");
  two_.AddFile("bootstrap", "2", Mode::kExecutable);
  EXPECT_EQ(Found(), two_.path() + "/bootstrap");
  root_.AddFile("bootstrap", "0", Mode::kPlain);
  EXPECT_EQ(Found(), two_.path() + "/bootstrap") << "one that is not executable is passed over";
  root_.AddFile("bootstrap", "0", Mode::kExecutable);
  EXPECT_EQ(Found(), root_.path() + "/bootstrap");
  test::Covers("K-18");
}

TEST_F(BootstrapTest, ThatIsAbsentSaysWhereItWasLookedFor_E51) {
  EXPECT_EQ(Failure().reason, "Couldn't find valid bootstrap(s): [" + root_.path() + "/bootstrap " + two_.path() +
                                  "/bootstrap " + one_.path() + "/bootstrap /opt/bootstrap]");
  EXPECT_EQ(Failure().exit_status, 127);
  EXPECT_EQ(Failure().hint.find("a function with such a runtime brings a program along"), 0U) << Failure().hint;
  test::Covers("E-51");
}

TEST_F(BootstrapTest, InAFolderOfThePackageHasAHint_K01) {
  root_.AddFile("zeta/bootstrap", "0", Mode::kExecutable);
  root_.AddFile("build/bootstrap", "0", Mode::kExecutable);
  root_.AddFile("alpha/other", "0", Mode::kExecutable);
  EXPECT_EQ(Failure().hint, "the bootstrap is in the folder build of the package: package what build holds");
}

TEST_F(BootstrapTest, ThatIsNotExecutableHasAHint) {
  root_.AddFile("bootstrap", "#!/bin/sh\n", Mode::kPlain);
  EXPECT_EQ(Failure().hint, "make " + root_.path() + "/bootstrap executable (chmod +x), before it is packed");
  EXPECT_EQ(Failure().exit_status, 126);
}

TEST_F(BootstrapTest, IsNoFolder) {
  root_.AddFile("bootstrap/file", "in a folder of that name", Mode::kExecutable);
  EXPECT_EQ(Found(), "");
  EXPECT_EQ(Failure().exit_status, 127);
}

TEST_F(BootstrapTest, ThatTheSystemRefusesHasAHint_E51) {
  const std::string path = root_.path() + "/bootstrap";
  const auto hint = [&](const std::string& text) {
    root_.AddFile("bootstrap", text, Mode::kExecutable);
    const EntrypointFailure failure = DescribeExecFailure(path, "No such file or directory");
    EXPECT_EQ(failure.reason, "fork/exec " + path + ": no such file or directory");
    EXPECT_EQ(failure.exit_status, 126);
    return failure.hint;
  };
  EXPECT_EQ(hint("\x7f"
                 "ELF of another kind"),
            "the bootstrap is a program for another kind of machine: build it for this one");
  EXPECT_EQ(hint("#!/bin/sh\r\necho\r\n"),
            "the bootstrap's lines end as on Windows: write it with the line ends of Unix");
  EXPECT_EQ(hint("#! /no/such -x\n"),
            "the bootstrap's first line names /no/such, which is not on this machine or may not be executed");
  for (const char* text : {"", "echo\n", "#!\n"}) {
    EXPECT_EQ(hint(text).find("the bootstrap is neither a program nor a script whose first line"), 0U) << text;
  }
}

}  // namespace
}  // namespace tandem::workers
