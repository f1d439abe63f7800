// The str objects of the keys that events of one interpreter repeat.
#ifndef TANDEM_PYTHON_KEY_CACHE_H_
#define TANDEM_PYTHON_KEY_CACHE_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "python.h"

namespace tandem::python {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "Ends takes the first bytes of a text as the low ones");

// A table of short ASCII strings, four to a place, whose hashes are computed.
// Threads: with the GIL of its interpreter. Owns: one reference to each string in it. Lifetime: as its interpreter,
// which is never ended.
class KeyCache {
 public:
  static constexpr size_t kLongest = 64;

  // A new reference to the str of `text`, which is ASCII, not longer than kLongest, and followed by at least 8 readable
  // bytes; NULL with the error indicator set.
  PyObject* Get(const char* text, size_t size) {
    const Ends ends = EndsOf(text, size);
    Set& set = sets_[ends.Hash(size)];
    for (const Slot& slot : set.slots) {
      if (slot.Holds(ends, text, size)) {
        Py_INCREF(slot.key);
        return slot.key;
      }
    }
    return Fill(set.slots[set.next++ % kWays], ends, text, size);
  }

 private:
  static constexpr size_t kBits = 9;
  static constexpr size_t kWays = 4;
  // A handler's own literals are interned, and a dict finds the same object without comparing texts. The interpreter
  // may keep what is interned for ever, hence not every key that events come up with.
  static constexpr size_t kMostInterned = 4096;

  // The first and the last 8 bytes; of a shorter text the first holds all.
  struct Ends {
    uint64_t first = 0;
    uint64_t last = 0;

    size_t Hash(size_t size) const {
      const uint64_t mixed = (first ^ (last * 0x9E3779B97F4A7C15u) ^ size) * 0xD6E8FEB86659FD93u;
      return static_cast<size_t>(mixed >> (64 - kBits));
    }
  };

  struct Slot {
    PyObject* key = nullptr;
    size_t size = SIZE_MAX;
    Ends ends;

    bool Holds(const Ends& other, const char* text, size_t other_size) const {
      return size == other_size && ends.first == other.first && ends.last == other.last &&
             (size <= 16 || std::memcmp(PyUnicode_1BYTE_DATA(key), text, size) == 0);
    }
  };

  struct Set {
    std::array<Slot, kWays> slots;
    size_t next = 0;  // the slot that gives way to a new key
  };

  static Ends EndsOf(const char* text, size_t size) {
    Ends ends;
    std::memcpy(&ends.first, text, 8);
    if (size >= 8) {
      std::memcpy(&ends.last, text + size - 8, 8);
    } else {
      ends.first &= (uint64_t{1} << (8 * size)) - 1;
    }
    return ends;
  }

  __attribute__((noinline)) PyObject* Fill(Slot& slot, const Ends& ends, const char* text, size_t size) {
    PyObject* made = PyUnicode_New(static_cast<Py_ssize_t>(size), 127);
    if (made == nullptr) return nullptr;
    if (size != 0) std::memcpy(PyUnicode_1BYTE_DATA(made), text, size);
    if (interned_ < kMostInterned) {
      ++interned_;
      PyUnicode_InternInPlace(&made);  // computes the hash as well
    } else if (PyObject_Hash(made) == -1) {
      Py_DECREF(made);
      return nullptr;
    }
    Py_INCREF(made);
    Py_XDECREF(slot.key);
    slot = {made, size, ends};
    return made;
  }

  std::array<Set, size_t{1} << kBits> sets_{};
  size_t interned_ = 0;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_KEY_CACHE_H_
