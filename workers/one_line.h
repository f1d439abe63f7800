// A text of another process's as a part of one line.
#ifndef TANDEM_WORKERS_ONE_LINE_H_
#define TANDEM_WORKERS_ONE_LINE_H_

#include <algorithm>
#include <string>

namespace tandem::workers {

// With a space for each control character.
inline std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return text;
}

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_ONE_LINE_H_
