#ifndef TANDEM_JAVA_BRIDGE_JDK_PROBE_H_
#define TANDEM_JAVA_BRIDGE_JDK_PROBE_H_

#include <optional>
#include <string>
#include <vector>

namespace tandem::java {

// An option of the language's: the homes of the only JDKs that serve, with colons between, in the order of preference
// within one version.
inline constexpr char kJdkHomesKey[] = "java.homes";

// One JDK or JRE, as its files describe it.
struct Jdk {
  std::string identifier;  // "java17"
  std::string version;     // "17.0.15"
  std::string home;        // the real path
  std::string library;     // libjvm.so; empty: none found
  std::string origin;
  std::string reason;  // why it cannot be used; empty: usable
  int major = 0;
};

// Reads a folder; nothing when it is no JDK or JRE at all.
std::optional<Jdk> ProbeJdk(const std::string& home, const std::string& origin);

// What a user named: a home, or its bin/java. Always answers, with a reason when it is nothing usable.
Jdk ProbeNamed(const std::string& path);

// The variables that tell where JDKs are.
struct JdkVariables {
  std::string java_home;
  std::string path;
  std::string home;  // the user's
  // Of an option, kJdkHomesKey: where it is there, nothing else is looked at.
  std::optional<std::string> homes = std::nullopt;

  static JdkVariables OfThisProcess();
};

// All that this machine has, each once, newest first; within a version JAVA_HOME's first. What the loader in the folder
// `loaders` was built with is the last place to look. Those of `homes` come as they are there, also unusable ones.
std::vector<Jdk> FindJdks(const std::string& loaders, const JdkVariables& variables);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JDK_PROBE_H_
