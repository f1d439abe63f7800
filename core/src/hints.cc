#include "hints.h"

#include <algorithm>

namespace tandem {
namespace {

// What a hint quotes may hold line breaks and escape sequences.
bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

std::string Hints::Take(std::string_view hint) {
  std::string line = "tandem: hint: " + std::string(hint);
  std::replace_if(line.begin(), line.end(), IsControl, ' ');
  line += '\n';
  if (said_.size() >= kMost || std::find(said_.begin(), said_.end(), line) != said_.end()) return {};
  said_.push_back(line);
  return line;
}

}  // namespace tandem
