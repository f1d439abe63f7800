/* The module. */
#include "native.h"

static void InChild(void) {
  if (has_runtimes) is_fork = 1;
}

static PyMethodDef module_methods[] = {{"is_shallow", IsShallow, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, "tandem._native", NULL, -1, module_methods, NULL, NULL, NULL, NULL};

static int AddType(PyObject* module, const char* name, PyType_Spec* spec, PyTypeObject** type) {
  PyObject* const made = PyType_FromSpec(spec);
  if (made == NULL) return -1;
  *type = (PyTypeObject*)made;
  Py_INCREF(made); /* kept for as long as the process lives */
  return PyModule_AddObject(module, name, made);
}

static int Fill(PyObject* module) {
  static PyTypeObject* runtime_type;
  PyObject* const errors = PyImport_ImportModule("tandem._errors");
  if (errors == NULL) return -1;
  tandem_error = PyObject_GetAttrString(errors, "TandemError");
  function_error = PyObject_GetAttrString(errors, "FunctionError");
  Py_DECREF(errors);
  if (tandem_error == NULL || function_error == NULL) return -1;
  if (AddType(module, "Runtime", &runtime_spec, &runtime_type) != 0) return -1;
  if (AddType(module, "Function", &function_spec, &function_type) != 0) return -1;
  if (AddType(module, "Chunks", &chunks_spec, &chunks_type) != 0) return -1;
  if (PyModule_AddStringConstant(module, "version", tandem_version()) != 0) return -1;
  if (pthread_atfork(NULL, NULL, InChild) == 0) return 0;
  PyErr_NoMemory();
  return -1;
}

PyMODINIT_FUNC PyInit__native(void) {
  PyObject* module;
  /* Handlers have interpreters of their own, to which the host's objects mean nothing. */
  if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
    PyErr_SetString(PyExc_ImportError, "tandem is for the main interpreter: a handler has no runtimes of its own");
    return NULL;
  }
  module = PyModule_Create(&module_definition);
  if (module != NULL && Fill(module) != 0) Py_CLEAR(module);
  return module;
}
