#include "log_stream.h"

#include "interpreter.h"

namespace tandem::python {
namespace {

struct LogStream {
  PyObject_HEAD PyObject* stream;
  Interpreter* interpreter;
  bool strict;
};

constexpr char kInterpreterAttribute[] = "_interpreter";

LogStream* Self(PyObject* self) {
  return reinterpret_cast<LogStream*>(self);
}

int Init(PyObject* object, PyObject* args, PyObject*) {
  PyObject* stream = nullptr;
  int strict = 0;
  if (!PyArg_ParseTuple(args, "Op", &stream, &strict)) return -1;
  PyObject* capsule = PyObject_GetAttrString(object, kInterpreterAttribute);
  if (capsule == nullptr) return -1;
  LogStream* self = Self(object);
  self->interpreter = static_cast<Interpreter*>(PyCapsule_GetPointer(capsule, kInterpreterAttribute));
  Py_DECREF(capsule);
  if (self->interpreter == nullptr) return -1;
  self->strict = strict != 0;
  Py_INCREF(stream);
  Py_XSETREF(self->stream, stream);
  return 0;
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Self(object)->stream);
  Py_VISIT(Py_TYPE(object));
  return 0;
}

int Clear(PyObject* object) {
  Py_CLEAR(Self(object)->stream);
  return 0;
}

void Dealloc(PyObject* object) {
  PyObject_GC_UnTrack(object);
  Clear(object);
  PyTypeObject* type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyObject* Write(PyObject* object, PyObject* text) {
  if (!PyUnicode_Check(text)) {
    return PyErr_Format(PyExc_TypeError, "write() argument must be str, not %.200s", Py_TYPE(text)->tp_name);
  }
  LogStream* self = Self(object);
  if (self->interpreter == nullptr) {  // made by __new__ alone
    PyErr_SetString(PyExc_ValueError, "I/O operation on uninitialized object");
    return nullptr;
  }
  try {
    const Object bytes = EncodeForLog(text, self->strict ? EncodeErrors::kStrict : EncodeErrors::kReplace);
    self->interpreter->CurrentLog()->Write(BytesView(bytes.ptr()));
    return PyLong_FromSsize_t(PyUnicode_GetLength(text));
  } catch (const ErrorSet&) {
    return nullptr;
  } catch (const std::exception& failure) {
    PyErr_SetString(PyExc_RuntimeError, failure.what());
    return nullptr;
  }
}

PyObject* WriteLines(PyObject* object, PyObject* lines) {
  PyObject* iterator = PyObject_GetIter(lines);
  if (iterator == nullptr) return nullptr;
  while (PyObject* line = PyIter_Next(iterator)) {
    PyObject* written = Write(object, line);
    Py_DECREF(line);
    if (written == nullptr) break;
    Py_DECREF(written);
  }
  Py_DECREF(iterator);
  if (PyErr_Occurred() != nullptr) return nullptr;
  Py_RETURN_NONE;
}

// Nothing waits.
PyObject* Flush(PyObject*, PyObject*) {
  Py_RETURN_NONE;
}

PyObject* Enter(PyObject* object, PyObject*) {
  Py_INCREF(object);
  return object;
}

PyObject* Exit(PyObject*, PyObject*) {
  Py_RETURN_NONE;
}

PyObject* GetAttribute(PyObject* object, PyObject* name) {
  PyObject* own = PyObject_GenericGetAttr(object, name);
  LogStream* self = Self(object);
  if (own != nullptr || self->stream == nullptr || !PyErr_ExceptionMatches(PyExc_AttributeError)) return own;
  PyErr_Clear();
  return PyObject_GetAttr(self->stream, name);
}

PyMethodDef kMethods[] = {
    {"write", &Write, METH_O, nullptr},         {"writelines", &WriteLines, METH_O, nullptr},
    {"flush", &Flush, METH_NOARGS, nullptr},    {"__enter__", &Enter, METH_NOARGS, nullptr},
    {"__exit__", &Exit, METH_VARARGS, nullptr}, {nullptr, nullptr, 0, nullptr},
};

PyType_Slot kSlots[] = {
    {Py_tp_init, reinterpret_cast<void*>(&Init)},
    {Py_tp_traverse, reinterpret_cast<void*>(&Traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(&Clear)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&Dealloc)},
    {Py_tp_getattro, reinterpret_cast<void*>(&GetAttribute)},
    {Py_tp_methods, kMethods},
    {0, nullptr},
};

PyType_Spec kSpec = {"_tandem.native.LogStream", sizeof(LogStream), 0,
                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, kSlots};

}  // namespace

Object EncodeForLog(PyObject* text, EncodeErrors errors) {
  return Steal(
      PyUnicode_AsEncodedString(text, "utf-8", errors == EncodeErrors::kStrict ? "strict" : "backslashreplace"));
}

std::string_view BytesView(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes), static_cast<size_t>(PyBytes_GET_SIZE(bytes))};
}

Object MakeLogStreamType(Interpreter& interpreter) {
  Object type = Steal(PyType_FromSpec(&kSpec));
  const Object capsule = Steal(PyCapsule_New(&interpreter, kInterpreterAttribute, nullptr));
  Check(PyObject_SetAttrString(type.ptr(), kInterpreterAttribute, capsule.ptr()));
  return type;
}

}  // namespace tandem::python
