#ifndef TANDEM_JAVA_BRIDGE_JDK_CHOICE_H_
#define TANDEM_JAVA_BRIDGE_JDK_CHOICE_H_

#include <string>

#include "jdk_probe.h"

namespace tandem::java {

// What follows a hint which says that classes need a JDK of this version or a newer one: which of this machine's would
// do, and how to choose one. `loaders` is the folder of the loaders. Empty for 0.
std::string JdksFor(int needed, const std::string& loaders, const JdkVariables& variables);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JDK_CHOICE_H_
