#include "plain_json.h"

#include <cstring>

#include "text_copy.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tandem::python {
namespace {

constexpr int kDepth = 32;
constexpr int kDigits = 18;  // of which every number fits a long long

// Reads one text. Every step that gives NULL ends the reading.
class Reader {
 public:
  Reader(KeyCache& keys, const uint8_t* data, size_t size) : keys_(keys), at_(data), end_(data + size) {}

  PyObject* Read() {
    PyObject* value = Value(0);
    if (value == nullptr || Next() == kEnd) return value;
    Py_DECREF(value);
    return nullptr;
  }

 private:
  static constexpr int kEnd = -1;

  // The next byte that is not white space, or kEnd; it stays to be read.
  int Next() {
    for (; at_ < end_; ++at_) {
      const uint8_t byte = *at_;
      if (byte > ' ' || (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t')) return byte;
    }
    return kEnd;
  }

  // Most values are texts, which need no further call.
  PyObject* Value(int depth) {
    const int first = Next();
    return first == '"' ? Text() : OtherValue(first, depth);
  }

  __attribute__((noinline)) PyObject* OtherValue(int first, int depth) {
    switch (first) {
      case '{':
        return depth < kDepth ? Dict(depth + 1) : nullptr;
      case '[':
        return depth < kDepth ? List(depth + 1) : nullptr;
      case 't':
        return Literal("true", 4, Py_True);
      case 'f':
        return Literal("false", 5, Py_False);
      case 'n':
        return Literal("null", 4, Py_None);
      default:
        return first == '-' || (first >= '0' && first <= '9') ? Integer() : nullptr;
    }
  }

  // The padding behind the text is no part of any literal.
  PyObject* Literal(const char* name, size_t size, PyObject* value) {
    if (std::memcmp(at_, name, size) != 0 || at_ + size > end_) return nullptr;
    at_ += size;
    Py_INCREF(value);
    return value;
  }

  PyObject* Integer() {
    const uint8_t* at = at_;
    const bool negative = *at == '-';
    if (negative) ++at;
    const uint8_t* first = at;
    unsigned long long number = 0;  // one digit more than fits is read before it is refused
    while (at < end_ && *at >= '0' && *at <= '9' && at - first <= kDigits) {
      number = number * 10 + static_cast<unsigned>(*at++ - '0');
    }
    const auto digits = at - first;
    if (digits == 0 || digits > kDigits || (digits > 1 && *first == '0')) return nullptr;
    if (at < end_ && (*at == '.' || *at == 'e' || *at == 'E')) return nullptr;
    at_ = at;
    const auto value = static_cast<long long>(number);
    return PyLong_FromLongLong(negative ? -value : value);
  }

  // How many bytes from here on are plain, up to the quote that ends the text; -1: it is not plain.
  Py_ssize_t PlainSize(const uint8_t* from) const {
    const uint8_t* at = from;
#ifdef __SSE2__
    for (; at < end_; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
      const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
      const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
      // The highest bits: of a match, or of a byte beyond ASCII.
      const __m128i stops = _mm_or_si128(_mm_or_si128(bytes, quote), _mm_or_si128(backslash, control));
      const int mask = _mm_movemask_epi8(stops);
      if (mask == 0) continue;
      at += __builtin_ctz(static_cast<unsigned>(mask));
      break;
    }
#else
    while (at < end_ && *at != '"' && *at != '\\' && *at >= 0x20 && *at < 0x80) ++at;
#endif
    return at < end_ && *at == '"' ? at - from : -1;
  }

  PyObject* Text() {
    const char* from = reinterpret_cast<const char*>(at_ + 1);
    const Py_ssize_t size = PlainSize(at_ + 1);
    if (size < 0) return nullptr;
    at_ += size + 2;
    if (size == 1) [[unlikely]]
      return PyUnicode_FromOrdinal(from[0]);  // the interpreter keeps these
    PyObject* made = PyUnicode_New(size, 127);
    if (made != nullptr) CopyText(PyUnicode_1BYTE_DATA(made), from, static_cast<size_t>(size));
    return made;
  }

  PyObject* Key() {
    if (Next() != '"') return nullptr;
    const Py_ssize_t size = PlainSize(at_ + 1);
    if (size < 0 || static_cast<size_t>(size) > KeyCache::kLongest) return nullptr;
    const char* from = reinterpret_cast<const char*>(at_ + 1);
    at_ += size + 2;
    if (Next() != ':') return nullptr;
    ++at_;
    return keys_.Get(from, static_cast<size_t>(size));
  }

  // After a member or an item: true at a comma, false at `close` or where `made` is to be given up.
  bool More(char close, PyObject*& made) {
    const int next = Next();
    ++at_;
    if (next == ',') return true;
    if (next != close) [[unlikely]]
      Py_CLEAR(made);
    return false;
  }

  PyObject* Dict(int depth) {
    PyObject* dict = PyDict_New();
    ++at_;
    if (dict != nullptr && Next() == '}') [[unlikely]] {
      ++at_;
      return dict;
    }
    while (dict != nullptr) {
      PyObject* key = Key();
      PyObject* value = key == nullptr ? nullptr : Value(depth);
      if (value == nullptr || PyDict_SetItem(dict, key, value) < 0) [[unlikely]]
        Py_CLEAR(dict);
      Py_XDECREF(key);
      Py_XDECREF(value);
      if (dict == nullptr || !More('}', dict)) break;
    }
    return dict;
  }

  PyObject* List(int depth) {
    PyObject* list = PyList_New(0);
    ++at_;
    if (list != nullptr && Next() == ']') {
      ++at_;
      return list;
    }
    while (list != nullptr) {
      PyObject* value = Value(depth);
      if (value == nullptr || PyList_Append(list, value) < 0) Py_CLEAR(list);
      Py_XDECREF(value);
      if (list == nullptr || !More(']', list)) break;
    }
    return list;
  }

  KeyCache& keys_;
  const uint8_t* at_;
  const uint8_t* const end_;
};

}  // namespace

PyObject* ReadPlain(KeyCache& keys, const uint8_t* data, size_t size) {
  return Reader(keys, data, size).Read();
}

}  // namespace tandem::python
