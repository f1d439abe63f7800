// Copying texts, most of which are too short to be worth a call.
#ifndef TANDEM_PYTHON_TEXT_COPY_H_
#define TANDEM_PYTHON_TEXT_COPY_H_

#include <cstddef>
#include <cstring>

namespace tandem::python {

inline void CopyText(unsigned char* to, const char* from, size_t size) {
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    for (size_t at = 0; at < size; ++at) to[at] = static_cast<unsigned char>(from[at]);
  }
}

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_TEXT_COPY_H_
