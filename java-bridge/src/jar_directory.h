#ifndef TANDEM_JAVA_BRIDGE_JAR_DIRECTORY_H_
#define TANDEM_JAVA_BRIDGE_JAR_DIRECTORY_H_

#include <string>
#include <string_view>

namespace tandem::java {

// Whether a jar's central directory names an entry. A file that is no readable jar holds nothing: whoever opens it for
// real says why.
bool JarHolds(const std::string& jar, std::string_view entry);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JAR_DIRECTORY_H_
