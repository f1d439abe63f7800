/* Failures as exceptions, texts and bytes. */
#include "native.h"

PyObject* tandem_error;
PyObject* function_error;

int has_runtimes;
int is_fork;
const char kFork[] =
    "this process is a fork of one that has a tandem.Runtime: it needs a Python of its own, as "
    "the start method 'spawn' of multiprocessing gives it";

void RaiseCode(int32_t code, const char* message) {
  PyObject* error = PyObject_CallFunction(tandem_error, "is", (int)code, message);
  if (error == NULL) return;
  PyErr_SetObject(tandem_error, error);
  Py_DECREF(error);
}

int Raise(tandem_failure* failure) {
  if (failure == NULL) return 0;
  RaiseCode(tandem_failure_code(failure), tandem_failure_message(failure));
  tandem_failure_free(failure);
  return -1;
}

PyObject* NoneUnless(tandem_failure* failure) {
  if (Raise(failure) != 0) return NULL;
  Py_RETURN_NONE;
}

PyObject* TextOf(tandem_bytes text) {
  return PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.size, "replace");
}

PyObject* BytesOf(tandem_bytes bytes) {
  return PyBytes_FromStringAndSize(bytes.data, (Py_ssize_t)bytes.size);
}

int TakeText(PyObject* object, void* to) {
  tandem_bytes* const text = to;
  Py_ssize_t size = 0;
  text->data = NULL;
  text->size = 0;
  if (object == Py_None) return 1;
  text->data = PyUnicode_AsUTF8AndSize(object, &size);
  if (text->data == NULL) return 0;
  text->size = (size_t)size;
  return 1;
}

int TakeOption(const char* name, PyObject* object, tandem_bytes* text) {
  if (object == NULL) return 1;
  if (object != Py_None && !PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s is a str or None, not %.100s", name, Py_TYPE(object)->tp_name);
    return 0;
  }
  return TakeText(object, text);
}

tandem_bytes* TakeTexts(PyObject* tuple, size_t* size) {
  const Py_ssize_t count = PyTuple_Size(tuple);
  tandem_bytes* texts;
  Py_ssize_t at;
  if (count < 0) return NULL;
  texts = PyMem_Calloc((size_t)count + 1, sizeof *texts);
  if (texts == NULL) {
    PyErr_NoMemory();
    return NULL;
  }
  for (at = 0; at < count; ++at) {
    if (TakeText(PyTuple_GET_ITEM(tuple, at), &texts[at])) continue;
    PyMem_Free(texts);
    return NULL;
  }
  *size = (size_t)count;
  return texts;
}

/* Of what encodes itself otherwise than dict, list and tuple nobody knows. */
static int IsNestedAtMost(PyObject* value, int levels) {
  PyObject* member;
  Py_ssize_t at = 0;
  if (PyDict_CheckExact(value)) {
    if (levels == 0) return 0;
    while (PyDict_Next(value, &at, NULL, &member)) {
      if (!IsNestedAtMost(member, levels - 1)) return 0;
    }
    return 1;
  }
  if (PyList_CheckExact(value) || PyTuple_CheckExact(value)) {
    if (levels == 0) return 0;
    for (; at < PySequence_Fast_GET_SIZE(value); ++at) {
      if (!IsNestedAtMost(PySequence_Fast_GET_ITEM(value, at), levels - 1)) return 0;
    }
    return 1;
  }
  return !PyDict_Check(value) && !PyList_Check(value) && !PyTuple_Check(value);
}

PyObject* IsShallow(PyObject* module, PyObject* value) {
  enum { kLevels = 64 };
  (void)module;
  return PyBool_FromLong(IsNestedAtMost(value, kLevels));
}

int RaiseClosed(const char* what) {
  RaiseCode(TANDEM_CODE_UNAVAILABLE, what);
  return -1;
}
