// JSON of the Python bridge: what the fast paths make of events and results, the slow path makes, too.
//
// Input: JSON text, as an event; what the slow path reads it as is then a result. After a first byte of 1: the building
// of a result of any types, one step a byte.
#include <bit>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/lib.h"
#include "fuzz/python_half.h"
#include "key_cache.h"
#include "marshal.h"
#include "tandem/loader_abi.h"
#include "unmarshal.h"

namespace tandem::fuzz {
namespace {

using python::Object;

constexpr int kDeepest = 250;  // beyond where the fast path gives up

// Values whose types are no plain ones, or hardly.
constexpr char kSpecials[] = R"(
import collections, decimal, enum, fractions
class Text(str): pass
class Number(int): pass
class Real(float):
    def __repr__(self): return "real"
class Map(dict): pass
class Items(list): pass
class Row(tuple): pass
class Pair(collections.namedtuple("Pair", "a b")): pass
class Colour(enum.IntEnum): RED = 1
class Json:
    def for_json(self): return "for_json"
specials = [Text("text"), Number(7), Real(1.5), Map(a=1), Items([1]), Row((1,)), Pair(1, 2), Colour.RED, Json(),
            collections.OrderedDict(b=1, a=2), collections.defaultdict(int), decimal.Decimal("1.10"),
            decimal.Decimal("NaN"), decimal.Decimal("1E+5"), fractions.Fraction(1, 3), b"bytes", bytearray(b"x"), {1},
            range(3), 1j, object(), int, len, Ellipsis, 10 ** 30, -(2 ** 63), 2 ** 63 - 1, 2 ** 63, 2 ** 64 - 1]
)";

// The interpreter, with the Python half's own slow path.
class Python {
 public:
  // The slow path's answers; empty where it refuses.
  Object Unmarshal(std::string_view text) const {
    return Answer(PyObject_CallMethod(wire_, "unmarshal", "y#", text.data(), static_cast<Py_ssize_t>(text.size())));
  }
  Object Marshal(PyObject* value, bool escaped) const {
    return Answer(PyObject_CallMethod(wire_, "marshal", "OO", value, escaped ? Py_True : Py_False));
  }
  PyObject* Special(std::uint8_t at) const { return PyList_GET_ITEM(specials_, at % PyList_GET_SIZE(specials_)); }

 private:
  static Object Answer(PyObject* value) {
    if (value == nullptr) PyErr_Clear();
    return pybind11::reinterpret_steal<Object>(value);
  }

  PythonHalf half_{kSpecials};
  PyObject* wire_ = PythonHalf::Global("wire");
  PyObject* specials_ = PythonHalf::Global("specials");
};

const Python& ThePython() {
  static const Python python;
  return python;
}

std::string Shown(PyObject* value) {
  const auto text = pybind11::reinterpret_steal<Object>(value == nullptr ? nullptr : PyObject_ASCII(value));
  if (!text) PyErr_Clear();
  return text ? PyUnicode_AsUTF8(text.ptr()) : "(nothing)";
}

bool Same(PyObject* one, PyObject* other);

bool SameItems(PyObject* one, PyObject* other) {
  if (PyList_GET_SIZE(one) != PyList_GET_SIZE(other)) return false;
  for (Py_ssize_t at = 0; at < PyList_GET_SIZE(one); ++at) {
    if (!Same(PyList_GET_ITEM(one, at), PyList_GET_ITEM(other, at))) return false;
  }
  return true;
}

// In the same order.
bool SameMembers(PyObject* one, PyObject* other) {
  if (PyDict_GET_SIZE(one) != PyDict_GET_SIZE(other)) return false;
  Py_ssize_t at = 0;
  Py_ssize_t other_at = 0;
  PyObject* key = nullptr;
  PyObject* other_key = nullptr;
  PyObject* value = nullptr;
  PyObject* other_value = nullptr;
  while (PyDict_Next(one, &at, &key, &value) != 0) {
    if (PyDict_Next(other, &other_at, &other_key, &other_value) == 0) return false;
    if (!Same(key, other_key) || !Same(value, other_value)) return false;
    if (PyObject_Hash(key) != PyObject_Hash(other_key)) return false;
  }
  return true;
}

bool SameText(PyObject* one, PyObject* other) {
  return PyUnicode_KIND(one) == PyUnicode_KIND(other) && PyUnicode_IS_ASCII(one) == PyUnicode_IS_ASCII(other) &&
         PyUnicode_Compare(one, other) == 0;
}

// The same types throughout, the same order, the same bits.
bool Same(PyObject* one, PyObject* other) {
  if (Py_TYPE(one) != Py_TYPE(other)) return false;
  if (PyUnicode_CheckExact(one)) return SameText(one, other);
  if (PyList_CheckExact(one)) return SameItems(one, other);
  if (PyDict_CheckExact(one)) return SameMembers(one, other);
  if (PyFloat_CheckExact(one)) {
    return std::bit_cast<std::uint64_t>(PyFloat_AS_DOUBLE(one)) ==
           std::bit_cast<std::uint64_t>(PyFloat_AS_DOUBLE(other));
  }
  return PyObject_RichCompareBool(one, other, Py_EQ) == 1;
}

// What the fast path reads of a text with this byte behind it.
Object ReadFast(std::string_view text, std::uint8_t padding) {
  static python::KeyCache keys;
  static python::Unmarshaller unmarshaller;
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[text.size() + TANDEM_PAYLOAD_PADDING]);
  std::copy(text.begin(), text.end(), bytes.get());
  std::fill_n(bytes.get() + text.size(), TANDEM_PAYLOAD_PADDING, padding);
  PyObject* event = unmarshaller.Parse(keys, bytes.get(), text.size());
  Require(PyErr_Occurred() == nullptr, "the fast path raises", text);
  return pybind11::reinterpret_steal<Object>(event);
}

Object TryEvent(std::string_view text) {
  Object slow = ThePython().Unmarshal(text);
  for (const char padding : {'\0', '"', '7', 'e', ' '}) {
    const Object fast = ReadFast(text, static_cast<std::uint8_t>(padding));
    if (!fast) continue;
    Require(static_cast<bool>(slow), "the fast path reads what the slow one refuses", text);
    if (!Same(fast.ptr(), slow.ptr())) Find("an event differs", Shown(fast.ptr()) + "\nfor " + Shown(slow.ptr()));
  }
  return slow;
}

void TryResult(PyObject* value) {
  for (const bool escaped : {false, true}) {
    python::Buffer fast;
    const bool written = WriteFast(value, escaped ? python::TextMode::kEscaped : python::TextMode::kRaw, fast);
    Require(PyErr_Occurred() == nullptr, "the fast path raises");
    if (!written) continue;
    const Object slow = ThePython().Marshal(value, escaped);
    if (!slow) Find("the fast path writes what the slow one refuses", Shown(value));
    const std::string_view bytes(reinterpret_cast<const char*>(fast.data()), fast.size());
    if (bytes !=
        std::string_view(PyBytes_AS_STRING(slow.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(slow.ptr()))))
      Find("a result differs", std::string(bytes) + "\nfor " + Shown(slow.ptr()));
  }
}

// Follows the input's steps; what is not told any more is None.
Object Build(Input& input, int depth);

Object BuildText(Input& input) {
  const std::uint8_t width = input.Byte() % 4;
  const std::string_view bytes = input.Text();
  if (width == 0) return python::Steal(PyUnicode_DecodeLatin1(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), ""));
  std::vector<Py_UCS4> points;
  Input units(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  while (!units.empty()) {
    const Py_UCS4 point = width == 1   ? units.Byte() & 0x7FU
                          : width == 2 ? units.Number<std::uint16_t>()
                                       : units.Number<std::uint32_t>();
    points.push_back(point % 0x110000);
  }
  return python::Steal(
      PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, points.data(), static_cast<Py_ssize_t>(points.size())));
}

Object BuildSequence(Input& input, int depth, bool tuple) {
  Object list = python::Steal(PyList_New(0));
  for (int count = input.Byte(); count > 0 && !input.empty(); --count) {
    if (PyList_Append(list.ptr(), Build(input, depth + 1).ptr()) != 0) PyErr_Clear();
  }
  return tuple ? python::Steal(PyList_AsTuple(list.ptr())) : list;
}

Object BuildDict(Input& input, int depth) {
  Object dict = python::Steal(PyDict_New());
  for (int count = input.Byte(); count > 0 && !input.empty(); --count) {
    const Object key = Build(input, depth + 1);
    if (PyDict_SetItem(dict.ptr(), key.ptr(), Build(input, depth + 1).ptr()) != 0) PyErr_Clear();  // not hashable
  }
  return dict;
}

Object Build(Input& input, int depth) {
  if (depth > kDeepest) return python::Borrow(Py_None);
  switch (input.Byte()) {
    case 't':
      return python::Borrow(Py_True);
    case 'f':
      return python::Borrow(Py_False);
    case 's':
      return BuildText(input);
    case 'i':
      return python::Steal(PyLong_FromLongLong(input.Number<std::int64_t>()));
    case 'b':
      return python::Steal(PyLong_FromLong(input.Number<std::int8_t>()));
    case 'd':
      return python::Steal(PyFloat_FromDouble(input.Number<double>()));
    case 'm':  // a decimal fraction, as people write them
      return python::Steal(PyFloat_FromDouble(input.Number<std::int32_t>() / std::pow(10, input.Byte() % 12)));
    case '[':
      return BuildSequence(input, depth, false);
    case '(':
      return BuildSequence(input, depth, true);
    case '{':
      return BuildDict(input, depth);
    case 'x':
      return python::Borrow(ThePython().Special(input.Byte()));
    case 'o': {  // a list in itself
      Object list = python::Steal(PyList_New(0));
      PyList_Append(list.ptr(), list.ptr());
      return list;
    }
    default:
      return python::Borrow(Py_None);
  }
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tandem::fuzz;
  ThePython();
  Input input(data, size);
  if (size > 0 && data[0] == 1) {
    input.Byte();
    TryResult(Build(input, 0).ptr());
    return 0;
  }
  const std::string_view text = input.Rest();
  const Object event = TryEvent(text);
  if (event) TryResult(event.ptr());
  // The same where one pass is not tried.
  if (size <= 512) TryEvent(std::string(512, ' ') + std::string(text));
  return 0;
}
