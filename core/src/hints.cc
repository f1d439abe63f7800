#include "hints.h"

#include <algorithm>

namespace tandem {
namespace {

constexpr std::string_view kStart = "tandem: hint: ";

// What a hint quotes may hold line breaks and escape sequences.
bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

std::string Hints::Take(std::string_view hint) {
  std::string line(kStart);
  line += hint;
  std::replace_if(line.begin(), line.end(), IsControl, ' ');
  line += '\n';
  if (said_.size() >= kMost || std::find(said_.begin(), said_.end(), line) != said_.end()) return {};
  said_.push_back(line);
  return line;
}

std::string Hints::TakeLine(std::string_view line) {
  if (line.starts_with(kStart)) line.remove_prefix(kStart.size());
  if (line.ends_with('\n')) line.remove_suffix(1);
  return Take(line);
}

}  // namespace tandem
