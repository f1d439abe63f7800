// The cache of unpacked packages: its limit, and what is in use.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "package_maker.h"
#include "tandem/package.h"
#include "tandem/runtime.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMb = 1024UL * 1024;

class PackageCacheTest : public PackageTest {
 protected:
  // The root of a new package with a file of so many bytes, which nobody uses any more.
  fs::path Unused(std::size_t size) {
    const auto package = OpenPackage(NewZip(size), options_);
    EXPECT_TRUE(package.ok()) << package.status().message();
    return package.ok() ? package->root : (folder_ / "missing").string();
  }
  std::string NewZip(std::size_t size) {
    return Raw({.entries = {{.name = "a.py", .data = std::string(size, 'x')},
                            {.name = "n", .data = std::to_string(++made_)}}});
  }
  static void UsedLast(const fs::path& root, int hours_ago) {
    fs::last_write_time(root, fs::file_time_type::clock::now() - std::chrono::hours(hours_ago));
  }

 private:
  int made_ = 0;
};

TEST_F(PackageCacheTest, TheLongestUnusedGoFirst) {
  options_.cache_limit = 4 * kMb;
  const fs::path first = Unused(kMb);
  const fs::path second = Unused(kMb);
  const fs::path third = Unused(kMb);
  UsedLast(first, 1);
  UsedLast(second, 3);
  UsedLast(third, 2);
  const fs::path fourth = Unused(2 * kMb);
  EXPECT_FALSE(fs::exists(second));
  EXPECT_FALSE(fs::exists(third)) << "the files of the other three, in whole blocks, are over the limit";
  EXPECT_TRUE(fs::exists(first / "a.py"));
  EXPECT_TRUE(fs::exists(fourth / "a.py"));
  EXPECT_EQ(Count(packages()), 2) << "nothing half-removed is left";
}

TEST_F(PackageCacheTest, NothingGoesWithinTheLimit) {
  options_.cache_limit = 4 * kMb;
  const fs::path first = Unused(kMb);
  UsedLast(first, 1);
  Unused(kMb);
  Unused(kMb);
  EXPECT_TRUE(fs::exists(first / "a.py"));
}

TEST_F(PackageCacheTest, OpeningAPackageIsAUse) {
  options_.cache_limit = 3 * kMb;
  const std::string zip = NewZip(kMb);
  const auto opened = [&] { return fs::path(OpenPackage(zip, options_)->root); };
  const fs::path first = opened();
  const fs::path second = Unused(kMb);
  UsedLast(first, 2);
  UsedLast(second, 1);
  opened();
  Unused(kMb);
  EXPECT_TRUE(fs::exists(first / "a.py"));
  EXPECT_FALSE(fs::exists(second));
}

TEST_F(PackageCacheTest, WhatIsUsedStays) {
  options_.cache_limit = 0;
  auto used = OpenPackage(NewZip(kMb), options_);
  ASSERT_TRUE(used.ok());
  const fs::path root = used->root;
  const Package copy = *used;
  UsedLast(root, 9);
  const fs::path unused = Unused(kMb);
  EXPECT_TRUE(fs::exists(unused / "a.py")) << "was in use when it was made";
  Unused(kMb);
  EXPECT_FALSE(fs::exists(unused));
  EXPECT_TRUE(fs::exists(root / "a.py"));
  used = Status(Code::kInternal, "none");
  Unused(kMb);
  EXPECT_TRUE(fs::exists(root / "a.py")) << "a copy is a use, too";
}

TEST_F(PackageCacheTest, WhatIsUsedNoMoreGoes) {
  options_.cache_limit = 0;
  fs::path root;
  {
    const auto used = OpenPackage(NewZip(1), options_);
    ASSERT_TRUE(used.ok());
    root = used->root;
  }
  const auto other = OpenPackage(NewZip(1), options_);
  EXPECT_FALSE(fs::exists(root));
  EXPECT_TRUE(fs::exists(fs::path(other->root) / "a.py"));
}

TEST_F(PackageCacheTest, AFunctionUsesItsPackage) {
  options_.cache_limit = 0;
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.package = options_;
  const auto created = Runtime::Create(std::move(options));
  ASSERT_TRUE(created.ok()) << created.status().message();
  Runtime& runtime = **created;
  FunctionConfig config;
  config.name = "uses";
  config.handler = "native.echo";
  config.code = Raw({.entries = {{.name = "module.native", .data = ""}}});
  const auto function = runtime.Add(config);
  ASSERT_TRUE(function.ok()) << function.status().message();
  const fs::path root = (*function)->code_root();
  Unused(1);
  Unused(1);
  EXPECT_TRUE(fs::exists(root / "module.native"));
  ASSERT_TRUE(runtime.Remove(config.name).ok());
  Unused(1);
  EXPECT_FALSE(fs::exists(root));
}

TEST_F(PackageCacheTest, OnlyTreesOfTheCacheAreCleaned) {
  options_.cache_limit = 0;
  const fs::path tree = Unused(1);
  for (const char* name : {"kept", "0123-x", "-5", "0123-", "0123-5.old"}) {
    fs::create_directories(packages() / name);
    std::ofstream(packages() / name / "file") << "x";
    UsedLast(packages() / name, 9);
  }
  std::ofstream(packages() / "0123-5") << "a file";
  Unused(1);
  EXPECT_FALSE(fs::exists(tree));
  EXPECT_EQ(Count(packages()), 7);
}

TEST_F(PackageCacheTest, SizesAreThoseOfTheDisk) {
  options_.cache_limit = kMb;
  std::vector<RawEntry> entries;
  entries.reserve(300);
  for (int i = 0; i < 300; ++i) entries.push_back({.name = std::to_string(i), .data = ""});
  const auto many = [&] { return OpenPackage(Raw({.entries = entries}), options_)->root; };
  const fs::path root = many();
  UsedLast(root, 1);
  Unused(1);
  EXPECT_FALSE(fs::exists(root)) << "300 blocks, though no file holds a byte";
}

TEST_F(PackageCacheTest, WhatAKilledCommandHasLeftGoesWithTheNextUseOfAnyTree) {
  const auto open = [&] { return OpenPackage(Raw({.entries = {{.name = "a.py", .data = "1"}}}), options_)->root; };
  open();
  const fs::path left = packages() / ".unpacking-abcdef";
  fs::create_directories(left / "folder");
  open();
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(PackageCacheTest, SizesHaveTheFoldersInThem) {
  options_.cache_limit = kMb;
  std::vector<RawEntry> entries;
  for (int i = 0; i < 4; ++i) {
    std::string name(1, static_cast<char>('a' + i));
    for (int depth = 1; depth < 100; ++depth) name += "/d";
    entries.push_back({.name = name + "/f", .data = ""});
  }
  const fs::path root = OpenPackage(Raw({.entries = entries}), options_)->root;
  UsedLast(root, 1);
  Unused(1);
  EXPECT_FALSE(fs::exists(root)) << "400 folders of a block";
}

// In a process of its own: exits with 0 if `body` says so.
template <typename Body>
int StatusOf(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

// To read and write all, whatever the permissions; of nobody else's than root's.
void GiveUpRootsRights() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  syscall(SYS_capset, &header, none.data());
}

TEST_F(PackageCacheTest, WhatAHandlerHasLockedAwayGoesToo) {
  options_.cache_limit = 0;
  const fs::path root = Unused(1);
  fs::create_directories(root / "made" / "below");
  std::ofstream(root / "made" / "below" / "file") << "x";
  fs::permissions(root / "made" / "below", fs::perms::none);
  fs::permissions(root / "made", fs::perms::owner_read);
  const int status = StatusOf([&] {
    GiveUpRootsRights();
    Unused(1);
    return !fs::exists(root) && Count(packages()) == 1;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(PackageCacheTest, AProcessThatIsKilledUsesNothingMore) {
  options_.cache_limit = 0;
  const std::string zip = NewZip(1);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto used = OpenPackage(zip, options_);
    const bool said = used.ok() && write(ready[1], used->root.data(), used->root.size()) > 0;
    close(ready[1]);
    if (said) raise(SIGSTOP);
    _exit(1);
  }
  close(ready[1]);
  std::string root(4096, '\0');
  const ssize_t size = read(ready[0], root.data(), root.size());
  close(ready[0]);
  ASSERT_GT(size, 0);
  root.resize(static_cast<std::size_t>(size));
  Unused(1);
  EXPECT_TRUE(fs::exists(root)) << "another process uses it";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  Unused(1);
  EXPECT_FALSE(fs::exists(root));
}

// A file size limit ends a process in the middle of a file.
TEST_F(PackageCacheTest, AProcessThatIsKilledHalfWayLeavesNothingThatIsTakenForAPackage) {
  const std::string zip =
      Raw({.entries = {{.name = "a.py", .data = "a"}, {.name = "big", .data = std::string(2 * kMb, 'x')}}});
  const int status = StatusOf([&] {
    const rlimit limit{kMb, kMb};
    setrlimit(RLIMIT_FSIZE, &limit);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGXFSZ, SIG_DFL);
    return OpenPackage(zip, options_).ok();
  });
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << status;
  ASSERT_EQ(Count(packages()), 1);
  EXPECT_EQ(fs::directory_iterator(packages())->path().filename().string().rfind(".unpacking-", 0), 0U);
  ExpectFile(zip, "big", std::string(2 * kMb, 'x'));
  EXPECT_EQ(Count(packages()), 1) << "what it left is gone";
}

TEST_F(PackageCacheTest, ADiskThatIsFullIsSaidAndLeavesNothing) {
  const std::string zip = Raw({.entries = {{.name = "big", .data = std::string(2 * kMb, 'x')}}});
  const int status = StatusOf([&] {
    const rlimit limit{kMb, kMb};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    const auto package = OpenPackage(zip, options_);
    return package.status().code() == Code::kInternal &&
           package.status().message().find("cannot write ") != std::string::npos &&
           package.status().message().find("File too large") != std::string::npos;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Count(packages()), 0);
}

// Each round, several processes open some of a few packages of which the cache can hold but one.
TEST_F(PackageCacheTest, ProcessesThatUnpackAndCleanAtOnceDoNotDisturbEachOther) {
  options_.cache_limit = kMb;
  std::vector<std::string> zips;
  zips.reserve(4);
  for (int i = 0; i < 4; ++i) zips.push_back(NewZip(kMb / 2));
  std::vector<pid_t> children;
  for (std::size_t child = 0; child < 4; ++child) {
    const pid_t pid = fork();
    if (pid == 0) {
      bool good = true;
      for (std::size_t round = 0; round < 25; ++round) {
        const auto package = OpenPackage(zips[(child + round * (child + 1)) % zips.size()], options_);
        good = good && package.ok() && Read(fs::path(package->root) / "a.py").size() == kMb / 2 &&
               fs::exists(fs::path(package->root) / "n");
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  Unused(1);
  EXPECT_LE(Count(packages()), 2);
}

TEST_F(PackageCacheTest, TheVariableIsTheLimit) {
  setenv("TANDEM_CACHE_LIMIT_MB", "3", 1);
  const fs::path first = Unused(kMb);
  UsedLast(first, 2);
  UsedLast(Unused(kMb), 1);
  EXPECT_TRUE(fs::exists(first));
  Unused(kMb);
  EXPECT_FALSE(fs::exists(first));
  for (const char* value : {"x", "-1", "1.5", "1 MB", "99999999999999999999", "18446744073709551615", " 1"}) {
    setenv("TANDEM_CACHE_LIMIT_MB", value, 1);
    const auto package = OpenPackage(NewZip(1), options_);
    EXPECT_EQ(package.status().code(), Code::kInvalidArgument) << value;
    EXPECT_EQ(package.status().message(), "TANDEM_CACHE_LIMIT_MB is '" + std::string(value) +
                                              "', but has to be the whole number of megabytes that unpacked packages "
                                              "may take");
  }
  setenv("TANDEM_CACHE_LIMIT_MB", "", 1);
  EXPECT_TRUE(OpenPackage(NewZip(1), options_).ok()) << "as if it was not there";
  unsetenv("TANDEM_CACHE_LIMIT_MB");
}

TEST_F(PackageCacheTest, AFolderIsUsedWithItsLinks) {
  fs::create_directories(folder_ / "code");
  std::ofstream(folder_ / "shared.py") << "shared";
  fs::create_symlink("../shared.py", folder_ / "code" / "shared.py");
  fs::create_directory_symlink("code", folder_ / "link");
  EXPECT_EQ(ExpectFile((folder_ / "link").string(), "shared.py", "shared"), fs::canonical(folder_ / "code"));
  EXPECT_FALSE(fs::exists(options_.cache_dir)) << "nothing is unpacked";
}

TEST_F(PackageCacheTest, K01AWrappingFolderIsSaid) {
  const auto hint = [&](const std::vector<std::string>& names, const std::string& handler) {
    std::vector<RawEntry> entries;
    entries.reserve(names.size());
    for (const std::string& name : names) entries.push_back({.name = name, .data = ""});
    return WrappingFolderHint(OpenPackage(Raw({.entries = entries}), options_)->root, handler);
  };
  EXPECT_EQ(hint({"project/app.py", "project/util.py"}, "app.handler"),
            "all of the package lies in its folder 'project', and so does 'app.py', but code is looked for at the "
            "package's root: pack what is in 'project', not the folder itself");
  EXPECT_NE(hint({"project/example/Hello.class"}, "example.Hello::run").find("'example'"), std::string::npos);
  EXPECT_NE(hint({"project/Hello.class", "__MACOSX/x", ".DS_Store"}, "Hello::run"), "");
  EXPECT_EQ(hint({"project/app.py"}, "project/app.handler"), "") << "names its folder";
  EXPECT_EQ(hint({"example/Hello.class"}, "example.Hello::run"), "");
  EXPECT_EQ(hint({"project/app.py", "other.py"}, "app.handler"), "") << "the folder is not all";
  EXPECT_EQ(hint({"project/app.py", "other/app.py"}, "app.handler"), "");
  EXPECT_EQ(hint({"project/app.py"}, "missing.handler"), "") << "unpacked elsewhere, it is not found either";
  EXPECT_EQ(hint({"project/application.py"}, "app.handler"), "");
  EXPECT_EQ(hint({}, "app.handler"), "");
  EXPECT_EQ(hint({"project/app.py"}, ".handler"), "");
  EXPECT_EQ(WrappingFolderHint((folder_ / "missing").string(), "app.handler"), "");
}

}  // namespace
}  // namespace tandem::test
