// The archive of classes that a JVM starts with: when it is made, when it is used, and that it does no harm. Each case
// in a process of its own.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "child_process.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

constexpr char kOurs[] = "tandem.bridge.Bridge source: shared objects file (top)";

std::vector<fs::path> Files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    files.push_back(at->path());
  }
  return files;
}

// A cache, and processes that use it.
class ClassArchives : public testing::Test {
 protected:
  // What a function answers whose Runtime uses the cache so, with these options of its own.
  ChildResult Invoke(StartCache use, const std::string& options = "") const {
    return InChild([&] {
      if (!options.empty()) setenv("JAVA_TOOL_OPTIONS", options.c_str(), 1);
      RuntimeOptions runtime_options;
      runtime_options.loader_dirs = {TANDEM_TEST_LOADERS};
      runtime_options.languages["java"].path = getenv("TANDEM_TEST_JAVA_HOME");
      runtime_options.package.cache_dir = cache_.path();
      runtime_options.start_cache = use;
      auto runtime = Runtime::Create(std::move(runtime_options));
      if (!runtime.ok()) return runtime.status().message();
      Function& function = AddRule(runtime->get(), "rules.Types::text");
      const InvokeResult result = (*runtime)->Invoke(function, Event(std::string_view("\"asked\"")));
      if (result.outcome.kind() == Outcome::Kind::kFault) return result.outcome.fault().message();
      return std::string(result.outcome.payload().view());
    });
  }
  // Where the JVM of such an invocation has found its classes.
  std::string Sources(StartCache use, const std::string& options = "") const {
    const fs::path log = logs_.path() / "classes";
    fs::remove(log);
    const ChildResult result = Invoke(use, "-Xlog:class+load:file=" + log.string() + " " + options);
    EXPECT_EQ(result.answer, "\"asked\"");
    return ReadFile(log);
  }
  std::vector<fs::path> Archives() const { return Files(cache_.path() / "starts"); }
  fs::path Archive() const {
    const std::vector<fs::path> archives = Archives();
    EXPECT_EQ(archives.size(), 1U);
    return archives.empty() ? fs::path() : archives.front();
  }
  void Make() const {
    const ChildResult made = Invoke(StartCache::kFillFirst);
    EXPECT_EQ(made.answer, "\"asked\"");
    EXPECT_EQ(made.out + made.err, "");
    ASSERT_EQ(Archives().size(), 1U);
  }

  TemporaryFolder cache_;
  TemporaryFolder logs_;
};

TEST_F(ClassArchives, AreMadeWhereTheyAreToBeAndUsedThen) {
  EXPECT_EQ(Sources(StartCache::kRead).find(kOurs), std::string::npos);
  EXPECT_TRUE(Archives().empty()) << "it is only read";
  EXPECT_NE(Sources(StartCache::kFillFirst).find(kOurs), std::string::npos);
  EXPECT_EQ(Archive().extension(), ".jsa");
  EXPECT_NE(Sources(StartCache::kRead).find(kOurs), std::string::npos);
  EXPECT_EQ(Sources(StartCache::kOff).find(kOurs), std::string::npos);
  const ChildResult silent = Invoke(StartCache::kRead);
  EXPECT_EQ(silent.answer, "\"asked\"");
  EXPECT_EQ(silent.out + silent.err, "");
  EXPECT_TRUE(silent.files.empty());
}

TEST_F(ClassArchives, ServeEachCollector) {
  Make();
  for (const char* collector : {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC"}) {
    EXPECT_NE(Sources(StartCache::kRead, collector).find(kOurs), std::string::npos) << collector;
  }
}

// Of an invocation with the archive as `change` leaves it nothing is said, and it gives its answer.
struct Damage {
  const char* name;
  void (*change)(const fs::path& archive);
};

void OverwriteAt(const fs::path& file, std::uintmax_t at) {
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(at));
  const std::string noise(64, 'x');
  stream.write(noise.data(), static_cast<std::streamsize>(noise.size()));
}

void Shorten(const fs::path& file, std::uintmax_t to) {
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  fs::resize_file(file, to);
}

class DamagedArchive : public ClassArchives, public testing::WithParamInterface<Damage> {};

TEST_P(DamagedArchive, CostsNothingButTime) {
  Make();
  GetParam().change(Archive());
  EXPECT_EQ(Sources(StartCache::kRead).find(kOurs), std::string::npos);
  const ChildResult result = Invoke(StartCache::kRead);
  EXPECT_EQ(result.answer, "\"asked\"");
  EXPECT_EQ(result.out + result.err, "");
}

INSTANTIATE_TEST_SUITE_P(
    Archive, DamagedArchive,
    testing::Values(Damage{"cut", [](const fs::path& file) { Shorten(file, fs::file_size(file) / 2); }},
                    Damage{"empty", [](const fs::path& file) { Shorten(file, 0); }},
                    Damage{"header", [](const fs::path& file) { OverwriteAt(file, 0); }},
                    Damage{"middle", [](const fs::path& file) { OverwriteAt(file, fs::file_size(file) / 2); }},
                    Damage{"others may write", [](const fs::path& file) { chmod(file.c_str(), 0666); }}),
    [](const testing::TestParamInfo<Damage>& tested) {
      std::string name = tested.param.name;
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

TEST_F(ClassArchives, AreMadeAgainInPlaceOfADamagedOne) {
  Make();
  Shorten(Archive(), 100);
  EXPECT_NE(Sources(StartCache::kFillFirst).find(kOurs), std::string::npos);
  Archive();
}

// HotSpot refuses one of other jars, or of another base archive, itself, and says nothing of it.
TEST_F(ClassArchives, OfOtherJarsAreRefusedInSilence) {
  Make();
  const fs::path archive = Archive();
  const TemporaryFolder copy;
  const fs::path data = fs::path(TANDEM_TEST_LOADERS).parent_path();
  fs::create_directory(copy.path() / "loaders");
  for (const char* module : {"java.so", "java-finder.so"}) {
    fs::copy(fs::path(TANDEM_TEST_LOADERS) / module, copy.path() / "loaders" / module);
  }
  fs::copy(data / "java", copy.path() / "java");
  const ChildResult result = InChild([&] {
    RuntimeOptions options;
    options.loader_dirs = {(copy.path() / "loaders").string()};
    options.languages["java"].path = getenv("TANDEM_TEST_JAVA_HOME");
    options.package.cache_dir = cache_.path();
    options.start_cache = StartCache::kFillFirst;
    auto made = Runtime::Create(options);
    if (!made.ok()) return made.status().message();
    return PrepareRule(made->get(), "rules.Types::text");
  });
  EXPECT_EQ(result.answer, "ok");
  std::vector<fs::path> archives = Archives();
  ASSERT_EQ(archives.size(), 2U) << "each has its own";
  const fs::path other = archives[0] == archive ? archives[1] : archives[0];
  fs::remove(archive);
  fs::rename(other, archive);
  EXPECT_EQ(Sources(StartCache::kRead).find(kOurs), std::string::npos);
  const ChildResult foreign = Invoke(StartCache::kRead);
  EXPECT_EQ(foreign.answer, "\"asked\"");
  EXPECT_EQ(foreign.out + foreign.err, "");
}

TEST_F(ClassArchives, GiveWayToTheUsersOptions) {
  Make();
  for (const char* options : {"-Xshare:off", "-Xshare:auto", "-XX:SharedArchiveFile=/no/such"}) {
    EXPECT_EQ(Sources(StartCache::kRead, options).find(kOurs), std::string::npos) << options;
  }
}

TEST_F(ClassArchives, CanBeMadeByTwoAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 2; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(Invoke(StartCache::kFillFirst).answer == "\"asked\"" ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_NE(Sources(StartCache::kRead).find(kOurs), std::string::npos);
  Archive();  // nothing else is left
}

TEST_F(ClassArchives, AreNotMadeWhereNobodyCanWrite) {
  const fs::path starts = cache_.path() / "starts";
  std::ofstream(starts) << "in the way";
  const ChildResult result = Invoke(StartCache::kFillFirst);
  EXPECT_EQ(result.answer, "\"asked\"");
  EXPECT_EQ(result.out + result.err, "");
}

}  // namespace
}  // namespace tandem::test
