// CPython's API as the bridge uses it: owned references by pybind11, failures as C++ exceptions.
#ifndef TANDEM_PYTHON_PYTHON_H_
#define TANDEM_PYTHON_PYTHON_H_

#define PY_SSIZE_T_CLEAN
#include <pybind11/pybind11.h>

#include <exception>
#include <string_view>

namespace tandem::python {

// Says that Python's error indicator is set on this thread; whoever catches it takes the indicator over.
// Threads: thrown and caught while the same thread holds the GIL.
class ErrorSet : public std::exception {
 public:
  const char* what() const noexcept override { return "a Python exception is set"; }
};

using Object = pybind11::object;

// pybind11's own error_already_set is not used: it takes the GIL by PyGILState, which knows the main interpreter only.
inline Object Steal(PyObject* reference) {
  if (reference == nullptr) throw ErrorSet();
  return pybind11::reinterpret_steal<Object>(reference);
}

inline Object Borrow(PyObject* reference) {
  if (reference == nullptr) throw ErrorSet();
  return pybind11::reinterpret_borrow<Object>(reference);
}

inline void Check(int status) {
  if (status < 0) throw ErrorSet();
}

// The text of a str; valid as long as the object.
inline std::string_view Text(PyObject* text) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(text, &size);
  if (data == nullptr) throw ErrorSet();
  return {data, static_cast<size_t>(size)};
}

inline Object MakeText(std::string_view text) {
  return Steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape"));
}

inline Object MakeTextOrNone(std::string_view text) {
  return text.data() == nullptr ? Borrow(Py_None) : MakeText(text);
}

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_PYTHON_H_
