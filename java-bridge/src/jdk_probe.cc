#include "jdk_probe.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace tandem::java {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestMajor = 8;
constexpr char kJavaHome[] = "JAVA_HOME";
constexpr char kNoJdk[] =
    "it is no JDK's or JRE's folder, as it lacks lib/server/libjvm.so (in Java 8 jre/lib/amd64/server/libjvm.so) and a "
    "release file; name a JDK's home, the folder that holds bin/java and these";

#ifdef __x86_64__
constexpr uint16_t kMachine = EM_X86_64;
constexpr char kMachineName[] = "x86-64";
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
constexpr char kMachineName[] = "aarch64";
#else
#error "unknown processor architecture"
#endif

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The value of KEY="value" in a `release` file.
std::string ReleaseValue(const fs::path& home, const std::string& key) {
  std::ifstream file(home / "release");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size() + 1, key + "=") != 0) continue;
    std::string value = line.substr(key.size() + 1);
    value.erase(std::remove_if(value.begin(), value.end(), [](char c) { return c == '"' || c == '\r'; }), value.end());
    return value;
  }
  return std::string();
}

// The version in the form that counts from 8 on: 1.8.0_392 is 8.0.392.
std::string Normalize(const std::string& version) {
  std::string text = version.starts_with("1.") ? version.substr(2) : version;
  std::replace(text.begin(), text.end(), '_', '.');
  return text;
}

std::vector<long> Numbers(const std::string& version) {
  std::vector<long> numbers;
  std::stringstream parts(version);
  for (std::string part; std::getline(parts, part, '.');) numbers.push_back(strtol(part.c_str(), nullptr, 10));
  return numbers;
}

fs::path FindLibrary(const fs::path& home) {
  static constexpr const char* kPlaces[] = {
      "lib/server",         "jre/lib/amd64/server", "lib/amd64/server", "jre/lib/aarch64/server",
      "lib/aarch64/server", "lib/minimal",          "lib/client"};
  for (const char* place : kPlaces) {
    fs::path library = home / place / "libjvm.so";
    if (IsFile(library)) return library;
  }
  return fs::path();
}

bool MatchesMachine(const fs::path& library) {
  Elf64_Ehdr header{};
  std::ifstream file(library, std::ios::binary);
  file.read(reinterpret_cast<char*>(&header), sizeof(header));
  return file.gcount() == static_cast<std::streamsize>(sizeof(header)) && header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_machine == kMachine;
}

std::string VersionOf(const fs::path& home) {
  std::string version = ReleaseValue(home, "JAVA_VERSION");
  if (version.empty() && (IsFile(home / "lib/rt.jar") || IsFile(home / "jre/lib/rt.jar"))) version = "1.8.0";
  return Normalize(version);
}

bool IsReadable(const fs::path& path) {
  std::error_code error;
  return access(path.c_str(), R_OK) == 0 && fs::file_size(path, error) > 0 && !error;
}

// What of the class library is missing, without which the VM ends the process while it starts; empty: nothing.
std::string MissingPart(const fs::path& home) {
  std::error_code error;
  if (fs::is_directory(home / "modules/java.base", error)) return std::string();  // a JDK's own build tree
  if (IsReadable(home / "lib/rt.jar") || IsReadable(home / "jre/lib/rt.jar")) return std::string();
  for (const char* part : {"lib/modules", "lib/libjimage.so"}) {
    if (!IsReadable(home / part)) return part;
  }
  return std::string();
}

// What a folder has of a JDK beside a program called java, as /usr has one.
bool IsJdk(const Jdk& jdk) {
  return !jdk.version.empty() || !jdk.library.empty();
}

std::string ReasonAgainst(const Jdk& jdk) {
  if (!IsJdk(jdk)) return kNoJdk;
  if (jdk.version.empty()) return "its version is unknown, as there is no release file; install this JDK again";
  if (jdk.major < kOldestMajor) return "too old: Java 8 is the oldest that serves; install a newer JDK";
  if (jdk.library.empty()) return "it has no libjvm.so; install the full JDK or JRE package";
  if (!MatchesMachine(jdk.library)) {
    return std::string("it is built for another processor; install a JDK for ") + kMachineName;
  }
  const std::string missing = MissingPart(jdk.home);
  if (!missing.empty()) return "it is not complete: " + missing + " cannot be read; install this JDK again";
  return std::string();
}

// The home of a `java` or `javac`, without the jre folder that lies inside a JDK 8.
fs::path HomeOf(const fs::path& tool) {
  fs::path home = tool.parent_path().parent_path();
  if (home.filename() == "jre" && IsFile(home.parent_path() / "bin/java")) home = home.parent_path();
  return home;
}

// Collects each JDK once.
class Collector {
 public:
  void Add(const fs::path& home, const std::string& origin) {
    std::optional<Jdk> jdk = ProbeJdk(home.string(), origin);
    if (jdk && seen_.insert(jdk->home).second) found_.push_back(*std::move(jdk));
  }

  void AddTool(const fs::path& tool, const std::string& origin) {
    std::error_code error;
    const fs::path real = fs::canonical(tool, error);
    if (!error) Add(HomeOf(real), origin);
  }

  void AddChildren(const fs::path& directory) {
    std::error_code error;
    std::vector<fs::path> children;
    for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
      children.push_back(it->path());
    }
    std::sort(children.begin(), children.end());
    for (const fs::path& child : children) Add(child, directory.string());
  }

  std::vector<Jdk> Take() { return std::move(found_); }

 private:
  std::set<std::string> seen_;
  std::vector<Jdk> found_;
};

std::vector<Jdk> NamedJdks(const std::string& homes) {
  std::vector<Jdk> found;
  std::stringstream rest(homes);
  for (std::string home; std::getline(rest, home, ':');) found.push_back(ProbeNamed(home));
  return found;
}

bool Preferred(const Jdk& a, const Jdk& b) {
  if (a.major != b.major) return a.major > b.major;
  const bool a_home = a.origin == kJavaHome;
  const bool b_home = b.origin == kJavaHome;
  if (a_home != b_home) return a_home;
  return Numbers(a.version) > Numbers(b.version);
}

}  // namespace

std::optional<Jdk> ProbeJdk(const std::string& home, const std::string& origin) {
  std::error_code error;
  const fs::path real = fs::canonical(home, error);
  if (error || !fs::is_directory(real, error)) return std::nullopt;
  const fs::path library = FindLibrary(real);
  const bool has_java = IsFile(real / "bin/java") || IsFile(real / "jre/bin/java");
  if (library.empty() && !has_java) return std::nullopt;
  Jdk jdk;
  jdk.home = real.string();
  jdk.origin = origin;
  jdk.library = library.string();
  jdk.version = VersionOf(real);
  jdk.major = jdk.version.empty() ? 0 : static_cast<int>(Numbers(jdk.version).front());
  jdk.identifier = jdk.version.empty() ? "java" : "java" + std::to_string(jdk.major);
  jdk.reason = ReasonAgainst(jdk);
  return jdk;
}

Jdk ProbeNamed(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  std::optional<Jdk> jdk;
  if (!error) jdk = ProbeJdk(fs::is_regular_file(real, error) ? HomeOf(real).string() : real.string(), "named");
  if (jdk && IsJdk(*jdk)) return *std::move(jdk);
  Jdk none;
  none.identifier = "java";
  none.home = path;
  none.origin = "named";
  none.reason = real.empty() ? "there is no such folder; name a JDK's home, the folder that holds bin/java" : kNoJdk;
  return none;
}

JdkVariables JdkVariables::OfThisProcess() {
  return {.java_home = Environment(kJavaHome), .path = Environment("PATH"), .home = Environment("HOME")};
}

std::vector<Jdk> FindJdks(const std::string& loaders, const JdkVariables& variables) {
  if (variables.homes) return NamedJdks(*variables.homes);
  Collector collector;
  if (!variables.java_home.empty()) collector.Add(variables.java_home, kJavaHome);
  std::stringstream path(variables.path);
  for (std::string directory; std::getline(path, directory, ':');) {
    if (directory.empty()) continue;
    collector.AddTool(fs::path(directory) / "java", "PATH");
    collector.AddTool(fs::path(directory) / "javac", "PATH");
  }
  for (const char* directory : {"/usr/lib/jvm", "/usr/java", "/opt"}) collector.AddChildren(directory);
  if (!variables.home.empty()) {
    collector.AddChildren(fs::path(variables.home) / ".sdkman/candidates/java");
    collector.AddChildren(fs::path(variables.home) / ".jdks");
  }
  std::ifstream record(fs::path(loaders) / "java.built-with");
  std::string built_with;
  if (std::getline(record, built_with)) collector.Add(built_with, "build");
  std::vector<Jdk> found = collector.Take();
  std::stable_sort(found.begin(), found.end(), Preferred);
  return found;
}

}  // namespace tandem::java
