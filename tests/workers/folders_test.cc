// Folders that a process has of its own: file systems in its keeper's namespace, and a folder that goes with it.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/workers/processes.h"
#include "tests/workers/supervisor_fixture.h"
#include "workers/supervisor.h"

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

// What a test puts into folders of its own.
class Tree {
 public:
  Tree() : path_((fs::temp_directory_path() / "tandem-folders-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
    path_ = fs::canonical(path_).string();
  }
  ~Tree() { fs::remove_all(path_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void Put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(*this / name).parent_path());
    std::ofstream(*this / name) << text;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename());
    return names;
  }

 private:
  std::string path_;
};

class FoldersTest : public SupervisorTest {
 protected:
  // A shell whose standard input is open, so that it can be kept waiting.
  ProcessSpec Shell(const std::string& script, const ProcessFolders& folders) const {
    return {.program = "/bin/sh",
            .arguments = {"sh", "-c", script, tag_},
            .environment = {"PATH=/usr/bin:/bin"},
            .working_directory = "/",
            .files = {null_.get(), null_.get(), STDERR_FILENO},
            .folders = folders};
  }
  std::string Said(const std::string& script, const ProcessFolders& folders) {
    Output output;
    ProcessSpec spec = Shell(script, folders);
    spec.files[1] = spec.files[2] = output.writing();
    const auto process = MustStart(spec);
    const std::string said = output.ReadAll();
    if (process != nullptr) process->Wait();
    return said;
  }
  // One that stays, once it has run its script.
  std::shared_ptr<Process> Staying(const std::string& script, const ProcessFolders& folders) {
    Output output;
    ProcessSpec spec = Shell(script + "; echo ready; while :; do sleep 100; done", folders);
    spec.files[1] = output.writing();
    auto process = MustStart(spec);
    EXPECT_EQ(output.Read(6), "ready\n");
    return process;
  }
};

using MountedFolders = FoldersTest;
using MadeFolders = FoldersTest;

TEST_P(MountedFolders, ATmpOfItsOwnIsEmptyAndGoesWithTheProcess) {
  ASSERT_EQ(supervisor_->mounts(), HasNamespace());
  if (!supervisor_->mounts()) return;
  const ProcessFolders folders{.temporary = "/tmp", .temporary_bytes = 1 << 20, .opt = {}, .made = {}};
  const std::string mark = "/tmp/" + tag_;
  const auto process = Staying("echo mine > " + mark, folders);
  EXPECT_FALSE(fs::exists(mark));
  EXPECT_EQ(Said("ls -A /tmp; stat -c %a /tmp", folders), "1777\n");
  process->Kill();
  process->Wait();
  EXPECT_FALSE(fs::exists(mark));
}

TEST_P(MountedFolders, ATmpOfItsOwnHasItsSize) {
  if (!supervisor_->mounts()) return;
  const ProcessFolders folders{.temporary = "/tmp", .temporary_bytes = 1 << 20, .opt = {}, .made = {}};
  const std::string said =
      Said("head -c 900000 /dev/zero > /tmp/a && echo fits; head -c 900000 /dev/zero > /tmp/b", folders);
  EXPECT_EQ(said.substr(0, 5), "fits\n");
  EXPECT_NE(said.find("No space left on device"), std::string::npos) << said;
}

// A folder that is the same for all, and nobody's.
TEST_P(MountedFolders, AnyFolderCanBeItsOwn) {
  if (!supervisor_->mounts()) return;
  const Tree tree;
  tree.Put("of-the-machine", "");
  const ProcessFolders folders{.temporary = tree.path(), .temporary_bytes = 1 << 20, .opt = {}, .made = {}};
  const auto process = Staying("echo mine > " + tree / "mine", folders);
  EXPECT_EQ(Said("ls -A " + tree.path(), folders), "");
  EXPECT_EQ(tree.Names(), std::vector<std::string>{"of-the-machine"});
}

TEST_P(MountedFolders, OptIsTheLayerAndCannotBeWrittenTo) {
  if (!supervisor_->mounts()) return;
  const Tree layer;
  layer.Put("python/part.py", "VALUE = 1\n");
  const ProcessFolders folders{.temporary = {}, .temporary_bytes = 0, .opt = {layer.path()}, .made = {}};
  const std::string said =
      Said("cd /opt; find . | sort; cat python/part.py; echo x > new; echo x > python/part.py", folders);
  EXPECT_EQ(said.find(".\n./python\n./python/part.py\nVALUE = 1\n"), 0U) << said;
  const std::size_t first = said.find("Read-only file system");
  ASSERT_NE(first, std::string::npos) << said;
  EXPECT_NE(said.find("Read-only file system", first + 1), std::string::npos) << said;
}

TEST_P(MountedFolders, LayersAreMergedAndLaterOnesWin_K11) {
  if (!supervisor_->mounts()) return;
  const Tree tree;
  for (const std::string layer : {"1", "2", "3"}) {
    const fs::path place(layer);
    tree.Put(place / ("of-" + layer), layer);
    tree.Put(place / "of-all", layer);
    tree.Put(place / "python" / ("of-" + layer + ".py"), layer);
    tree.Put(place / "python/of-all.py", layer);
  }
  tree.Put("1/only/there/file", "1");
  tree.Put("1/first-two", "1");
  tree.Put("2/first-two", "2");
  tree.Put("1/file-then-folder", "1");
  tree.Put("2/file-then-folder/inside", "2");
  tree.Put("2/folder-then-file/inside", "2");
  tree.Put("3/folder-then-file", "3");
  tree.Put("1/folder-file-folder/old", "1");
  tree.Put("2/folder-file-folder", "2");
  tree.Put("3/folder-file-folder/new", "3");
  fs::create_symlink("of-all", tree / "2/link");
  const ProcessFolders folders{
      .temporary = {}, .temporary_bytes = 0, .opt = {tree / "1", tree / "2", tree / "3"}, .made = {}};
  const std::string expected =
      "file-then-folder/inside 2\n"
      "first-two 2\n"
      "folder-file-folder/new 3\n"
      "folder-then-file 3\n"
      "link 3\n"
      "of-1 1\nof-2 2\nof-3 3\nof-all 3\n"
      "only/there/file 1\n"
      "python/of-1.py 1\npython/of-2.py 2\npython/of-3.py 3\npython/of-all.py 3\n";
  EXPECT_EQ(Said("cd /opt; LC_ALL=C; export LC_ALL; find * ! -type d | sort | while read f; do echo $f $(cat $f); done",
                 folders),
            expected);
  const std::string refused =
      Said("for f in /opt/of-1 /opt/python/of-all.py /opt/new /opt/only/new; do echo x > $f; done", folders);
  EXPECT_EQ(std::count(refused.begin(), refused.end(), '\n'), 4) << refused;
  EXPECT_EQ(std::ifstream(tree / "1/of-1").get(), '1');
}

TEST_P(MountedFolders, ThatCannotBeMountedFailTheStart) {
  if (!supervisor_->mounts()) return;
  const Tree tree;
  const auto started = supervisor_->StartProcess(
      Shell("true", {.temporary = tree / "none", .temporary_bytes = 1, .opt = {}, .made = {}}));
  EXPECT_EQ(started.status().message(), "cannot start /bin/sh: temporary folder: No such file or directory");
  const auto layer = supervisor_->StartProcess(
      Shell("true", {.temporary = {}, .temporary_bytes = 0, .opt = {tree / "none"}, .made = {}}));
  EXPECT_EQ(layer.status().message(), "cannot start /bin/sh: /opt: No such file or directory");
}

INSTANTIATE_TEST_SUITE_P(All, MountedFolders, testing::ValuesIn(AvailableKeepings()), NameOfKeeping);

ProcessFolders Made(const std::string& path) {
  return {.temporary = {}, .temporary_bytes = 0, .opt = {}, .made = path};
}

TEST_P(MadeFolders, GoWithTheProcess) {
  const Tree tree;
  const std::string made = tree / "made";
  EXPECT_EQ(Said("cd " + made + "; stat -c %a .; mkdir -p a/b; echo x > a/b/c; chmod 0 a/b/c a/b", Made(made)),
            "700\n");
  EXPECT_EQ(tree.Names(), std::vector<std::string>());
  const auto process = Staying("echo x > " + made + "/x", Made(made));
  EXPECT_TRUE(fs::exists(made + "/x"));
  process->Kill();
  process->Wait();
  EXPECT_EQ(tree.Names(), std::vector<std::string>());
}

TEST_P(MadeFolders, GoWithTheKeeper) {
  const Tree tree;
  const auto other = Staying("true", Made(tree / "other"));
  const auto process = Staying("echo x > " + tree / "made/x", Made(tree / "made"));
  kill(KeeperOf(*process), SIGKILL);
  process->Wait();
  EXPECT_EQ(tree.Names(), std::vector<std::string>{"other"});
}

TEST_P(MadeFolders, GoWithTheSupervisor) {
  if (HasNamespace()) return;  // they are not made for those
  const Tree tree;
  const auto process = Staying("echo x > " + tree / "made/x", Made(tree / "made"));
  kill(supervisor_->pid(), SIGKILL);
  process->Wait();
  test::UntilNoneHas(tag_);
  EXPECT_EQ(tree.Names(), std::vector<std::string>());
}

TEST_P(MadeFolders, OfNobodyGoWithTheNextOne) {
  const Tree tree;
  const auto process = Staying("echo x > " + tree / "made/x", Made(tree / "made"));
  kill(supervisor_->pid(), SIGSTOP);
  const pid_t keeper = KeeperOf(*process);
  kill(keeper, SIGKILL);
  kill(supervisor_->pid(), SIGKILL);
  process->Wait();
  test::UntilEnded(keeper);
  EXPECT_EQ(tree.Names(), std::vector<std::string>{"made"});
  const auto next = Staying("true", Made(tree / "next"));
  EXPECT_EQ(tree.Names(), std::vector<std::string>{"next"});
  const auto another = Staying("true", Made(tree / "another"));
  EXPECT_EQ(tree.Names().size(), 2U) << "that of a process that is there stays";
}

TEST_P(MadeFolders, ThatCannotBeMadeFailTheStart) {
  const Tree tree;
  tree.Put("file", "");
  const auto started = supervisor_->StartProcess(Shell("true", Made(tree / "file/made")));
  EXPECT_EQ(started.status().message(), "cannot start /bin/sh: temporary folder: Not a directory");
}

TEST_P(MadeFolders, GoWhereTheProgramCannotBeExecuted) {
  const Tree tree;
  ProcessSpec spec = Shell("true", Made(tree / "made"));
  spec.program = "/nonexistent";
  EXPECT_FALSE(supervisor_->StartProcess(spec).ok());
  End();
  EXPECT_EQ(tree.Names(), std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(All, MadeFolders, testing::ValuesIn(AvailableKeepings()), NameOfKeeping);

}  // namespace
}  // namespace tandem::workers
