/* tandem._native.Function and Chunks */
#include "native.h"

PyTypeObject* function_type;
PyTypeObject* chunks_type;

/* Ends the function once no call uses it any more. */
static PyObject* FunctionUnload(Function* self, PyObject* unused) {
  Runtime* const runtime = self->runtime;
  tandem_loaded_function* handle = NULL;
  tandem_failure* failure = NULL;
  int open;
  (void)unused;
  if (is_fork) Py_RETURN_NONE;
  if (RunsHere(NULL, self)) {
    RaiseCode(TANDEM_CODE_INVALID_ARGUMENT, "the function is unloaded from within one of its own invocations");
    return NULL;
  }
  Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&runtime->mutex);
    open = runtime->handle != NULL && !runtime->is_closing;
    if (open) {
      ++runtime->users;
      handle = self->is_closing ? NULL : self->handle;
      self->is_closing = 1;
      while (handle != NULL && self->users != 0) pthread_cond_wait(&runtime->idle, &runtime->mutex);
      if (handle != NULL) self->handle = NULL;
    }
    pthread_mutex_unlock(&runtime->mutex);
    if (handle != NULL) failure = tandem_unload(handle);
    if (open) LeaveRuntime(runtime);
  Py_END_ALLOW_THREADS
  return NoneUnless(failure);
}

static PyObject* FunctionIsUnloaded(Function* self, void* unused) {
  Runtime* const runtime = self->runtime;
  int unloaded;
  (void)unused;
  pthread_mutex_lock(&runtime->mutex);
  unloaded = self->handle == NULL || self->is_closing || runtime->handle == NULL || runtime->is_closing;
  pthread_mutex_unlock(&runtime->mutex);
  return PyBool_FromLong(unloaded);
}

static void FunctionDealloc(Function* self) {
  PyTypeObject* const type = Py_TYPE(self);
  Runtime* const runtime = self->runtime;
  if (runtime != NULL && self->handle != NULL && !is_fork) {
    pthread_mutex_lock(&runtime->mutex);
    if (runtime->handle != NULL) {
      self->grave->handle = self->handle;
      self->grave->next = runtime->abandoned;
      runtime->abandoned = self->grave;
      self->grave = NULL;
    }
    pthread_mutex_unlock(&runtime->mutex);
  }
  free(self->grave);
  Py_XDECREF(self->on_start);
  Py_XDECREF(runtime);
  type->tp_free((PyObject*)self);
  Py_DECREF(type);
}

enum { kMostChunks = 16 };

/* The chunks of one response, between the thread that invokes and the one that iterates. */
typedef struct Chunks {
  PyObject_HEAD Queue queue;
} Chunks;

static PyObject* ChunksNew(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  Chunks* self;
  if (!PyArg_ParseTuple(args, ":Chunks")) return NULL;
  (void)keywords;
  self = (Chunks*)type->tp_alloc(type, 0);
  if (self != NULL) QueueInit(&self->queue);
  return (PyObject*)self;
}

static void ChunksDealloc(Chunks* self) {
  PyTypeObject* const type = Py_TYPE(self);
  QueueFree(&self->queue);
  type->tp_free((PyObject*)self);
  Py_DECREF(type);
}

static int32_t KeepChunk(void* arg, tandem_bytes chunk) {
  Item* const item = malloc(sizeof *item + chunk.size);
  if (item == NULL) return 1;
  item->size = chunk.size;
  memcpy(item->data, chunk.data, chunk.size);
  return QueuePut(arg, item, kMostChunks) ? 0 : 1;
}

/* take(): the next chunk; None: there is none to come. */
static PyObject* ChunksTake(Chunks* self, PyObject* unused) {
  PyObject* chunk;
  Item* item;
  (void)unused;
  Py_BEGIN_ALLOW_THREADS
    item = QueueWait(&self->queue) ? QueueTake(&self->queue) : NULL;
  Py_END_ALLOW_THREADS
  if (item == NULL) Py_RETURN_NONE;
  chunk = PyBytes_FromStringAndSize(item->data, (Py_ssize_t)item->size);
  free(item);
  return chunk;
}

static PyObject* ChunksEnd(Chunks* self, PyObject* unused) {
  (void)unused;
  QueueEnd(&self->queue);
  Py_RETURN_NONE;
}

static PyObject* StackOf(const tandem_outcome* outcome) {
  const size_t size = tandem_outcome_stack_size(outcome);
  PyObject* const stack = PyList_New((Py_ssize_t)size);
  size_t at;
  for (at = 0; stack != NULL && at < size; ++at) {
    PyObject* const frame = TextOf(tandem_outcome_stack_frame(outcome, at));
    if (frame == NULL) {
      Py_DECREF(stack);
      return NULL;
    }
    PyList_SET_ITEM(stack, (Py_ssize_t)at, frame);
  }
  return stack;
}

static void RaiseFunctionError(const tandem_outcome* outcome) {
  PyObject* const error =
      PyObject_CallFunction(function_error, "NNNNN", TextOf(tandem_outcome_error_type(outcome)),
                            TextOf(tandem_outcome_error_message(outcome)), StackOf(outcome),
                            BytesOf(tandem_outcome_payload(outcome)), TextOf(tandem_outcome_request_id(outcome)));
  if (error == NULL) return;
  PyErr_SetObject(function_error, error);
  Py_DECREF(error);
}

/* The payload, or the exception; frees the outcome. */
static PyObject* Answer(tandem_failure* failure, tandem_outcome* outcome) {
  PyObject* payload = NULL;
  if (Raise(failure) != 0) return NULL;
  if (tandem_outcome_is_error(outcome)) {
    RaiseFunctionError(outcome);
  } else {
    payload = BytesOf(tandem_outcome_payload(outcome));
  }
  tandem_outcome_free(outcome);
  return payload;
}

/* -1 with an exception set: on_start failed. A language that does not start is the failure of the call behind this. */
static int Start(Function* self, const Running* running) {
  PyObject* const on_start = self->on_start;
  PyObject* result;
  self->on_start = NULL;
  Py_BEGIN_ALLOW_THREADS
    tandem_failure_free(tandem_warm(running->handle));
  Py_END_ALLOW_THREADS
  result = PyObject_CallObject(on_start, NULL);
  Py_DECREF(on_start);
  Py_XDECREF(result);
  return result != NULL ? 0 : -1;
}

/* Begins a call that may run the handler's code. -1 with an exception set: it is not to be made. */
static int Begin(Function* self, Running* running) {
  if (EnterFunction(self, running) != 0) return -1;
  if (self->on_start == NULL || Start(self, running) == 0) return 0;
  LeaveFunction(self, running);
  return -1;
}

/* -1 with an exception set: the call did not do what it is for. */
static int InvokeWith(Function* self, tandem_bytes event, const tandem_invoke_options* options,
                      tandem_outcome** outcome) {
  tandem_failure* failure;
  Running running;
  if (Begin(self, &running) != 0) return -1;
  Py_BEGIN_ALLOW_THREADS
    failure = tandem_invoke(running.handle, event, options, outcome);
  Py_END_ALLOW_THREADS
  LeaveFunction(self, &running);
  return Raise(failure);
}

/* call(text): as invoke without options, from text to text. */
static PyObject* FunctionCall(Function* self, PyObject* argument) {
  tandem_outcome* outcome = NULL;
  PyObject* text = NULL;
  tandem_bytes event;
  if (!TakeText(argument, &event) || InvokeWith(self, event, NULL, &outcome) != 0) return NULL;
  if (tandem_outcome_is_error(outcome)) {
    RaiseFunctionError(outcome);
  } else {
    const tandem_bytes payload = tandem_outcome_payload(outcome);
    text = PyUnicode_DecodeUTF8(payload.data, (Py_ssize_t)payload.size, "surrogatepass");
  }
  tandem_outcome_free(outcome);
  return text;
}

/* It ends up in logs, a line each, and in headers. */
static int TakeRequestId(PyObject* given, tandem_bytes* to) {
  Py_ssize_t at;
  if (!TakeOption("request_id", given, to)) return 0;
  for (at = 0; to->size != 0 && at < PyUnicode_GET_LENGTH(given); ++at) {
    if (Py_UNICODE_ISPRINTABLE(PyUnicode_READ_CHAR(given, at))) continue;
    PyErr_Format(PyExc_ValueError, "request_id has a character that cannot be printed: %R", given);
    return 0;
  }
  return 1;
}

static PyObject* FunctionInvoke(Function* self, PyObject* args, PyObject* keywords) {
  static char* names[] = {"payload",  "request_id", "content_type", "client_context", "cognito_identity",
                          "trace_id", "tenant_id",  "qualifier",    "chunks",         NULL};
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_bytes* const texts[] = {&options.request_id,       &options.content_type, &options.client_context,
                                 &options.cognito_identity, &options.trace_id,     &options.tenant_id,
                                 &options.qualifier};
  PyObject* given[sizeof texts / sizeof *texts] = {NULL};
  tandem_outcome* outcome = NULL;
  PyObject* chunks = Py_None;
  Py_buffer payload;
  tandem_bytes event;
  size_t at;
  int failed;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "y*|$OOOOOOOO:invoke", names, &payload, &given[0], &given[1],
                                   &given[2], &given[3], &given[4], &given[5], &given[6], &chunks)) {
    return NULL;
  }
  failed = !TakeRequestId(given[0], texts[0]);
  for (at = 1; !failed && at < sizeof texts / sizeof *texts; ++at) {
    failed = !TakeOption(names[at + 1], given[at], texts[at]); /* behind the payload */
  }
  if (!failed && chunks != Py_None && !PyObject_TypeCheck(chunks, chunks_type)) {
    PyErr_Format(PyExc_TypeError, "chunks is no Chunks");
    failed = 1;
  }
  if (failed) {
    PyBuffer_Release(&payload);
    return NULL;
  }
  if (chunks != Py_None) {
    options.chunk = KeepChunk;
    options.chunk_arg = &((Chunks*)chunks)->queue;
  }
  event.data = payload.buf;
  event.size = (size_t)payload.len;
  failed = InvokeWith(self, event, &options, &outcome);
  PyBuffer_Release(&payload);
  return failed ? NULL : Answer(NULL, outcome);
}

static PyObject* FunctionPrepare(Function* self, PyObject* unused) {
  tandem_outcome* outcome = NULL;
  tandem_failure* failure;
  Running running;
  (void)unused;
  if (Begin(self, &running) != 0) return NULL;
  Py_BEGIN_ALLOW_THREADS
    failure = tandem_prepare(running.handle, &outcome);
  Py_END_ALLOW_THREADS
  LeaveFunction(self, &running);
  return Answer(failure, outcome);
}

static PyObject* FunctionCancel(Function* self, PyObject* argument) {
  tandem_failure* failure;
  tandem_bytes request_id;
  Running running;
  if (!TakeText(argument, &request_id) || EnterFunctionToCancel(self, &running) != 0) return NULL;
  Py_BEGIN_ALLOW_THREADS
    failure = tandem_cancel(running.handle, request_id);
  Py_END_ALLOW_THREADS
  LeaveFunction(self, &running);
  return NoneUnless(failure);
}

static PyObject* FunctionWarning(Function* self, PyObject* unused) {
  PyObject* warning;
  Running running;
  (void)unused;
  if (EnterFunction(self, &running) != 0) return NULL;
  warning = TextOf(tandem_load_warning(running.handle));
  LeaveFunction(self, &running);
  return warning;
}

static PyMethodDef function_methods[] = {
    {"invoke", (PyCFunction)(void (*)(void))FunctionInvoke, METH_VARARGS | METH_KEYWORDS, NULL},
    {"call", (PyCFunction)FunctionCall, METH_O, NULL},
    {"prepare", (PyCFunction)FunctionPrepare, METH_NOARGS, NULL},
    {"cancel", (PyCFunction)FunctionCancel, METH_O, NULL},
    {"warning", (PyCFunction)FunctionWarning, METH_NOARGS, NULL},
    {"unload", (PyCFunction)FunctionUnload, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};
static PyGetSetDef function_attributes[] = {{"unloaded", (getter)FunctionIsUnloaded, NULL, NULL, NULL},
                                            {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot function_slots[] = {{Py_tp_dealloc, (void*)FunctionDealloc},
                                       {Py_tp_methods, function_methods},
                                       {Py_tp_getset, function_attributes},
                                       {0, NULL}};
PyType_Spec function_spec = {"tandem._native.Function", sizeof(Function), 0, Py_TPFLAGS_DEFAULT, function_slots};

static PyMethodDef chunks_methods[] = {{"take", (PyCFunction)ChunksTake, METH_NOARGS, NULL},
                                       {"end", (PyCFunction)ChunksEnd, METH_NOARGS, NULL},
                                       {NULL, NULL, 0, NULL}};
static PyType_Slot chunks_slots[] = {
    {Py_tp_new, (void*)ChunksNew}, {Py_tp_dealloc, (void*)ChunksDealloc}, {Py_tp_methods, chunks_methods}, {0, NULL}};
PyType_Spec chunks_spec = {"tandem._native.Chunks", sizeof(Chunks), 0, Py_TPFLAGS_DEFAULT, chunks_slots};
