// What a store is after its process was killed in the middle of a change.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <vector>

#include "host/digest.h"
#include "tests/host/store_fixture.h"
#include "tests/host/writer_process.h"
#include "tests/lib/hang_guard.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using StoreKillTest = StoreTest;

// A system call before which a process dies: the `number`th of that name.
struct Moment {
  std::string call;
  std::uint64_t number;
};

// A process that is killed then. strace's own end is like that of what it runs.
std::vector<std::string> KilledAt(const Moment& moment) {
  const std::string when = moment.call + ":signal=KILL:when=" + std::to_string(moment.number);
  return {"strace", "-qq", "-o", "/dev/null", "-e", "trace=" + moment.call, "-e", "inject=" + when, "--"};
}

// Of a process that makes a store.
Moment WhileItIsMade(std::mt19937_64& random) {
  static const std::vector<Moment> latest = {{"mkdir", 2}, {"flock", 1},     {"ftruncate", 1}, {"pwrite64", 12},
                                             {"fsync", 5}, {"fdatasync", 5}, {"unlink", 1}};
  const Moment& chosen = latest[random() % latest.size()];
  return {chosen.call, 1 + random() % chosen.number};
}

// Of one that opens and changes a store: all calls that change what is on a disk, and those by which it is known to be
// there. The numbers are about as high as they are after ten changes.
Moment WhileItWorks(std::mt19937_64& random) {
  static const std::vector<Moment> latest = {{"openat", 45},    {"write", 30},   {"pwrite64", 60}, {"fsync", 14},
                                             {"fdatasync", 14}, {"renameat", 6}, {"unlinkat", 6}};
  const Moment& chosen = latest[random() % latest.size()];
  return {chosen.call, 1 + random() % chosen.number};
}

// What the process has said of its changes.
struct Said {
  std::string kind;  // of the change that was in flight; else ""
  std::string before, after;
  std::string found;  // the state when it began
  int changes = 0;
};

Said Listen(WriterProcess& writer) {
  Said said;
  for (std::string line = writer.Line(); !line.empty(); line = writer.Line()) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "open") {
      words >> said.found;
      said.before = said.found;
    } else if (word == "will") {
      words >> said.kind >> said.after;
    } else if (word == "done") {
      said.before = said.after;
      said.kind.clear();
      ++said.changes;
    } else {
      ADD_FAILURE() << line;
    }
  }
  return said;
}

// How often something was met, so that a test knows that it tests it.
struct Met {
  std::map<std::string, int> kinds;
  int before = 0, after = 0;
  int unfinished = 0;  // files of packages that were not written to their ends
};

// Of all that a store has.
std::vector<PackageReference> PackagesOf(const FunctionStore& store) {
  std::vector<PackageReference> packages;
  for (const auto& function : store.List("", SIZE_MAX)) {
    std::vector<std::shared_ptr<const FunctionVersion>> versions = {function->latest};
    for (const auto& [number, version] : function->versions) versions.push_back(version);
    for (const auto& version : versions) {
      packages.push_back({version->code_sha256, version->code_size});
      packages.insert(packages.end(), version->layers.begin(), version->layers.end());
    }
  }
  for (const auto& layer : store.ListLayers("", SIZE_MAX)) {
    for (const auto& [number, version] : layer->versions) packages.push_back(version->content);
  }
  return packages;
}

// Each package is what its digest says, and there is nothing else.
void CheckPackages(const FunctionStore& store, const std::string& folder) {
  std::set<std::string> names;
  for (const PackageReference& package : PackagesOf(store)) {
    const std::string path = store.PackagePath(package.code_sha256);
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(host::Sha256(bytes), package.code_sha256);
    EXPECT_EQ(static_cast<std::int64_t>(bytes.size()), package.code_size);
    names.insert(fs::path(path).filename().string());
  }
  EXPECT_EQ(NamesIn(folder), names);
}

// Kills a process then, and looks at what it leaves. `state` is the store's before and, after that, then.
void KillAndLook(const std::string& data, const Moment& moment, std::uint64_t seed, std::string& state, Met& met) {
  WriterProcess writer({"write", data, std::to_string(seed)}, KilledAt(moment));
  const Said said = Listen(writer);
  ASSERT_EQ(writer.Wait(), SIGKILL);
  for (const std::string& name : NamesIn(data + "/packages")) met.unfinished += name.ends_with(".new") ? 1 : 0;
  const auto store = FunctionStore::Open(data);
  ASSERT_TRUE(store.ok()) << store.status().message();
  const std::string now = host::Sha256(Describe(**store));
  if (said.found.empty()) {
    EXPECT_EQ(now, state) << "killed while it was opened";
  } else {
    EXPECT_EQ(said.found, state);
    const bool is_after = !said.kind.empty() && now == said.after;
    EXPECT_TRUE(is_after || now == said.before) << "a part of: " << said.kind;
    if (!said.kind.empty() && said.before != said.after) ++(is_after ? met.after : met.before);
  }
  ++met.kinds[said.found.empty() ? "open" : said.kind];
  CheckPackages(**store, data + "/packages");
  state = now;
}

TEST_F(StoreKillTest, IsWholeAfterEachOf200Kills) {
  constexpr int kRounds = 200;
  constexpr int kRoundsOfAFolder = 10;
  Met met;
  std::string state;
  for (int seed = 0; seed < kRounds && !HasFailure(); ++seed) {
    const std::string of_folder = data() + std::to_string(seed / kRoundsOfAFolder);
    const bool is_new = seed % kRoundsOfAFolder == 0;
    if (is_new) state = host::Sha256("");
    GuardAgainstHang("StoreKillTest, seed " + std::to_string(seed));
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    const Moment moment = is_new ? WhileItIsMade(random) : WhileItWorks(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + moment.call + " " + std::to_string(moment.number));
    KillAndLook(of_folder, moment, random(), state, met);
  }
  for (const char* kind :
       {"open", "create", "configure", "update", "publish", "delete", "keep", "publish-layer", "delete-layer", "use"}) {
    EXPECT_GT(met.kinds[kind], 0) << kind;
    RecordProperty(kind, met.kinds[kind]);
  }
  EXPECT_GT(met.before, 0);
  EXPECT_GT(met.after, 0);
  EXPECT_GT(met.unfinished, 0);
}

}  // namespace
}  // namespace tandem::test
