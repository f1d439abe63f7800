#include "jdk_choice.h"

#include <map>
#include <string>

namespace tandem::java {

std::string JdksFor(int needed, const std::string& loaders, const JdkVariables& variables) {
  if (needed == 0) return {};
  std::map<int, Jdk> usable;  // the first of each version is the one that its identifier chooses
  for (const Jdk& jdk : FindJdks(loaders, variables)) {
    if (jdk.reason.empty() && jdk.major >= needed) usable.emplace(jdk.major, jdk);
  }
  if (usable.empty()) {
    return "; no usable JDK of this machine is that new (tandem runtimes lists them): install one, or compile for the "
           "one that runs";
  }
  std::string found;
  for (const auto& [major, jdk] : usable) found += (found.empty() ? "" : ", ") + jdk.identifier + " (" + jdk.home + ")";
  const Jdk& nearest = usable.begin()->second;
  return "; usable here: " + found + "; choose one with --runtime " + nearest.identifier + " or --java-home " +
         nearest.home + ", or compile for the one that runs";
}

}  // namespace tandem::java
