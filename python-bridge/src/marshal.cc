#include "marshal.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "unmarshal.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tandem::python {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr size_t kLongestEscape = 12; // a pair of \uXXXX

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
    case '"': letter = '"'; break;
    case '\\': letter = '\\'; break;
    case '\n': letter = 'n'; break;
    case '\r': letter = 'r'; break;
    case '\t': letter = 't'; break;
    case '\b': letter = 'b'; break;
    case '\f': letter = 'f'; break;
    default: return WriteUnit(byte, to);
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

// Copies plain bytes and stops at the first one that is not; returns how many. `to` has room for 15 bytes beyond them.
#if defined(__SSE2__)
size_t CopyPlain(const unsigned char* from, size_t size, TextMode mode, char* to) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i del = _mm_set1_epi8(mode == TextMode::kEscaped ? 0x7F : '"');
  size_t at = 0;
  for (; at + 16 <= size; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), bytes);
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                                         _mm_or_si128(control, _mm_cmpeq_epi8(bytes, del)));
    const unsigned mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0) return at + static_cast<size_t>(__builtin_ctz(mask));
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

void WriteAscii(const unsigned char* text, size_t size, TextMode mode, Buffer& out) {
  char* to = out.Reserve(size + 2 + 16);
  *to++ = '"';
  while (true) {
    const size_t plain = CopyPlain(text, size, mode, to);
    to += plain;
    text += plain;
    size -= plain;
    if (size == 0) break;
    to = WriteEscape(*text++, to);
    --size;
    out.Advance(to);
    to = out.Reserve(size + 1 + 16);
  }
  *to++ = '"';
  out.Advance(to);
}

// False at a lone surrogate that raw UTF-8 cannot hold.
template <typename Unit>
bool WriteWide(const Unit* text, size_t size, TextMode mode, Buffer& out) {
  constexpr size_t kRun = 64;
  out.Append("\"", 1);
  for (size_t start = 0; start < size; start += kRun) {
    char* to = out.Reserve(kRun * kLongestEscape);
    const size_t end = size - start < kRun ? size : start + kRun;
    for (size_t at = start; at < end; ++at) {
      const Py_UCS4 point = text[at];
      if (point < 0x80) {
        const unsigned char byte = static_cast<unsigned char>(point);
        if (IsPlain(byte, mode)) {
          *to++ = static_cast<char>(byte);
        } else {
          to = WriteEscape(byte, to);
        }
      } else if (mode == TextMode::kRaw) {
        if (point >= 0xD800 && point <= 0xDFFF) return false;
        to = WriteUtf8(point, to);
      } else if (point < 0x10000) {
        to = WriteUnit(point, to);
      } else {
        to = WriteUnit(0xD800 | (point - 0x10000) >> 10, to);
        to = WriteUnit(0xDC00 | (point & 0x3FF), to);
      }
    }
    out.Advance(to);
  }
  out.Append("\"", 1);
  return true;
}

bool WriteText(PyObject* text, TextMode mode, Buffer& out) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(text) < 0) {
    PyErr_Clear();
    return false;
  }
#endif
  const size_t size = static_cast<size_t>(PyUnicode_GET_LENGTH(text));
  if (PyUnicode_IS_ASCII(text)) {
    WriteAscii(PyUnicode_1BYTE_DATA(text), size, mode, out);
    return true;
  }
  switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND: return WriteWide(PyUnicode_1BYTE_DATA(text), size, mode, out);
    case PyUnicode_2BYTE_KIND: return WriteWide(PyUnicode_2BYTE_DATA(text), size, mode, out);
    default: return WriteWide(PyUnicode_4BYTE_DATA(text), size, mode, out);
  }
}

bool WriteInteger(PyObject* value, Buffer& out) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow != 0) return false;
  char* to = out.Reserve(24);
  out.Advance(std::to_chars(to, to + 24, number).ptr);
  return true;
}

bool WriteNumber(PyObject* value, Buffer& out) {
  const double number = PyFloat_AS_DOUBLE(value);
  if (std::isnan(number)) {
    out.Append("NaN", 3);
  } else if (std::isinf(number)) {
    number > 0 ? out.Append("Infinity", 8) : out.Append("-Infinity", 9);
  } else {
    out.Advance(WriteFloat(number, out.Reserve(32)));
  }
  return true;
}

bool Write(PyObject* value, TextMode mode, size_t depth, Buffer& out);

bool WriteItem(PyObject* value, TextMode mode, size_t depth, bool first, Buffer& out) {
  if (!first) out.Append(", ", 2);
  return Write(value, mode, depth, out);
}

bool WriteSequence(PyObject* value, TextMode mode, size_t depth, Buffer& out) {
  if (depth == 0) return false;
  PyObject** items = PySequence_Fast_ITEMS(value);
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(value);
  out.Append("[", 1);
  for (Py_ssize_t at = 0; at < size; ++at) {
    if (!WriteItem(items[at], mode, depth - 1, at == 0, out)) return false;
  }
  out.Append("]", 1);
  return true;
}

bool WriteDict(PyObject* value, TextMode mode, size_t depth, Buffer& out) {
  if (depth == 0) return false;
  out.Append("{", 1);
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* member = nullptr;
  bool first = true;
  while (PyDict_Next(value, &position, &key, &member)) {
    if (!PyUnicode_CheckExact(key) || !WriteItem(key, mode, depth, first, out)) return false;
    out.Append(": ", 2);
    if (!Write(member, mode, depth - 1, out)) return false;
    first = false;
  }
  out.Append("}", 1);
  return true;
}

bool Write(PyObject* value, TextMode mode, size_t depth, Buffer& out) {
  PyTypeObject* type = Py_TYPE(value);
  if (type == &PyUnicode_Type) return WriteText(value, mode, out);
  if (type == &PyLong_Type) return WriteInteger(value, out);
  if (type == &PyDict_Type) return WriteDict(value, mode, depth, out);
  if (type == &PyList_Type || type == &PyTuple_Type) return WriteSequence(value, mode, depth, out);
  if (type == &PyFloat_Type) return WriteNumber(value, out);
  if (value == Py_None) return out.Append("null", 4), true;
  if (value == Py_True) return out.Append("true", 4), true;
  if (value == Py_False) return out.Append("false", 5), true;
  return false;
}

}  // namespace

char* WriteFloat(double value, char* to) {
  if (std::signbit(value)) {
    *to++ = '-';
    value = -value;
  }
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

bool WriteFast(PyObject* value, TextMode mode, Buffer& out) { return Write(value, mode, kFastDepth, out); }

}  // namespace tandem::python
