#include "memory_options.h"

#include <algorithm>

namespace tandem::java {
namespace {

constexpr int64_t kBesideHeapMb = 48;  // the VM's own, classes, compiled code, stacks
constexpr int64_t kLeastHeapMb = 16;
constexpr int64_t kMostHeapPercent = 85;
constexpr int64_t kCompiledWellFromMb = 512;  // the second compiler takes some tens of MiB while it works

int64_t HeapMb(int64_t memory_mb) {
  return std::max(kLeastHeapMb, std::min(memory_mb - kBesideHeapMb, memory_mb * kMostHeapPercent / 100));
}

// A second collector would fail the VM's start.
bool NamesCollector(const std::string& option) {
  return option.starts_with("-XX:+Use") && option.ends_with("GC");
}

}  // namespace

std::vector<std::string> MemoryOptions(int64_t memory_mb, const std::vector<std::string>& others) {
  if (memory_mb <= 0) return {};
  std::vector<std::string> options = {"-Xmx" + std::to_string(HeapMb(memory_mb)) + "m"};
  if (std::none_of(others.begin(), others.end(), NamesCollector)) options.emplace_back("-XX:+UseSerialGC");
  if (memory_mb < kCompiledWellFromMb) options.emplace_back("-XX:TieredStopAtLevel=1");
  return options;
}

}  // namespace tandem::java
