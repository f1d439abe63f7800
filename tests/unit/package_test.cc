#include "tandem/package.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "package_maker.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

// Replaces every occurrence of a name in the archive's raw bytes by another of the same length.
void Rename(const std::string& path, const std::string& from, const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  std::string bytes = Read(path);
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at)) {
    bytes.replace(at, from.size(), to);
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(PackageTest, ADirectoryIsUsedInPlace) {
  fs::create_directory(folder_ / "code");
  const auto package = OpenPackage((folder_ / "code" / "..").string() + "/code", options_);
  ASSERT_TRUE(package.ok());
  EXPECT_EQ(package->root, fs::canonical(folder_ / "code").string());
}

TEST_F(PackageTest, AnArchiveIsUnpackedWithItsFoldersAndModes) {
  const auto package = OpenPackage(Zip({{"a.py", "print(1)"},
                                        {"pkg/deep/b.py", "b"},
                                        {"empty/", ""},
                                        {"run.sh", "#!", S_IFREG | 0755},
                                        {"plain.txt", "t", S_IFREG | 0644},
                                        {"λ.py", "l"}}),
                                   options_);
  ASSERT_TRUE(package.ok()) << package.status().message();
  const fs::path root = package->root;
  EXPECT_EQ(Read(root / "a.py"), "print(1)") << "K-01";
  EXPECT_EQ(Read(root / "pkg/deep/b.py"), "b");
  EXPECT_TRUE(fs::is_directory(root / "empty"));
  EXPECT_EQ(Read(root / "λ.py"), "l");
  struct stat status {};
  stat((root / "run.sh").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0555U) << "K-17, K-19";
  stat((root / "plain.txt").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0444U) << "K-17, K-19";
  stat((root / "pkg").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0755U) << "rm -r works for an ordinary user";
  test::Covers("K-01", "K-17", "K-20");
}

TEST_F(PackageTest, ASmallStackIsEnough) {
  constexpr std::size_t kStackBytes = std::size_t{256} << 10;
  pthread_attr_t attributes{};
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStackBytes), 0);
  std::string answer;
  std::function<void()> open = [&, path = Zip({{"a.py", "1"}})] {
    const auto package = OpenPackage(path, options_);
    answer = package.ok() ? Read(fs::path(package->root) / "a.py") : package.status().message();
  };
  const auto run = [](void* task) -> void* {
    (*static_cast<std::function<void()>*>(task))();
    return nullptr;
  };
  pthread_t thread{};
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &open), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(answer, "1");
}

TEST_F(PackageTest, EqualBytesShareOneTree) {
  const std::string zip = Zip({{"a.py", "1"}});
  const std::string copy = (folder_ / "copy.zip").string();
  fs::copy_file(zip, copy);
  const auto first = OpenPackage(zip, options_);
  const auto second = OpenPackage(copy, options_);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->root, second->root);
  EXPECT_NE(OpenPackage(Zip({{"a.py", "2"}}), options_)->root, first->root);
}

TEST_F(PackageTest, ManyMayUnpackTheSameAtOnce) {
  const std::string zip = Zip({{"a.py", std::string(100000, 'x')}, {"b/c.py", "c"}});
  std::vector<std::thread> threads;
  std::vector<std::string> roots(6);
  threads.reserve(roots.size());
  for (std::string& root : roots) {
    threads.emplace_back([&, this] {
      const auto package = OpenPackage(zip, options_);
      if (package.ok()) root = package->root;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& root : roots) {
    EXPECT_EQ(root, roots[0]);
    EXPECT_EQ(Read(fs::path(root) / "a.py").size(), 100000U);
  }
  const auto packages = fs::directory_iterator(fs::path(options_.cache_dir) / "packages");
  EXPECT_EQ(std::distance(begin(packages), end(packages)), 1) << "nothing half-done is left";
}

TEST_F(PackageTest, ADamagedTreeIsUnpackedAgain) {
  const std::string zip = Zip({{"a.py", "a"}, {"b/c.py", "content"}, {"d/", ""}, {"link", "b/c.py", 0120777}});
  const auto first = OpenPackage(zip, options_);
  ASSERT_TRUE(first.ok()) << first.status().message();
  const fs::path root = first->root;
  const std::vector<std::function<void()>> damages = {
      [&] { fs::remove(root / "b" / "c.py"); },
      [&] { fs::remove_all(root / "b"); },
      [&] { fs::remove(root / "d"); },
      [&] { fs::remove(root / "link"); },
      [&] { fs::remove(root / "link") && (std::ofstream(root / "link") << "b/c.py", true); },
      [&] { fs::permissions(root / "a.py", fs::perms::owner_all), fs::resize_file(root / "a.py", 0); },
      [&] { fs::remove_all(root), std::ofstream(root) << "a file"; },
      [&] { fs::remove_all(root), fs::create_directory(root); },
  };
  for (const auto& damage : damages) {
    damage();
    const auto again = OpenPackage(zip, options_);
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(again->root, root);
    EXPECT_EQ(Read(root / "a.py"), "a");
    EXPECT_EQ(Read(root / "link"), "content");
    EXPECT_TRUE(fs::is_symlink(root / "link"));
    EXPECT_TRUE(fs::is_directory(root / "d"));
    EXPECT_EQ(Count(root.parent_path()), 1) << "nothing else is left";
  }
}

TEST_F(PackageTest, AnIntactTreeStaysWhereItIs) {
  const std::string zip = Zip({{"a.py", "a"}, {"b/c.py", "content"}, {"b/", ""}, {"link", "a.py", 0120777}});
  const auto first = OpenPackage(zip, options_);
  ASSERT_TRUE(first.ok()) << first.status().message();
  std::ofstream(fs::path(first->root) / "written by a handler") << "x";
  ASSERT_TRUE(OpenPackage(zip, options_).ok());
  EXPECT_EQ(Read(fs::path(first->root) / "written by a handler"), "x");
}

TEST_F(PackageTest, ManyMayRepairTheSameTreeAtOnce) {
  std::vector<Entry> entries;
  entries.reserve(40);
  for (int i = 0; i < 40; ++i) entries.push_back({"f" + std::to_string(i) + ".py", std::string(1000, 'x')});
  const std::string zip = Zip(entries);
  const auto first = OpenPackage(zip, options_);
  ASSERT_TRUE(first.ok()) << first.status().message();
  for (int round = 0; round < 10; ++round) {
    fs::remove(fs::path(first->root) / "f7.py");
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto opened = OpenPackage(zip, options_);
        EXPECT_TRUE(opened.ok()) << opened.status().message();
        EXPECT_TRUE(fs::exists(fs::path(first->root) / "f7.py"));
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(Count(fs::path(first->root).parent_path()), 1);
  }
}

TEST_F(PackageTest, WhatKilledRunsHaveLeftIsRemovedAndNothingThatIsHeld) {
  ASSERT_TRUE(OpenPackage(Zip({{"a.py", "a"}}), options_).ok());
  const fs::path packages = fs::path(options_.cache_dir) / "packages";
  for (const char* name : {".unpacking-killed", ".unpacking-held", "kept"}) {
    fs::create_directory(packages / name);
    std::ofstream(packages / name / "part.py") << "half";
  }
  const int held = open((packages / ".unpacking-held").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(held, LOCK_EX), 0);
  ASSERT_TRUE(OpenPackage(Zip({{"b.py", "b"}}), options_).ok());
  close(held);
  EXPECT_FALSE(fs::exists(packages / ".unpacking-killed"));
  EXPECT_TRUE(fs::exists(packages / ".unpacking-held" / "part.py"));
  EXPECT_TRUE(fs::exists(packages / "kept" / "part.py"));
}

TEST_F(PackageTest, NamesThatEscapeAreRefused) {
  ExpectRefused(Zip({{"ok.py", "1"}, {"../escaped", "x"}}), "leaves the package");
  ExpectRefused(Zip({{"a/../../escaped", "x"}}), "leaves the package");
  ExpectRefused(Zip({{"/tmp/escaped", "x"}}), "absolute name");
  ExpectRefused(Zip({{"C:/escaped", "x"}}), "names a drive");
  ExpectRefused(Zip({{"..\\escaped", "x"}}), "backslash");
  test::Covers("K-15");
}

TEST_F(PackageTest, NamesWithNulAreRefused) {
  const std::string zip = Zip({{"safe.py", "1"}, {"nul_here.py", "2"}});
  Rename(zip, "nul_here.py", "nul\0here.py"s);
  ExpectRefused(zip, "NUL");
  test::Covers("K-15");
}

TEST_F(PackageTest, NamesThatFitNoFileSystemAreRefused) {
  std::string deep;
  for (int level = 0; level < 32700; ++level) deep += "a/";
  ExpectRefused(Zip({{deep + "x", "1"}}), "more than 4095 bytes");
  ExpectRefused(Zip({{deep.substr(0, 4000) + "x", "1"}}), "more than 128 folders");
  ExpectRefused(Zip({{"d/" + std::string(256, 'n') + "/x", "1"}}), "more than 255 bytes");
  ExpectRefused(Zip({{std::string(250, 'a') + "\n/../x", "1"}}), "leaves the package");
  std::string wide;
  for (int level = 0; level < 15; ++level) wide += std::string(255, 'w') + "/";
  ExpectRefused(Zip({{wide + std::string(255, 'x'), "1"}}), "does not fit below");
  EXPECT_TRUE(OpenPackage(Zip({{wide + "x", "1"}, {deep.substr(0, 256) + "x", "1"}}), options_).ok());
}

// Gives an archive a ZIP64 end record, with `sector` bytes that the format reserves for extensions behind it.
void MakeZip64(const std::string& path, const std::string& sector) {
  std::string bytes = Read(path);
  const std::size_t end = bytes.size() - 22;  // without a comment
  const auto entries = static_cast<unsigned char>(bytes[end + 10]);
  const std::string size = bytes.substr(end + 12, 4) + Number(0, 4);
  const std::string offset = bytes.substr(end + 16, 4) + Number(0, 4);
  std::string record = Number(0x06064b50, 4) + Number(44 + sector.size(), 8) + Number(45, 2) + Number(45, 2);
  record += Number(0, 8) + Number(entries, 8) + Number(entries, 8) + size + offset + sector;
  record += Number(0x07064b50, 4) + Number(0, 4) + Number(end, 8) + Number(1, 4);
  bytes.replace(end + 8, 12, std::string(12, '\xFF'));
  bytes.insert(end, record);
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(PackageTest, AZip64EndRecordMayHaveAnExtension_K20) {
  const std::string hidden = Zip({{"safe.py", "1"}, {"nul_here.py", "2"}});
  Rename(hidden, "nul_here.py", "nul\0here.py"s);
  MakeZip64(hidden, "extensible data");
  ExpectRefused(hidden, "has a NUL in its name");
  for (const std::string& sector : {""s, "extensible data"s, std::string(300, 'e')}) {
    const std::string zip = Zip({{"a.py", "print(1)"}, {"b.py", "b"}});
    MakeZip64(zip, sector);
    const auto package = OpenPackage(zip, options_);
    ASSERT_TRUE(package.ok()) << package.status().message();
    EXPECT_EQ(Read(fs::path(package->root) / "a.py"), "print(1)");
  }
  test::Covers("K-20");
}

TEST_F(PackageTest, ADirectoryThatCannotBeFollowedIsSaidSo_K20) {
  const std::string zip = Zip({{"a.py", "print(1)"}});
  std::string bytes = Read(zip);
  bytes.insert(bytes.size() - 22, "a gap before the end record");
  std::ofstream(zip, std::ios::binary) << bytes;
  ExpectRefused(zip, "cannot be followed");
  test::Covers("K-20");
}

TEST_F(PackageTest, SymbolicLinksMayNotPointOutside) {
  ExpectRefused(Zip({{"out", "/etc/passwd", S_IFLNK | 0777}}), "points outside");
  ExpectRefused(Zip({{"out", "../escaped", S_IFLNK | 0777}}), "points outside");
  ExpectRefused(Zip({{"d/here", ".", S_IFLNK | 0777}, {"d/up", "here/../..", S_IFLNK | 0777}}), "points outside");
  ExpectRefused(Zip({{"dir", ".", S_IFLNK | 0777}, {"dir/escaped", "x"}}), "no folder");
  const auto inside = OpenPackage(Zip({{"a.txt", "content"}, {"b.txt", "a.txt", S_IFLNK | 0777}}), options_);
  ASSERT_TRUE(inside.ok()) << inside.status().message();
  EXPECT_EQ(Read(fs::path(inside->root) / "b.txt"), "content");
  test::Covers("K-15");
}

TEST_F(PackageTest, TheLimitCountsRealBytes) {
  options_.unzipped_limit = 1000;
  ExpectRefused(Zip({{"bomb", std::string(2000, '\0')}}), "more than 1000 bytes");
  ExpectRefused(Zip({{"a", std::string(600, 'a')}, {"b", std::string(600, 'b')}}), "more than 1000 bytes");
  EXPECT_TRUE(OpenPackage(Zip({{"a", std::string(1000, 'a')}}), options_).ok()) << "J-55: exactly the limit passes";
  test::Covers("K-16");
}

TEST_F(PackageTest, WhatIsNoPackageSaysSo) {
  EXPECT_EQ(OpenPackage((folder_ / "missing.zip").string(), options_).status().code(), Code::kNotFound);
  const std::string text = (folder_ / "text.zip").string();
  std::ofstream(text) << "this is no archive";
  ExpectRefused(text, "no zip archive");
  const std::ofstream empty((folder_ / "empty.zip").string());
  ExpectRefused((folder_ / "empty.zip").string(), "no zip archive");
  const std::string cut = Zip({{"a.py", "some content that is long enough"}});
  fs::resize_file(cut, fs::file_size(cut) - 10);
  ExpectRefused(cut, "no zip archive");
}

TEST_F(PackageTest, AFolderAndAFileOfOneNameAreRefused) {
  ExpectRefused(Zip({{"a", "file"}, {"a/b", "below"}}), "no folder");
  ExpectRefused(Zip({{"a/b", "below"}, {"a", "file"}}), "both a file and a folder");
}

// What lies in the cache is run as this user, so nobody else may have put it there.
TEST_F(PackageTest, ACacheThatOthersCanWriteToIsNotUsed) {
  const std::string zip = Zip({{"a.py", "1"}});
  fs::create_directory(options_.cache_dir);
  fs::permissions(options_.cache_dir, fs::perms::others_write, fs::perm_options::add);
  const auto open_to_all = OpenPackage(zip, options_);
  ASSERT_FALSE(open_to_all.ok());
  EXPECT_NE(open_to_all.status().message().find("only this user"), std::string::npos) << open_to_all.status().message();
  fs::create_directory_symlink(folder_, folder_ / "link");
  options_.cache_dir = (folder_ / "link").string();
  EXPECT_FALSE(OpenPackage(zip, options_).ok()) << "a link";
}

// A variable of the environment for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name); old != nullptr) old_ = old;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST_F(PackageTest, AHomeThatIsNotThereIsNotMade) {
  options_.cache_dir.clear();
  const Variable cache("TANDEM_CACHE_DIR", nullptr);
  const Variable xdg("XDG_CACHE_HOME", nullptr);
  const Variable temporary("TMPDIR", folder_.c_str());
  const Variable home("HOME", (folder_ / "missing").c_str());
  const auto package = OpenPackage(Zip({{"a.py", "1"}}), options_);
  ASSERT_TRUE(package.ok()) << package.status().message();
  EXPECT_EQ(package->root.rfind(fs::canonical(folder_).string() + "/tandem-", 0), 0U) << package->root;
  EXPECT_FALSE(fs::exists(folder_ / "missing"));
}

TEST_F(PackageTest, AFolderOfTemporaryFilesThatIsNoneIsInNobodysWay) {
  const std::string zip = Zip({{"a.py", "1"}});
  options_.cache_dir.clear();
  const Variable cache("TANDEM_CACHE_DIR", nullptr);
  const Variable xdg("XDG_CACHE_HOME", nullptr);
  const Variable temporary("TMPDIR", (folder_ / "missing").c_str());
  {
    const Variable home("HOME", folder_.c_str());
    const auto package = OpenPackage(zip, options_);
    ASSERT_TRUE(package.ok()) << package.status().message();
    EXPECT_EQ(package->root.rfind(fs::canonical(folder_).string() + "/.cache/tandem/", 0), 0U) << package->root;
  }
  const Variable home("HOME", nullptr);
  const auto package = OpenPackage(zip, options_);
  ASSERT_FALSE(package.ok());
  EXPECT_EQ(package.status().code(), Code::kInvalidArgument);
  EXPECT_NE(package.status().message().find("TMPDIR"), std::string::npos) << package.status().message();
  EXPECT_NE(package.status().message().find("TANDEM_CACHE_DIR"), std::string::npos) << package.status().message();
}

TEST_F(PackageTest, ACacheThatCannotBeWrittenNamesTheVariable) {
  std::ofstream((folder_ / "file").string()) << "in the way";
  options_.cache_dir = (folder_ / "file").string();
  const auto package = OpenPackage(Zip({{"a.py", "1"}}), options_);
  ASSERT_FALSE(package.ok());
  EXPECT_NE(package.status().message().find("TANDEM_CACHE_DIR"), std::string::npos) << package.status().message();
}

}  // namespace
}  // namespace tandem::test
