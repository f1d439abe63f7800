// Which JDKs are found, and which packages are Java's.

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "java_runtime.h"
#include "tandem/finder_abi.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

const tandem_finder_table* Finder() {
  static const tandem_finder_table* const table = [] {
    void* module = dlopen(TANDEM_TEST_LOADERS "/java-finder.so", RTLD_NOW | RTLD_LOCAL);
    EXPECT_NE(module, nullptr) << dlerror();
    return reinterpret_cast<tandem_finder_entry>(dlsym(module, TANDEM_FINDER_SYMBOL))();
  }();
  return table;
}

tandem_string ToAbi(const std::string& text) {
  return tandem_string{text.data(), text.size()};
}

struct Found {
  std::string identifier, version, path, library, origin, reason;
};

std::vector<Found> Find(const std::string& path) {
  std::vector<Found> all;
  tandem_find_request request{};
  request.struct_size = sizeof(request);
  if (!path.empty()) request.path = ToAbi(path);
  const auto found = [](void* arg, const tandem_runtime_info* info) {
    const auto text = [](tandem_string s) { return s.data == nullptr ? std::string() : std::string(s.data, s.size); };
    static_cast<std::vector<Found>*>(arg)->push_back({text(info->identifier), text(info->version), text(info->path),
                                                      text(info->library), text(info->origin), text(info->reason)});
  };
  Finder()->find(&request, found, &all);
  return all;
}

int ClaimIn(const std::string& handler, const std::string& root) {
  tandem_claim_request request{};
  request.struct_size = sizeof(request);
  request.handler = ToAbi(handler);
  request.code_root = ToAbi(root);
  return Finder()->claim(&request);
}

int Claim(const std::string& handler, const std::string& package) {
  return ClaimIn(handler, JavaRuntime::Package(package));
}

// A JDK made of files, in a folder that goes with it.
class FakeJdk {
 public:
  explicit FakeJdk(const std::string& release) {
    std::string pattern = (fs::temp_directory_path() / "jdk-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directories(root_ / "bin");
    std::ofstream(root_ / "bin/java") << "";
    if (!release.empty()) std::ofstream(root_ / "release") << R"(JAVA_VERSION=")" << release << "\"\n";
  }
  ~FakeJdk() { fs::remove_all(root_); }
  FakeJdk(const FakeJdk&) = delete;
  FakeJdk& operator=(const FakeJdk&) = delete;

  void AddLibrary(const std::string& place, const std::string& bytes) {
    fs::create_directories((root_ / place).parent_path());
    std::ofstream(root_ / place, std::ios::binary) << bytes;
  }
  std::string path() const { return root_.string(); }

 private:
  fs::path root_;
};

TEST(Finder, FindsTheJdkUnderTest) {
  const char* home = getenv("TANDEM_TEST_JAVA_HOME");
  ASSERT_NE(home, nullptr);
  std::vector<Found> named = Find(home);
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].reason, "");
  EXPECT_EQ(named[0].identifier.rfind("java", 0), 0u);
  EXPECT_EQ(named[0].version.rfind(named[0].identifier.substr(4), 0), 0u);
  EXPECT_TRUE(fs::is_regular_file(named[0].library));
  EXPECT_EQ(Find(std::string(home) + "/bin/java")[0].path, named[0].path);
}

TEST(Finder, ListsEachJdkOnceNewestFirst) {
  std::vector<Found> all = Find("");
  ASSERT_FALSE(all.empty());
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_GE(strtol(all[i - 1].version.c_str(), nullptr, 10), strtol(all[i].version.c_str(), nullptr, 10));
    for (size_t j = 0; j < i; ++j) EXPECT_NE(all[i].path, all[j].path);
  }
}

TEST(Finder, SaysWhyAJdkCannotBeUsed) {
  EXPECT_NE(Find("/no/such/folder")[0].reason.find("no such folder"), std::string::npos);
  EXPECT_NE(Find(fs::temp_directory_path().string())[0].reason.find("no JDK"), std::string::npos);
  EXPECT_NE(Find(FakeJdk("17.0.1").path())[0].reason, "");
  const FakeJdk without_library("17.0.1");
  EXPECT_NE(Find(without_library.path())[0].reason.find("libjvm.so"), std::string::npos);
  const FakeJdk old("1.7.0_80");
  EXPECT_NE(Find(old.path())[0].reason.find("too old"), std::string::npos);
  FakeJdk foreign("17.0.1");
  foreign.AddLibrary("lib/server/libjvm.so", "not an ELF file");
  EXPECT_NE(Find(foreign.path())[0].reason.find("another processor"), std::string::npos);
  FakeJdk unknown("");
  unknown.AddLibrary("lib/server/libjvm.so", "x");
  EXPECT_NE(Find(unknown.path())[0].reason.find("release file"), std::string::npos);
}

// With a java in its bin, as /usr has, and named by a file in it.
TEST(Finder, SaysThatAFolderIsNoJdksByTheNameThatWasGiven) {
  const FakeJdk bare("");
  for (const std::string& named : {std::string(bare.path()), std::string(bare.path()) + "/bin/java"}) {
    const Found found = Find(named)[0];
    EXPECT_EQ(found.path, named);
    EXPECT_NE(found.reason.find("it is no JDK's or JRE's folder, as it lacks lib/server/libjvm.so"), std::string::npos)
        << found.reason;
  }
}

TEST(Finder, KnowsTheLayoutOfJava8) {
  FakeJdk eight("1.8.0_392");
  eight.AddLibrary("jre/lib/amd64/server/libjvm.so", "x");
  const Found found = Find(eight.path())[0];
  EXPECT_EQ(found.identifier, "java8");
  EXPECT_EQ(found.version, "8.0.392");
  EXPECT_NE(found.library.find("jre/lib/amd64/server/libjvm.so"), std::string::npos);
}

TEST(Claims, FitHandlerAndPackage) {
  EXPECT_EQ(Claim("a.B::c", "python-only"), TANDEM_CLAIM_SYNTAX);
  EXPECT_EQ(Claim("rules.Classes$Values", "rules"), TANDEM_CLAIM_RESOLVES);
  EXPECT_EQ(Claim("rules.Nope", "rules"), TANDEM_CLAIM_FILES);
  EXPECT_EQ(Claim("pkg.handler", "python-only"), TANDEM_CLAIM_NONE);
  EXPECT_EQ(Claim("com.amazonaws.services.lambda.runtime.events.SQSEvent", "events"), TANDEM_CLAIM_RESOLVES);
  for (const char* odd : {"", ".", "a/b.c", "..a", "a..b", "../rules/Pojo"}) {
    EXPECT_EQ(Claim(odd, "python-only"), TANDEM_CLAIM_NONE) << odd;
  }
}

TEST(Claims, K12AHandlerInALayerIsJavas) {
  const fs::path layer = fs::temp_directory_path() / ("layer-" + std::to_string(getpid()));
  fs::create_directories(layer / "java/lib");
  const std::string event = "com.amazonaws.services.lambda.runtime.events.SQSEvent";
  for (const fs::directory_entry& jar : fs::directory_iterator(JavaRuntime::Package("events") + "/lib")) {
    fs::copy_file(jar.path(), layer / "java/lib" / jar.path().filename());
  }
  const std::string path = layer.string();
  const tandem_string layers[] = {ToAbi(path)};
  const std::string package = JavaRuntime::Package("python-only");
  tandem_claim_request request{};
  request.struct_size = sizeof(request);
  request.handler = ToAbi(event);
  request.code_root = ToAbi(package);
  request.layers = layers;
  request.layers_size = 1;
  EXPECT_EQ(Finder()->claim(&request), TANDEM_CLAIM_RESOLVES);
  const std::string nothing = "rules.Nope";
  request.handler = ToAbi(nothing);
  EXPECT_EQ(Finder()->claim(&request), TANDEM_CLAIM_NONE) << "the layer may be a tool for another language";
  fs::remove_all(layer);
}

TEST(Claims, K07JarsAtTheRootAreJavasFiles) {
  const fs::path root = fs::temp_directory_path() / ("jars-" + std::to_string(getpid()));
  fs::create_directories(root);
  EXPECT_EQ(ClaimIn("a.B", root.string()), TANDEM_CLAIM_NONE);
  std::ofstream(root / "hello.jar") << "whatever it holds";
  EXPECT_EQ(ClaimIn("a.B", root.string()), TANDEM_CLAIM_FILES);
  fs::remove_all(root);
}

TEST(Claims, SurviveMalformedJars) {
  EXPECT_EQ(Claim("some.Class", "malformed"), TANDEM_CLAIM_FILES);
  EXPECT_EQ(Claim("some.Class", "no-such-package"), TANDEM_CLAIM_NONE);
  // Every way to cut a good jar short, and every byte of it changed.
  fs::path root = fs::temp_directory_path() / ("claims-" + std::to_string(getpid()));
  fs::create_directories(root / "lib");
  std::ifstream file(JavaRuntime::Package("malformed") + "/lib/good.jar", std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ASSERT_GT(good.size(), 22u);
  const auto check = [&](const std::string& bytes) {
    std::ofstream(root / "lib/x.jar", std::ios::binary | std::ios::trunc) << bytes;
    return ClaimIn("which", root.string());
  };
  for (size_t size = 0; size < good.size(); ++size) EXPECT_EQ(check(good.substr(0, size)), TANDEM_CLAIM_FILES);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(~changed[at]);
    EXPECT_EQ(check(changed), TANDEM_CLAIM_FILES);
  }
  fs::remove_all(root);
}

}  // namespace
}  // namespace tandem::test
