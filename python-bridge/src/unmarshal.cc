#include "unmarshal.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "plain_json.h"
#include "text_copy.h"

#if PY_VERSION_HEX >= 0x030D0000
// Exported by every version that is supported; not every version's headers declare it.
extern "C" PyObject* _PyDict_NewPresized(Py_ssize_t);  // NOLINT(readability-redundant-declaration): see above
#endif

namespace tandem::python {
namespace {

// Set on the way out of Build when the value is not for the fast path.
constexpr PyObject* kNone = nullptr;

// Texts are simdjson's own copies, behind each of which at least 8 bytes are readable.
bool IsAscii(const char* text, size_t size) {
  uint64_t seen = 0;
  uint64_t word = 0;
  for (; size >= 8; text += 8, size -= 8) {
    std::memcpy(&word, text, 8);
    seen |= word;
  }
  std::memcpy(&word, text, 8);
  seen |= word & ((uint64_t{1} << (8 * size)) - 1);
  return (seen & 0x8080808080808080u) == 0;
}

// What a str of this UTF-8 text needs. simdjson has checked the text, save that it lets escaped low surrogates through.
struct Shape {
  size_t length = 0;
  Py_UCS4 largest = 0;  // an upper bound within the right storage class
  bool surrogates = false;
};

Shape Measure(const unsigned char* text, size_t size) {
  Shape shape;
  unsigned char lead = 0;
  for (size_t at = 0; at < size; ++at) {
    const unsigned char byte = text[at];
    shape.length += (byte & 0xC0) != 0x80;
    lead = std::max(lead, byte);
    if (byte == 0xED && text[at + 1] >= 0xA0) shape.surrogates = true;
  }
  shape.largest = lead < 0xC4 ? 0xFF : lead < 0xF0 ? 0xFFFF : 0x10FFFF;
  return shape;
}

template <typename Unit>
void Decode(const unsigned char* text, const unsigned char* end, Unit* to) {
  while (text < end) {
    const unsigned char byte = *text;
    if (byte < 0x80) {
      *to++ = byte;
      text += 1;
    } else if (byte < 0xE0) {
      *to++ = static_cast<Unit>((byte & 0x1F) << 6 | (text[1] & 0x3F));
      text += 2;
    } else if (byte < 0xF0) {
      *to++ = static_cast<Unit>((byte & 0x0F) << 12 | (text[1] & 0x3F) << 6 | (text[2] & 0x3F));
      text += 3;
    } else {
      *to++ =
          static_cast<Unit>((byte & 0x07) << 18 | (text[1] & 0x3F) << 12 | (text[2] & 0x3F) << 6 | (text[3] & 0x3F));
      text += 4;
    }
  }
}

PyObject* BuildWideText(const unsigned char* text, size_t size) {
  const Shape shape = Measure(text, size);
  if (shape.surrogates) return kNone;
  PyObject* made = PyUnicode_New(static_cast<Py_ssize_t>(shape.length), shape.largest);
  if (made == nullptr) return nullptr;
  const unsigned char* end = text + size;
  switch (PyUnicode_KIND(made)) {
    case PyUnicode_1BYTE_KIND:
      Decode(text, end, PyUnicode_1BYTE_DATA(made));
      break;
    case PyUnicode_2BYTE_KIND:
      Decode(text, end, PyUnicode_2BYTE_DATA(made));
      break;
    default:
      Decode(text, end, PyUnicode_4BYTE_DATA(made));
      break;
  }
  return made;
}

PyObject* BuildText(std::string_view text) {
  if (!IsAscii(text.data(), text.size())) {
    return BuildWideText(reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  if (text.size() == 1) return PyUnicode_FromOrdinal(text[0]);  // the interpreter keeps these
  PyObject* made = PyUnicode_New(static_cast<Py_ssize_t>(text.size()), 127);
  if (made != nullptr) CopyText(PyUnicode_1BYTE_DATA(made), text.data(), text.size());
  return made;
}

PyObject* BuildKey(KeyCache& keys, std::string_view text) {
  if (text.size() <= KeyCache::kLongest && IsAscii(text.data(), text.size())) return keys.Get(text.data(), text.size());
  return BuildText(text);
}

PyObject* Build(KeyCache& keys, simdjson::dom::element element);

PyObject* BuildList(KeyCache& keys, simdjson::dom::array array) {
  // The tape's count saturates; a list that long is grown item by item.
  constexpr size_t kCountLimit = 0xFFFFFF;
  const size_t count = array.size();
  const bool sized = count < kCountLimit;
  PyObject* list = PyList_New(sized ? static_cast<Py_ssize_t>(count) : 0);
  if (list == nullptr) return nullptr;
  Py_ssize_t at = 0;
  for (const simdjson::dom::element item : array) {
    PyObject* value = Build(keys, item);
    if (value == nullptr) {
      Py_DECREF(list);
      return nullptr;
    }
    if (sized) {
      PyList_SET_ITEM(list, at++, value);
      continue;
    }
    const int status = PyList_Append(list, value);
    Py_DECREF(value);
    if (status < 0) {
      Py_DECREF(list);
      return nullptr;
    }
  }
  return list;
}

PyObject* BuildDict(KeyCache& keys, simdjson::dom::object object) {
  const size_t count = object.size();
  PyObject* dict = count > 10 ? _PyDict_NewPresized(static_cast<Py_ssize_t>(count)) : PyDict_New();
  if (dict == nullptr) return nullptr;
  for (const simdjson::dom::key_value_pair& member : object) {
    PyObject* key = BuildKey(keys, member.key);
    PyObject* value = key == nullptr ? nullptr : Build(keys, member.value);
    const bool stored = value != nullptr && PyDict_SetItem(dict, key, value) == 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    if (!stored) {
      Py_DECREF(dict);
      return nullptr;
    }
  }
  return dict;
}

PyObject* Shared(PyObject* constant) {
  Py_INCREF(constant);
  return constant;
}

PyObject* Build(KeyCache& keys, simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::STRING:
      return BuildText(element.get_string().value_unsafe());
    case element_type::OBJECT:
      return BuildDict(keys, element.get_object().value_unsafe());
    case element_type::ARRAY:
      return BuildList(keys, element.get_array().value_unsafe());
    case element_type::INT64:
      return PyLong_FromLongLong(element.get_int64().value_unsafe());
    case element_type::UINT64:
      return PyLong_FromUnsignedLongLong(element.get_uint64().value_unsafe());
    case element_type::DOUBLE:
      return PyFloat_FromDouble(element.get_double().value_unsafe());
    case element_type::BOOL:
      return Shared(element.get_bool().value_unsafe() ? Py_True : Py_False);
    case element_type::NULL_VALUE:
      return Shared(Py_None);
  }
  return kNone;
}

}  // namespace

PyObject* Unmarshaller::Parse(KeyCache& keys, const uint8_t* data, size_t size) {
  if (size <= kPlainSize) [[likely]] {
    PyObject* event = ReadPlain(keys, data, size);
    if (event != nullptr) [[likely]]
      return event;
    if (PyErr_Occurred() != nullptr) return nullptr;
  }
  if (busy_ || size > kKeptCapacity) {
    simdjson::dom::parser own;
    if (own.allocate(size, kFastDepth) != simdjson::SUCCESS) return kNone;
    simdjson::dom::element root;
    if (own.parse(data, size, false).get(root) != simdjson::SUCCESS) return kNone;
    return Build(keys, root);
  }
  if (parser_.capacity() < size || parser_.max_depth() != kFastDepth) {
    const size_t wanted = parser_.capacity() == 0 ? 4096 : parser_.capacity() * 2;
    if (parser_.allocate(size > wanted ? size : wanted, kFastDepth) != simdjson::SUCCESS) return kNone;
  }
  simdjson::dom::element root;
  if (parser_.parse(data, size, false).get(root) != simdjson::SUCCESS) return kNone;
  busy_ = true;
  PyObject* event = Build(keys, root);
  busy_ = false;
  return event;
}

}  // namespace tandem::python
