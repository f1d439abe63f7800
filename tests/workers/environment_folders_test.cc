// Which folders of its own an environment has, by what its function needs and the machine allows.
#include "workers/environment_folders.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

FolderNeeds Needs() {
  return {.use = FolderUse::kOwn,
          .mounts = true,
          .temporary_dir = "/var/cache/mine",
          .layers = {"/usr/bin", "/nowhere", "/usr/lib"},
          .needed = {"/usr/bin", "/nowhere", "/usr/lib", "/srv/package", "/usr/bin/python3", ""}};
}

TEST(ChooseFolders, TmpAndOptAreItsOwn) {
  const EnvironmentFolders folders = ChooseFolders(Needs());
  EXPECT_EQ(folders.process.temporary, "/tmp");
  EXPECT_EQ(folders.process.temporary_bytes, 512 << 20);
  EXPECT_EQ(folders.process.opt, (std::vector<std::string>{"/usr/bin", "/usr/lib"})) << "those that are there";
  EXPECT_EQ(folders.layers, std::vector<std::string>{"/opt"});
  EXPECT_EQ(folders.note, "");
  EXPECT_EQ(WithTemporary({"A=1"}, folders), std::vector<std::string>{"A=1"});
}

TEST(ChooseFolders, OptIsTheMachinesWithoutLayers) {
  FolderNeeds needs = Needs();
  for (const std::vector<std::string>& layers : {std::vector<std::string>(), std::vector<std::string>{"/nowhere"}}) {
    needs.layers = layers;
    const EnvironmentFolders folders = ChooseFolders(needs);
    EXPECT_EQ(folders.process.opt, std::vector<std::string>());
    EXPECT_EQ(folders.layers, layers);
    EXPECT_EQ(folders.note, "");
  }
}

TEST(ChooseFolders, NothingThatIsNeededIsHidden) {
  for (const std::string needed : {"/tmp/package", "/tmp"}) {
    FolderNeeds needs = Needs();
    needs.needed.push_back(needed);
    const EnvironmentFolders folders = ChooseFolders(needs);
    EXPECT_EQ(folders.process.temporary, "/var/cache/mine");
    EXPECT_EQ(folders.process.made, "");
    EXPECT_EQ(folders.note,
              "its temporary files are in /var/cache/mine, which TMPDIR names, and /tmp is the machine's, as " +
                  needed + " is in it");
    EXPECT_EQ(folders.layers, std::vector<std::string>{"/opt"}) << "each for itself";
    EXPECT_EQ(WithTemporary({"A=1"}, folders), (std::vector<std::string>{"A=1", "TMPDIR=/var/cache/mine"}));
    EXPECT_EQ(WithTemporary({"TMPDIR=/mine"}, folders), std::vector<std::string>{"TMPDIR=/mine"});
  }
  FolderNeeds needs = Needs();
  needs.needed.emplace_back("/opt/java");
  const EnvironmentFolders folders = ChooseFolders(needs);
  EXPECT_EQ(folders.process.temporary, "/tmp");
  EXPECT_EQ(folders.process.opt, std::vector<std::string>());
  EXPECT_EQ(folders.layers, needs.layers);
  EXPECT_EQ(folders.note, "its layers are where they lie and not in /opt, as /opt/java is in it");
  needs.needed = {"/optional", "/tmpfiles", "/srv/tmp/x", "/srv/opt"};
  EXPECT_EQ(ChooseFolders(needs).note, "");
}

TEST(ChooseFolders, ALinkDoesNotHideWhatIsNeeded) {
  const std::string link = "/var/tmp/tandem-link-" + std::to_string(getpid());
  fs::create_directory_symlink("/tmp", link);
  FolderNeeds needs = Needs();
  needs.needed.push_back(link);
  EXPECT_EQ(ChooseFolders(needs).process.temporary, "/var/cache/mine");
  fs::remove(link);
}

TEST(ChooseFolders, WithoutMountsEachProcessHasAFolder) {
  FolderNeeds needs = Needs();
  needs.mounts = false;
  const EnvironmentFolders folders = ChooseFolders(needs);
  EXPECT_EQ(folders.process.temporary, "");
  EXPECT_EQ(folders.layers, needs.layers);
  EXPECT_NE(folders.note.find("cannot mount"), std::string::npos) << folders.note;
  const EnvironmentFolders one = ForOneProcess(folders);
  const EnvironmentFolders other = ForOneProcess(folders);
  EXPECT_NE(one.temporary, other.temporary);
  EXPECT_EQ(one.temporary, one.process.made);
  EXPECT_EQ(fs::path(one.temporary).parent_path(), "/var/cache/mine");
  EXPECT_EQ(WithTemporary({}, one), std::vector<std::string>{"TMPDIR=" + one.temporary});
  needs.temporary_dir.clear();
  const EnvironmentFolders shared = ForOneProcess(ChooseFolders(needs));
  EXPECT_EQ(shared.temporary, "");
  EXPECT_EQ(shared.process.made, "");
  EXPECT_NE(shared.note.find("it shares /tmp with the machine"), std::string::npos) << shared.note;
}

TEST(ChooseFolders, NoneIsItsOwnWhereNobodyWantsThat) {
  FolderNeeds needs = Needs();
  needs.use = FolderUse::kTheMachines;
  const EnvironmentFolders folders = ChooseFolders(needs);
  EXPECT_EQ(folders.process.temporary, "");
  EXPECT_EQ(folders.process.opt, std::vector<std::string>());
  EXPECT_EQ(folders.layers, needs.layers);
  EXPECT_EQ(folders.note, "");
}

}  // namespace
}  // namespace tandem::workers
