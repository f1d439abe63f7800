#include "marshal.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "unmarshal.h"

#ifdef __SSE2__
#define TANDEM_READ_AHEAD 1
#include <emmintrin.h>
#else
#define TANDEM_READ_AHEAD 0
#endif

namespace tandem::python {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr size_t kLongestEscape = 12;  // a pair of \uXXXX

bool IsPlain(unsigned char byte, TextMode mode) {
  return byte >= 0x20 && byte != '"' && byte != '\\' && (byte != 0x7F || mode == TextMode::kRaw);
}

char* WriteUnit(unsigned unit, char* to) {
  *to++ = '\\';
  *to++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *to++ = kHex[unit >> shift & 0xF];
  return to;
}

char* WriteEscape(unsigned char byte, char* to) {
  char letter = 0;
  switch (byte) {
    case '"':
      letter = '"';
      break;
    case '\\':
      letter = '\\';
      break;
    case '\n':
      letter = 'n';
      break;
    case '\r':
      letter = 'r';
      break;
    case '\t':
      letter = 't';
      break;
    case '\b':
      letter = 'b';
      break;
    case '\f':
      letter = 'f';
      break;
    default:
      return WriteUnit(byte, to);
  }
  *to++ = '\\';
  *to++ = letter;
  return to;
}

char* WriteUtf8(Py_UCS4 point, char* to) {
  if (point < 0x800) {
    *to++ = static_cast<char>(0xC0 | point >> 6);
  } else {
    if (point < 0x10000) {
      *to++ = static_cast<char>(0xE0 | point >> 12);
    } else {
      *to++ = static_cast<char>(0xF0 | point >> 18);
      *to++ = static_cast<char>(0x80 | (point >> 12 & 0x3F));
    }
    *to++ = static_cast<char>(0x80 | (point >> 6 & 0x3F));
  }
  *to++ = static_cast<char>(0x80 | (point & 0x3F));
  return to;
}

#if TANDEM_READ_AHEAD
// Which of 16 bytes are not plain, as bits.
unsigned Special(__m128i bytes, TextMode mode) {
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  __m128i special = _mm_or_si128(_mm_or_si128(quote, backslash), control);
  if (mode == TextMode::kEscaped) special = _mm_or_si128(special, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
  return static_cast<unsigned>(_mm_movemask_epi8(special));
}

// Whether 16 bytes from here lie in one page, so that reading past an object's end cannot fault.
bool InOnePage(const unsigned char* at) {
  return (reinterpret_cast<uintptr_t>(at) & 0xFFF) <= 0x1000 - 16;
}

// Reading up to 15 bytes past a string's end, within its page, is sound but not what AddressSanitizer accepts.
__attribute__((no_sanitize("address"))) inline __m128i LoadAhead(const unsigned char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// Copies plain bytes and stops at the first one that is not; returns how many. `to` has room for 16 bytes beyond
// `size`.
inline __attribute__((always_inline)) size_t CopyPlain(const unsigned char* from, size_t size, TextMode mode,
                                                       char* to) {
  size_t at = 0;
  for (; at + 16 <= size; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), bytes);
    const unsigned special = Special(bytes, mode);
    if (special != 0) return at + static_cast<size_t>(__builtin_ctz(special));
  }
  if (at < size && InOnePage(from + at)) {
    const __m128i bytes = LoadAhead(from + at);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), bytes);
    const unsigned stop = Special(bytes, mode) | 1u << (size - at);
    return at + static_cast<size_t>(__builtin_ctz(stop));
  }
  for (; at < size && IsPlain(from[at], mode); ++at) to[at] = static_cast<char>(from[at]);
  return at;
}
#else
size_t CopyPlain(const unsigned char* from, size_t size, TextMode mode, char* to) {
  size_t at = 0;
  for (; at < size && IsPlain(from[at], mode); ++at) to[at] = static_cast<char>(from[at]);
  return at;
}
#endif

// Writes one value into a buffer. Between its steps at least kSlack bytes are free, so that what is short is written
// without asking.
template <TextMode kMode>
class Writer {
 public:
  explicit Writer(Buffer& out) : out_(out), at_(out.Reserve(kSlack)), end_(at_ + out.Room()) {}

  bool Write(PyObject* value, size_t depth) {
    PyTypeObject* type = Py_TYPE(value);
    if (type == &PyUnicode_Type) return WriteText(value);
    if (type == &PyLong_Type) return WriteInteger(value);
    if (type == &PyDict_Type) return WriteDict(value, depth);
    if (type == &PyList_Type || type == &PyTuple_Type) return WriteSequence(value, depth);
    if (type == &PyFloat_Type) return WriteNumber(PyFloat_AS_DOUBLE(value));
    if (value == Py_None) return Put("null");
    if (value == Py_True) return Put("true");
    if (value == Py_False) return Put("false");
    return false;
  }

  void Finish() { out_.Advance(at_); }

 private:
  static constexpr size_t kSlack = 128 + kFastDepth;  // sequences in one another begin without asking

  void Need(size_t size) {
    if (__builtin_expect(static_cast<size_t>(end_ - at_) < size + kSlack, 0)) Grow(size);
  }

  __attribute__((noinline)) void Grow(size_t size) {
    out_.Advance(at_);
    at_ = out_.Reserve(size + kSlack);
    end_ = at_ + out_.Room();
  }

  // A literal, within the slack.
  template <size_t kSize>
  bool Put(const char (&text)[kSize]) {
    std::memcpy(at_, text, kSize - 1);
    at_ += kSize - 1;
    Need(0);
    return true;
  }

  bool WriteInteger(PyObject* value) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0) return false;
    at_ = std::to_chars(at_, at_ + 24, number).ptr;
    Need(0);
    return true;
  }

  bool WriteNumber(double number) {
    if (std::isnan(number)) return Put("NaN");
    if (std::isinf(number)) return number > 0 ? Put("Infinity") : Put("-Infinity");
    at_ = WriteFloat(number, at_);
    Need(0);
    return true;
  }

  bool WriteSequence(PyObject* value, size_t depth) {
    if (depth == 0) return false;
    PyObject** items = PySequence_Fast_ITEMS(value);
    const Py_ssize_t size = PySequence_Fast_GET_SIZE(value);
    *at_++ = '[';
    for (Py_ssize_t index = 0; index < size; ++index) {
      if (index != 0) PutPair(',', ' ');
      if (!Write(items[index], depth - 1)) return false;
    }
    return Put("]");
  }

  bool WriteDict(PyObject* value, size_t depth) {
    if (depth == 0) return false;
    Py_ssize_t position = 0;
    PyObject* key = nullptr;
    PyObject* member = nullptr;
    *at_++ = '{';
    const Py_ssize_t size = PyDict_GET_SIZE(value);
    for (Py_ssize_t index = 0; index < size && PyDict_Next(value, &position, &key, &member) != 0; ++index) {
      if (index != 0) PutPair(',', ' ');
      if (!PyUnicode_CheckExact(key) || !WriteText(key)) [[unlikely]]
        return false;
      PutPair(':', ' ');
      if (!Write(member, depth - 1)) return false;
    }
    return Put("}");
  }

  void PutPair(char left, char right) {
    at_[0] = left;
    at_[1] = right;
    at_ += 2;
  }

  bool WriteText(PyObject* text) {
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(text) < 0) {
      PyErr_Clear();
      return false;
    }
#endif
    const auto size = static_cast<size_t>(PyUnicode_GET_LENGTH(text));
    if (PyUnicode_IS_ASCII(text)) return WriteAscii(PyUnicode_1BYTE_DATA(text), size);
    switch (PyUnicode_KIND(text)) {
      case PyUnicode_1BYTE_KIND:
        return WriteWide(PyUnicode_1BYTE_DATA(text), size);
      case PyUnicode_2BYTE_KIND:
        return WriteWide(PyUnicode_2BYTE_DATA(text), size);
      default:
        return WriteWide(PyUnicode_4BYTE_DATA(text), size);
    }
  }

  bool WriteAscii(const unsigned char* text, size_t size) {
    Need(size + 2);
    *at_++ = '"';
    while (true) {
      const size_t plain = CopyPlain(text, size, kMode, at_);
      at_ += plain;
      if (plain == size) break;
      text += plain;
      size -= plain + 1;
      at_ = WriteEscape(*text++, at_);
      Need(size + 1);
    }
    *at_++ = '"';
    return true;
  }

  // False at a lone surrogate that raw UTF-8 cannot hold.
  template <typename Unit>
  bool WriteWide(const Unit* text, size_t size) {
    constexpr size_t kRun = 32;
    *at_++ = '"';
    for (size_t start = 0; start < size; start += kRun) {
      Need(kRun * kLongestEscape);
      const size_t stop = size - start < kRun ? size : start + kRun;
      for (size_t index = start; index < stop; ++index) {
        if (!WritePoint(text[index])) return false;
      }
    }
    return Put("\"");
  }

  bool WritePoint(Py_UCS4 point) {
    if (point < 0x80) {
      const auto byte = static_cast<unsigned char>(point);
      if (IsPlain(byte, kMode)) {
        *at_++ = static_cast<char>(byte);
      } else {
        at_ = WriteEscape(byte, at_);
      }
    } else if (kMode == TextMode::kRaw) {
      if (point >= 0xD800 && point <= 0xDFFF) return false;
      at_ = WriteUtf8(point, at_);
    } else if (point < 0x10000) {
      at_ = WriteUnit(point, at_);
    } else {
      at_ = WriteUnit(0xD800 | (point - 0x10000) >> 10, at_);
      at_ = WriteUnit(0xDC00 | (point & 0x3FF), at_);
    }
    return true;
  }

  Buffer& out_;
  char* at_;
  char* end_;
};

template <TextMode kMode>
bool WriteWith(PyObject* value, Buffer& out) {
  Writer<kMode> writer(out);
  const bool written = writer.Write(value, kFastDepth);
  writer.Finish();
  return written;
}

}  // namespace

namespace {

// Writes a float whose shortest digits are a whole number of millionths below 10^15; NULL: it is none.
//
// `whole / 10^6` is rounded correctly, so equality says that this decimal reads back as `value`; and of the decimals
// with up to 15 digits no two read back as the same float, so that it is, without its trailing zeros, the shortest one.
char* WriteMillionths(double value, char* to) {
  const bool in_range = value >= 1e-4 && value < 1e9;
  if (!in_range) return nullptr;
  constexpr double kHalf = 0.5;
  const auto whole = static_cast<double>(static_cast<uint64_t>(value * 1e6 + kHalf));
  if (whole / 1e6 != value) return nullptr;
  const auto millionths = static_cast<uint64_t>(whole);
  to = std::to_chars(to, to + 16, millionths / 1000000).ptr;
  auto fraction = static_cast<uint32_t>(millionths % 1000000);
  *to++ = '.';
  uint32_t unit = 100000;
  do {
    *to++ = static_cast<char>('0' + fraction / unit);
    fraction %= unit;
    unit /= 10;
  } while (fraction != 0);
  return to;
}

}  // namespace

char* WriteFloat(double value, char* to) {
  if (std::signbit(value)) {
    *to++ = '-';
    value = -value;
  }
  if (char* end_of_short = WriteMillionths(value, to)) return end_of_short;
  // "d.ddde+XX": the shortest digits that read back, as CPython's own repr finds them.
  char shortest[32];
  const char* end = std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
  char digits[24];
  size_t count = 0;
  const char* at = shortest;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits[count++] = *at;
  }
  int exponent = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
  if (exponent < -4 || exponent >= 16) {
    *to++ = digits[0];
    if (count > 1) {
      *to++ = '.';
      std::memcpy(to, digits + 1, count - 1);
      to += count - 1;
    }
    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    const int magnitude = exponent < 0 ? -exponent : exponent;
    if (magnitude < 10) *to++ = '0';
    return std::to_chars(to, to + 8, magnitude).ptr;
  }
  if (exponent < 0) {
    *to++ = '0';
    *to++ = '.';
    for (int zero = -1; zero > exponent; --zero) *to++ = '0';
    std::memcpy(to, digits, count);
    return to + count;
  }
  const size_t whole = static_cast<size_t>(exponent) + 1;
  for (size_t digit = 0; digit < whole; ++digit) *to++ = digit < count ? digits[digit] : '0';
  *to++ = '.';
  if (count <= whole) {
    *to++ = '0';
    return to;
  }
  std::memcpy(to, digits + whole, count - whole);
  return to + (count - whole);
}

bool WriteFast(PyObject* value, TextMode mode, Buffer& out) {
  return mode == TextMode::kRaw ? WriteWith<TextMode::kRaw>(value, out) : WriteWith<TextMode::kEscaped>(value, out);
}

}  // namespace tandem::python
