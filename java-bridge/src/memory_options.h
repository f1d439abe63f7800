#ifndef TANDEM_JAVA_BRIDGE_MEMORY_OPTIONS_H_
#define TANDEM_JAVA_BRIDGE_MEMORY_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::java {

// Options by which a JVM fits into `memory_mb` MiB, as docs/isolation.md has them; `others` are the options behind
// them, which go first where they say otherwise. None where `memory_mb` is 0.
std::vector<std::string> MemoryOptions(int64_t memory_mb, const std::vector<std::string>& others);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_MEMORY_OPTIONS_H_
