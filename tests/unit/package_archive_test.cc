// Which archives are packages, and what becomes of them: K-15 to K-17, K-20, K-21.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "package_maker.h"
#include "tandem/package.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

class PackageArchiveTest : public PackageTest {};

mode_t ModeOf(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

TEST_F(PackageArchiveTest, K20AnArchiveMadeByteByByteIsAccepted) {
  ExpectFile(Raw({.entries = {{.name = "a.py", .data = "print(1)"}}}), "a.py", "print(1)");
  ExpectFile(Raw({.entries = {{.name = "a.py", .data = "1"}}, .comment = std::string(65535, 'c')}), "a.py", "1");
  ExpectFile(Raw({.entries = {{.name = "a.py", .data = "2"}}, .behind = "bytes of nobody's"}), "a.py", "2");
  test::Covers("K-20");
}

// No reader looks further up than a comment can be long.
TEST_F(PackageArchiveTest, K20TooManyBytesBehindTheArchiveAreSaid) {
  const RawEntry entry{.name = "a.py", .data = "1"};
  const std::string most(65535, '\0');
  const std::string cut = "it has no end record, or was cut off";
  ExpectFile(Raw({.entries = {entry}, .behind = most}), "a.py", "1");
  fs::remove_all(packages());
  const std::string more = "it is no zip archive: more than 65,535 bytes follow the archive";
  for (const std::size_t size : {std::size_t{65536}, std::size_t{1'000'000}}) {
    ExpectRefused(Raw({.entries = {entry}, .behind = std::string(size, '\0')}), more);
  }
  ExpectRefused(Raw({.entries = {entry}, .before = "#!/bin/sh\n", .behind = most + most}), more);
  const std::string inner = Bytes({.entries = {entry}});
  const std::string outer = Bytes({.entries = {{.name = "in.zip", .data = inner}, {.name = "b", .data = most + most}}});
  ExpectRefused(File(outer.substr(0, outer.size() - 200)), cut);
  ExpectRefused(File("PK\x05\x06" + std::string(200'000, 'x')), cut);
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20BytesBeforeTheArchiveMayCountOrNot) {
  const std::string script = "#!/bin/sh\nexec java -jar \"$0\"\n";
  RawArchive archive{.entries = {{.name = "a.py", .data = "a"}, {.name = "b/c.py", .data = "c"}}, .before = script};
  const fs::path root = ExpectFile(Raw(archive), "a.py", "a");
  EXPECT_EQ(Read(root / "b" / "c.py"), "c");
  const std::size_t local = 30 + 4 + 1;
  archive.entries[0].offset = script.size();
  archive.entries[1].offset = script.size() + local;
  archive.offset_is = static_cast<std::uint32_t>(script.size() + local + 30 + 6 + 1);
  ExpectFile(Raw(archive), "b/c.py", "c");
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20DataDescriptorsAreAccepted) {
  const std::string data = "print(1)";
  const std::string sums = Number(Crc32(data), 4) + Number(data.size(), 4) + Number(data.size(), 4);
  for (const std::string& descriptor : {sums, Number(0x08074b50, 4) + sums}) {
    RawEntry entry{.name = "a.py", .data = data, .flags = 8};
    entry.descriptor = descriptor;
    ExpectFile(Raw({.entries = {entry, {.name = "b.py", .data = "b"}}}), "a.py", data);
  }
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20OtherMethodsAndEncryptedEntriesAreRefused) {
  for (const std::uint16_t method : {1, 6, 9, 12, 14, 93, 95}) {
    ExpectRefused(Raw({.entries = {{.name = "a.py", .data = "x", .method = method}}}),
                  "its entry 'a.py' is compressed by method " + std::to_string(method) + "; only stored and deflated");
  }
  ExpectRefused(Raw({.entries = {{.name = "a.py", .data = "x", .flags = 1}}}), "'a.py' is encrypted");
  ExpectRefused(Raw({.entries = {{.name = "a.py", .data = "x", .flags = 0x41}}}), "'a.py' is encrypted");
  ExpectRefused(Raw({.entries = {{.name = "a.py", .data = "x", .flags = 1U << 13U}}}), "'a.py' is encrypted");
  RawEntry hidden{.name = "a.py", .data = "x"};
  hidden.local_flags = 1;
  ExpectRefused(Raw({.entries = {hidden}}), "'a.py' is encrypted");
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K15HeadersThatContradictEachOtherAreRefused) {
  RawEntry entry{.name = "a.py", .data = "x"};
  entry.local_name = "b.py";
  ExpectRefused(Raw({.entries = {entry}}), "another name in the directory");
  entry.local_name = "../escaped";
  ExpectRefused(Raw({.entries = {entry}}), "another name in the directory");
  entry = {.name = "a.py", .data = "x"};
  entry.local_method = 8;
  ExpectRefused(Raw({.entries = {entry}}), "another compression in the directory");
  entry = {.name = "a.py", .data = "x"};
  for (const std::uint32_t offset : {1U, 34U, 1000000U, 0xFFFFFFFFU}) {
    entry.offset = offset;
    const auto package = OpenPackage(Raw({.entries = {entry}}), options_);
    EXPECT_EQ(package.status().code(), Code::kInvalidArgument) << offset;
  }
  test::Covers("K-15");
}

TEST_F(PackageArchiveTest, K20DirectoriesThatAreNotWhatTheySayAreRefused) {
  const std::vector<RawEntry> entries = {{.name = "a.py", .data = "a"}, {.name = "b.py", .data = "b"}};
  ExpectRefused(Raw({.entries = entries, .count_is = 1}), "entries is 2, and not 1 as");
  ExpectRefused(Raw({.entries = entries, .count_is = 3}), "entries is 2, and not 3 as");
  ExpectRefused(Raw({.entries = entries, .size_is = 50}), "entries is 1, and not 2 as");
  ExpectRefused(Raw({.entries = entries, .size_is = 0x7FFFFFFF}), "cannot be followed");
  ExpectRefused(Raw({.entries = entries, .offset_is = 0x7FFFFFFF}), "cannot be followed");
  ExpectRefused(Raw({.entries = entries, .disk = 1}), "one of several parts");
  test::Covers("K-20");
}

// What a reader takes for the archive must not depend on where it begins to search.
TEST_F(PackageArchiveTest, K15TwoArchivesInOneAreRefused) {
  const std::string inner = Bytes({.entries = {{.name = "b.py", .data = "b"}}});
  ExpectRefused(Raw({.entries = {{.name = "a.py", .data = "a"}}, .comment = inner}), "in more than one way");
  ExpectFile(Raw({.entries = {{.name = "a.py", .data = "a"}}, .comment = inner + "."}), "a.py", "a");
  ExpectFile(Raw({.entries = {{.name = "a.zip", .data = inner}}}), "a.zip", inner);
  test::Covers("K-15");
}

// The numbers of a ZIP64 archive that its first end record refers to.
struct Zip64 {
  std::uint64_t count;
  std::uint64_t size;
  std::uint64_t offset;
};

std::string WithZip64(const std::vector<RawEntry>& entries, const Zip64& numbers) {
  std::string bytes = Bytes({.entries = entries});
  const std::size_t end = bytes.size() - 22;
  std::string record = Number(0x06064b50, 4) + Number(44, 8) + Number(45, 2) + Number(45, 2) + Number(0, 8) +
                       Number(numbers.count, 8) + Number(numbers.count, 8) + Number(numbers.size, 8) +
                       Number(numbers.offset, 8);
  record += Number(0x07064b50, 4) + Number(0, 4) + Number(end, 8) + Number(1, 4);
  bytes.replace(end + 8, 12, std::string(12, '\xFF'));
  return bytes.insert(end, record);
}

TEST_F(PackageArchiveTest, K20Zip64NumbersCountAndMustBeTrue) {
  const std::vector<RawEntry> entries = {{.name = "a.py", .data = "a"}};
  const std::uint64_t size = 46 + 4;
  const std::uint64_t offset = 30 + 4 + 1;
  ExpectFile(File(WithZip64(entries, {1, size, offset})), "a.py", "a");
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{2}, UINT64_MAX, std::uint64_t{1} << 32U}) {
    const auto package = OpenPackage(File(WithZip64(entries, {count, size, offset})), options_);
    EXPECT_EQ(package.status().code(), Code::kInvalidArgument) << count;
    EXPECT_NE(package.status().message().find("as its directory says"), std::string::npos)
        << package.status().message();
  }
  for (const Zip64 numbers : {Zip64{1, UINT64_MAX, offset}, Zip64{1, size, UINT64_MAX}, Zip64{1, 0, offset},
                              Zip64{1, size - 1, offset}, Zip64{1, size, offset + 40}}) {
    EXPECT_EQ(OpenPackage(File(WithZip64(entries, numbers)), options_).status().code(), Code::kInvalidArgument);
  }
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20Zip64SizesOfAnEntryCountAndMustBeTrue) {
  RawEntry entry{.name = "a.py", .data = "a"};
  entry.size = entry.packed_size = 0xFFFFFFFF;
  const auto extra = [](std::uint64_t size, std::uint64_t packed) {
    return Number(1, 2) + Number(16, 2) + Number(size, 8) + Number(packed, 8);
  };
  entry.extra = extra(1, 1);
  ExpectFile(Raw({.entries = {entry}}), "a.py", "a");
  fs::remove_all(packages());
  entry.extra = extra(1, UINT64_MAX);
  ExpectRefused(Raw({.entries = {entry}}), "does not end before");
  entry.extra = extra(UINT64_MAX / 2, 1);
  ExpectRefused(Raw({.entries = {entry}}), "unpacks to more than");
  entry.extra = extra(1, 1).substr(0, 12);
  ExpectRefused(Raw({.entries = {entry}}), "cannot be followed");
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20WhatTheZipLibraryRefusesNamesItsEntry) {
  constexpr std::uint16_t kUtf8 = 1U << 11U;
  const RawEntry fine{.name = "\xce\xbb.py", .data = "x", .flags = kUtf8};
  for (const std::string name : {"a\xff.py", "\x80.py", "a\xe2\x82", "a\xe2y.py", "\x01\xf8.py"}) {
    const auto status =
        OpenPackage(Raw({.entries = {fine, {.name = name, .data = "x", .flags = kUtf8}}}), options_).status();
    EXPECT_NE(status.message().find('?'), std::string::npos) << status.message();
    EXPECT_TRUE(status.message().ends_with(" has a name that is no text in UTF-8, as it says to be"))
        << status.message();
    EXPECT_EQ(status.message().find(name), std::string::npos) << "nor is the message";
  }
  ExpectFile(Raw({.entries = {fine, {.name = "a\xff.py", .data = "of code page 437"}}}), "a\xc2\xa0.py",
             "of code page 437");
  fs::remove_all(packages());
  RawEntry entry{.name = "a.py", .data = "x"};
  entry.size = 0xFFFFFFFF;
  ExpectRefused(Raw({.entries = {fine, entry}}), "its entry 'a.py' has no size, as its ZIP64 field is not there");
  entry.size.reset();
  entry.packed_size = 0xFFFFFFFF;
  ExpectRefused(Raw({.entries = {fine, entry}}), "its entry 'a.py' has no size, as its ZIP64 field is not there");
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K15TheUnicodeNameOfAnEntryIsCheckedToo) {
  const auto with = [](const std::string& name) {
    RawEntry entry{.name = "a.py", .data = "x"};
    entry.extra = Number(0x7075, 2) + Number(5 + name.size(), 2) + Number(1, 1) + Number(Crc32("a.py"), 4) + name;
    return RawArchive{.entries = {entry}};
  };
  ExpectRefused(Raw(with("../escaped")), "leaves the package");
  ExpectRefused(Raw(with("/escaped")), "absolute name");
  ExpectRefused(Raw(with("b\0.py"s)), "NUL");
  ExpectFile(Raw(with("\xce\xbb.py")), "\xce\xbb.py", "x");
  test::Covers("K-15");
}

// Entries that lie inside each other inflate again and again what is there once.
TEST_F(PackageArchiveTest, K16EntriesThatShareBytesAreRefused) {
  RawEntry twice{.name = "a.py", .data = "x"};
  RawEntry again = twice;
  again.offset = 0;
  ExpectRefused(Raw({.entries = {twice, again}}), "shares bytes with 'a.py'");
  const std::string inner = Bytes({.entries = {{.name = "b.py", .data = "b"}}}).substr(0, 30 + 4 + 1);
  RawEntry quoted{.name = "b.py", .data = "b"};
  quoted.offset = 30 + 4;
  ExpectRefused(Raw({.entries = {{.name = "a.py", .data = inner}, quoted}}), "'b.py' shares bytes with 'a.py'");
  test::Covers("K-16");
}

TEST_F(PackageArchiveTest, K16EntriesAndFoldersAreCounted) {
  std::vector<RawEntry> many;
  many.reserve(200'001);
  for (int i = 0; i < 200'001; ++i) many.push_back({.name = std::to_string(i), .data = ""});
  ExpectRefused(Raw({.entries = many}), "more than 200000 entries");
  std::vector<RawEntry> deep;
  std::string folders;
  for (int level = 0; level < 127; ++level) folders += "d/";
  deep.reserve(1600);
  for (int i = 0; i < 1600; ++i) deep.push_back({.name = std::to_string(i) + "/" + folders, .data = ""});
  ExpectRefused(Raw({.entries = deep}), "more than 200000 files and folders");
  test::Covers("K-16");
}

TEST_F(PackageArchiveTest, K16SizesThatLieDoNotHideABomb) {
  options_.unzipped_limit = 1000;
  const std::string content(2000, '\0');
  std::string bytes = Read(Zip({{"bomb", content}}));
  const std::size_t directory = bytes.find("PK\x01\x02");
  bytes.replace(directory + 24, 4, Number(10, 4));
  ExpectRefused(File(bytes), "more than 1000 bytes");
  test::Covers("K-16");
}

TEST_F(PackageArchiveTest, K16TheLimitIsThatOfEachOpening) {
  const std::string zip = Zip({{"a", std::string(600, 'a')}, {"b", std::string(600, 'b')}});
  EXPECT_TRUE(OpenPackage(zip, options_).ok());
  options_.unzipped_limit = 1199;
  EXPECT_FALSE(OpenPackage(zip, options_).ok()) << "though it is unpacked already";
  options_.unzipped_limit = 1200;
  EXPECT_TRUE(OpenPackage(zip, options_).ok());
  test::Covers("K-16");
}

TEST_F(PackageArchiveTest, K20ContentThatIsNotWhatTheHeadersSayIsRefused) {
  RawEntry entry{.name = "a.py", .data = "print(1)"};
  entry.crc = 1;
  ExpectRefused(Raw({.entries = {entry}}), "'a.py' is damaged");
  entry = {.name = "a.py", .data = "print(1)"};
  for (const std::uint32_t size : {0U, 7U, 9U, 1000000U}) {
    entry.size = size;
    ExpectRefused(Raw({.entries = {entry}}), "'a.py' is damaged");
  }
  entry = {.name = "a.py", .data = "not deflated", .method = 8};
  ExpectRefused(Raw({.entries = {entry}}), "'a.py' is damaged");
  const std::string zip = Read(Zip({{"a.py", std::string(2000, 'a')}}));
  for (const std::uint32_t size : {0U, 1U, 1999U, 2001U}) {
    std::string bytes = zip;
    bytes.replace(bytes.find("PK\x01\x02") + 24, 4, Number(size, 4));
    ExpectRefused(File(bytes), "'a.py' is damaged");
  }
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20WhereverAnArchiveIsCutItIsRefused) {
  const std::string bytes =
      Bytes({.entries = {{.name = "a.py", .data = "print(1)"}, {.name = "b/c.py", .data = "c"}}, .comment = "comment"});
  for (std::size_t size = 0; size < bytes.size() - 7; ++size) {
    SCOPED_TRACE(size);
    ExpectRefused(File(bytes.substr(0, size)), "");
  }
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K20WhateverByteIsWrongItIsSaidOrDoesNotMatter) {
  const std::string bytes = Bytes({.entries = {{.name = "a.py", .data = "print(1)", .mode = S_IFREG | 0644},
                                               {.name = "b/c.py", .data = "c"},
                                               {.name = "l", .data = "a.py", .mode = S_IFLNK | 0777}}});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned change : {1U, 0xFFU}) {
      std::string wrong = bytes;
      wrong[at] = static_cast<char>(static_cast<unsigned char>(wrong[at]) ^ change);
      const auto package = OpenPackage(File(wrong), options_);
      if (package.ok()) continue;
      EXPECT_EQ(package.status().code(), Code::kInvalidArgument) << at << ": " << package.status().message();
      EXPECT_EQ(package.status().message().find('\n'), std::string::npos) << package.status().message();
    }
  }
  for (const auto& entry : fs::directory_iterator(packages())) {
    EXPECT_NE(entry.path().filename().native().front(), '.') << "left behind";
  }
  test::Covers("K-20");
}

TEST_F(PackageArchiveTest, K21TheLastOfANameWinsHoweverItIsWritten) {
  const std::vector<std::vector<std::string>> spellings = {{"a.py", "a.py"},      {"a.py", "./a.py"},
                                                           {"./a.py", "a.py"},    {".//a.py", "a.py"},
                                                           {"d/a.py", "d//a.py"}, {"d/./a.py", "d/a.py"}};
  for (const auto& names : spellings) {
    const std::string place = names[0].starts_with('d') ? "d/a.py" : "a.py";
    const std::string zip =
        Raw({.entries = {{.name = names[0], .data = "first"}, {.name = names[1], .data = "the last"}}});
    const fs::path root = ExpectFile(zip, place, "the last");
    ASSERT_FALSE(root.empty());
    std::ofstream(root / "kept") << "x";
    ExpectFile(zip, "kept", "x");  // and is intact when it is opened again
  }
  test::Covers("K-21");
}

TEST_F(PackageArchiveTest, K21AFileAndAFolderOfOneNameAreRefused) {
  ExpectRefused(Raw({.entries = {{.name = "a", .data = "f"}, {.name = "a/", .data = ""}}}), "no folder");
  ExpectRefused(Raw({.entries = {{.name = "a/", .data = ""}, {.name = "a", .data = "f"}}}), "both a file and a folder");
  ExpectRefused(Raw({.entries = {{.name = "a/b/c", .data = ""}, {.name = "./a//b", .data = "f"}}}), "both a file");
  ExpectRefused(Raw({.entries = {{.name = "a", .data = "f"}, {.name = "a/b/c", .data = "f"}}}), "no folder");
  ExpectRefused(Raw({.entries = {{.name = ".", .data = "f"}}}), "both a file and a folder");
  ExpectRefused(Raw({.entries = {{.name = "a/.", .data = "f"}}}), "both a file and a folder");
  ExpectFile(Raw({.entries = {{.name = "./", .data = ""}, {.name = "./a/", .data = ""}, {.name = "a/b", .data = "f"}}}),
             "a/b", "f");
  test::Covers("K-21");
}

TEST_F(PackageArchiveTest, K15LinksLeadNowhereElse) {
  const auto link = [](const std::string& name, const std::string& to) {
    return RawEntry{.name = name, .data = to, .mode = S_IFLNK | 0777};
  };
  const RawEntry file{.name = "d/a.txt", .data = "content"};
  ExpectRefused(Raw({.entries = {link("out", "..")}}), "points outside");
  ExpectRefused(Raw({.entries = {link("d/out", "../..")}}), "points outside");
  ExpectRefused(Raw({.entries = {link("out", ".."), {.name = "out", .data = "the last"}}}), "points outside");
  ExpectRefused(Raw({.entries = {link("out", "/")}}), "points outside");
  ExpectRefused(Raw({.entries = {link("out", "d\0x"s)}}), "points outside");
  ExpectRefused(Raw({.entries = {link("out", "")}}), "is damaged");
  ExpectRefused(Raw({.entries = {link("out", std::string(4096, 'x'))}}), "is damaged");
  ExpectRefused(Raw({.entries = {link("a", "b"), link("b", "a")}}), "cannot be followed");
  ExpectRefused(Raw({.entries = {link("out", "d/x/../../../escaped"), link("d/x", ".")}}), "points outside");
  ExpectRefused(Raw({.entries = {link("to", ".."), {.name = "to/escaped", .data = "x"}}}), "points outside");
  ExpectRefused(Raw({.entries = {file, link("to", "d"), {.name = "to/a.txt", .data = "x"}}}), "no folder");
  ExpectRefused(Raw({.entries = {file, link("d", ".")}}), "both a link and a folder");
  ExpectRefused(Raw({.entries = {file, link("to", "d"), {.name = "to/", .data = ""}}}), "no folder");
  test::Covers("K-15");
}

TEST_F(PackageArchiveTest, K15LinksThatStayInsideAreKept) {
  const auto link = [](const std::string& name, const std::string& to) {
    return RawEntry{.name = name, .data = to, .mode = S_IFLNK | 0777};
  };
  const RawEntry file{.name = "d/a.txt", .data = "content"};
  const fs::path root = ExpectFile(Raw({.entries = {file, link("l", "d/a.txt"), link("dir", "d"), link("d/up", "../l"),
                                                    link("dangling", "d/missing")}}),
                                   "dir/up", "content");
  for (const char* name : {"l", "dir", "d/up", "dangling"}) EXPECT_TRUE(fs::is_symlink(root / name)) << name;
  // A file in place of a link does not go through it, nor does a link in place of a file.
  ExpectFile(Raw({.entries = {file, link("l", "d/a.txt"), {.name = "l", .data = "mine"}}}), "d/a.txt", "content");
  ExpectFile(Raw({.entries = {file, link("l", "d/a.txt"), {.name = "l", .data = "mine"}}}), "l", "mine");
  ExpectFile(Raw({.entries = {file, {.name = "l", .data = "mine"}, link("l", "d/a.txt")}}), "l", "content");
  test::Covers("K-15");
}

TEST_F(PackageArchiveTest, K15DevicesAndSocketsAreRefused) {
  for (const mode_t kind : {S_IFCHR, S_IFBLK, S_IFSOCK}) {
    ExpectRefused(Raw({.entries = {{.name = "d", .data = "", .mode = kind | 0644U}}}), "neither a file, a folder nor");
  }
  test::Covers("K-15");
}

// As `zip package.zip -` writes what it reads from a pipe.
TEST_F(PackageArchiveTest, K20WhatWasReadFromAPipeIsAFile) {
  const fs::path root = ExpectFile(Raw({.entries = {{.name = "-", .data = "x", .mode = S_IFIFO | 0644}}}), "-", "x");
  EXPECT_TRUE(fs::is_regular_file(root / "-"));
  test::Covers("K-20");
}

// What the archive gives to everybody counts, as the function's user is not the files' owner.
TEST_F(PackageArchiveTest, K17ModesAreThoseOfEverybody) {
  struct Case {
    mode_t archived;
    mode_t expected;
  };
  const mode_t mask = umask(077);
  for (const Case& c : {Case{0644, 0444}, Case{0755, 0555}, Case{0777, 0555}, Case{0444, 0444}, Case{0711, 0111},
                        Case{0600, 0}, Case{0640, 0}, Case{0750, 0}, Case{04755, 0555}, Case{02755, 0555},
                        Case{01777, 0555}, Case{06711, 0111}, Case{0, 0444}}) {
    const std::string zip = Raw({.entries = {{.name = "f", .data = "x", .mode = S_IFREG | c.archived}}});
    const auto package = OpenPackage(zip, options_);
    ASSERT_TRUE(package.ok()) << package.status().message();
    EXPECT_EQ(ModeOf(fs::path(package->root) / "f"), c.expected) << std::oct << c.archived;
  }
  umask(mask);
  const auto folders = OpenPackage(
      Raw({.entries = {{.name = "d/", .data = "", .mode = S_IFDIR | 07000}, {.name = "d/f", .data = "x"}}}), options_);
  ASSERT_TRUE(folders.ok()) << folders.status().message();
  EXPECT_EQ(ModeOf(fs::path(folders->root) / "d"), 0755U) << "or nobody could clean the cache";
  EXPECT_EQ(ModeOf(fs::path(folders->root) / "d" / "f"), 0444U) << "without mode: readable";
  test::Covers("K-17");
}

}  // namespace
}  // namespace tandem::test
