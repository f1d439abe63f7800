// The str objects of the keys that events of one interpreter repeat.
#ifndef TANDEM_PYTHON_KEY_CACHE_H_
#define TANDEM_PYTHON_KEY_CACHE_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "python.h"

namespace tandem::python {

// A direct-mapped table of short ASCII strings whose hashes are computed.
// Threads: with the GIL of its interpreter. Owns: one reference to each string in it. Lifetime: as its interpreter, which
// is never ended.
class KeyCache {
 public:
  static constexpr size_t kLongest = 64;

  // A new reference to the str of `text`, which is ASCII and not longer than kLongest; NULL with the error indicator set.
  PyObject* Get(const char* text, size_t size) {
    PyObject*& slot = slots_[Slot(text, size)];
    if (slot != nullptr && static_cast<size_t>(PyUnicode_GET_LENGTH(slot)) == size &&
        std::memcmp(PyUnicode_1BYTE_DATA(slot), text, size) == 0) {
      Py_INCREF(slot);
      return slot;
    }
    PyObject* made = PyUnicode_New(static_cast<Py_ssize_t>(size), 127);
    if (made == nullptr) return nullptr;
    std::memcpy(PyUnicode_1BYTE_DATA(made), text, size);
    if (PyObject_Hash(made) == -1) {
      Py_DECREF(made);
      return nullptr;
    }
    Py_INCREF(made);
    Py_XSETREF(slot, made);
    return made;
  }

 private:
  static constexpr size_t kSlots = 2048;

  static size_t Slot(const char* text, size_t size) {
    uint64_t first = 0;
    uint64_t last = 0;
    if (size >= 8) {
      std::memcpy(&first, text, 8);
      std::memcpy(&last, text + size - 8, 8);
    } else {
      std::memcpy(&first, text, size);
    }
    const uint64_t mixed = (first ^ (last * 0x9E3779B97F4A7C15u) ^ (size << 56)) * 0xD6E8FEB86659FD93u;
    return static_cast<size_t>(mixed >> 53);
  }

  std::array<PyObject*, kSlots> slots_{};
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_KEY_CACHE_H_
