#include "tandem/log.h"

namespace tandem {

void AppendLogTail(std::string& tail, std::string_view text) {
  if (text.size() > kLogTailBytes) text.remove_prefix(text.size() - kLogTailBytes);
  tail += text;
  if (tail.size() > kLogTailBytes) tail.erase(0, tail.size() - kLogTailBytes);
}

void AppendLogTailLine(std::string& tail, std::string_view line) {
  if (!tail.empty() && !tail.ends_with('\n')) AppendLogTail(tail, "\n");
  AppendLogTail(tail, line);
}

}  // namespace tandem
