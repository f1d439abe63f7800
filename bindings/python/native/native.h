/* tandem._native: the C API's handles as Python objects that are safe to share among threads and to use after their
 * end. What is convenient is in tandem/_runtime.py.
 *
 * The GIL is given up for each call of libtandem, and no callback of it takes the GIL: a handler that is Python code
 * itself runs in an interpreter of its own on the calling thread, whose state PyGILState does not know.
 */
#ifndef TANDEM_BINDINGS_PYTHON_NATIVE_H_
#define TANDEM_BINDINGS_PYTHON_NATIVE_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "queues.h"
#include "tandem/tandem.h"

/* Functions that nothing refers to any more: unloaded by the next call that may wait, as a finalizer may not. */
typedef struct Abandoned {
  struct Abandoned* next;
  tandem_loaded_function* handle;
} Abandoned;

typedef struct Runtime {
  PyObject_HEAD pthread_mutex_t mutex; /* of what follows, and of the same members of its functions */
  pthread_cond_t idle;
  tandem_runtime* handle; /* NULL: closed */
  int is_closing;         /* as soon as nobody uses it; until then calls can be cancelled */
  size_t users;           /* calls that use the handle or a function's */
  Abandoned* abandoned;
  Queue log;
  int has_log;
} Runtime;

typedef struct Function {
  PyObject_HEAD Runtime* runtime;
  tandem_loaded_function* handle; /* NULL: unloaded */
  int is_closing;
  size_t users;
  Abandoned* grave;   /* memory for its entry in `abandoned` */
  PyObject* on_start; /* called once its language runs in this process, before its first call; NULL: it has been */
} Function;

/* The calls that run on one thread, the innermost first: they cannot wait for their own end. */
typedef struct Running {
  const Runtime* runtime;
  const Function* function;
  tandem_loaded_function* handle; /* the function's, which stays while this runs, whoever unloads it */
  const struct Running* outer;
} Running;

extern PyObject* tandem_error;   /* (code, message) */
extern PyObject* function_error; /* (error_type, error_message, stack_trace, payload, request_id) */
extern PyTypeObject* function_type;
extern PyTypeObject* chunks_type;
extern PyType_Spec runtime_spec;
extern PyType_Spec function_spec;
extern PyType_Spec chunks_spec;

extern int has_runtimes; /* whether this process has ever had one */
extern int is_fork;      /* of a process that had */
extern const char kFork[];

void RaiseCode(int32_t code, const char* message);
/* Of a handle that is not to be used any more; -1. */
int RaiseClosed(const char* what);
/* -1, with an exception set, where there is a failure, which it frees. */
int Raise(tandem_failure* failure);
PyObject* NoneUnless(tandem_failure* failure);

PyObject* TextOf(tandem_bytes text);
PyObject* BytesOf(tandem_bytes bytes);
/* is_shallow(value): whether dicts, lists and tuples, and none of a class derived from them, are nested in it so little
 * that none is within itself. */
PyObject* IsShallow(PyObject* module, PyObject* value);
/* For PyArg_Parse's O&: a str or None, borrowed from the object. */
int TakeText(PyObject* object, void* to);
/* The same of an option; NULL: it is not given. 0 with an exception set that names it: it has another type. */
int TakeOption(const char* name, PyObject* object, tandem_bytes* text);
/* Texts of a tuple, borrowed from its items. NULL with an exception set: it has others. Free it by PyMem_Free. */
tandem_bytes* TakeTexts(PyObject* tuple, size_t* size);

/* Whether a call on the runtime, or on the function, runs on this thread; either may be NULL. */
int RunsHere(const Runtime* runtime, const Function* function);
/* Begins a call on a handle. -1 with an exception set: it has ended. */
int EnterRuntime(Runtime* self, tandem_runtime** handle);
void LeaveRuntime(Runtime* self);
int EnterFunction(Function* self, Running* running);
int EnterFunctionToCancel(Function* self, Running* running);
void LeaveFunction(Function* self, const Running* running);
/* Without the GIL, within a call. */
void UnloadAbandoned(Runtime* self);

#endif /* TANDEM_BINDINGS_PYTHON_NATIVE_H_ */
