/* tandem._native.Runtime */
#include "native.h"

/* One log event; its texts lie behind it, one after the other. */
typedef struct LogHead {
  size_t sizes[4];
  int64_t time_us;
  int32_t origin;
  int32_t level;
  int32_t format;
} LogHead;

static void KeepLog(void* arg, const tandem_log_event* event) {
  const tandem_bytes texts[4] = {event->text, event->function_name, event->request_id, event->log_stream_name};
  LogHead head = {{0}, event->time_us, event->origin, event->level, event->format};
  size_t size = sizeof head;
  Item* item;
  char* to;
  int i;
  for (i = 0; i < 4; ++i) size += head.sizes[i] = texts[i].size;
  item = malloc(sizeof *item + size);
  if (item == NULL) return; /* a log's event is not worth the host */
  item->size = size;
  memcpy(item->data, &head, sizeof head);
  to = item->data + sizeof head;
  for (i = 0; i < 4; ++i) {
    memcpy(to, texts[i].data, texts[i].size);
    to += texts[i].size;
  }
  QueuePut(arg, item, 0);
}

/* wait_log(): waits for an event; False: there will be none. */
static PyObject* RuntimeWaitLog(Runtime* self, PyObject* unused) {
  int more;
  (void)unused;
  Py_BEGIN_ALLOW_THREADS
    more = QueueWait(&self->log);
  Py_END_ALLOW_THREADS
  return PyBool_FromLong(more);
}

/* take_log(): the next event as a tuple; None: there is none. */
static PyObject* RuntimeTakeLog(Runtime* self, PyObject* unused) {
  LogHead head;
  Item* item;
  const char* at;
  PyObject* texts[4] = {NULL, NULL, NULL, NULL};
  PyObject* event = NULL;
  int i;
  (void)unused;
  item = QueueTake(&self->log);
  if (item == NULL) Py_RETURN_NONE;
  memcpy(&head, item->data, sizeof head);
  at = item->data + sizeof head;
  for (i = 0; i < 4; ++i) {
    const tandem_bytes text = {at, head.sizes[i]};
    texts[i] = TextOf(text);
    if (texts[i] == NULL) break;
    at += head.sizes[i];
  }
  if (i == 4) {
    event = Py_BuildValue("OOOOdiii", texts[0], texts[1], texts[2], texts[3], (double)head.time_us / 1e6,
                          (int)head.origin, (int)head.level, (int)head.format);
  }
  for (i = 0; i < 4; ++i) Py_XDECREF(texts[i]);
  free(item);
  return event;
}

static int TakeLanguageOptions(PyObject* tuple, tandem_runtime_options* options, tandem_language_option** taken) {
  const Py_ssize_t count = PyTuple_Size(tuple);
  Py_ssize_t at;
  if (count < 0) return -1;
  *taken = PyMem_Calloc((size_t)count + 1, sizeof **taken);
  if (*taken == NULL) {
    PyErr_NoMemory();
    return -1;
  }
  for (at = 0; at < count; ++at) {
    tandem_language_option* const one = *taken + at;
    if (!PyArg_ParseTuple(PyTuple_GET_ITEM(tuple, at), "O&O&O&", TakeText, &one->language, TakeText, &one->name,
                          TakeText, &one->value)) {
      return -1;
    }
  }
  options->language_options = *taken;
  options->language_options_size = (size_t)count;
  return 0;
}

static int CreateRuntime(Runtime* self, tandem_runtime_options* options) {
  tandem_failure* failure;
  tandem_runtime* handle = NULL;
  if (self->has_log) {
    options->log = KeepLog;
    options->log_arg = &self->log;
  }
  Py_BEGIN_ALLOW_THREADS
    failure = tandem_runtime_create(options, &handle);
  Py_END_ALLOW_THREADS
  if (Raise(failure) != 0) return -1;
  self->handle = handle;
  has_runtimes = 1;
  return 0;
}

static PyObject* RuntimeNew(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  static char* names[] = {"loader_dirs",
                          "language_options",
                          "log",
                          "cache_dir",
                          "worker_program_dir",
                          "most_workers",
                          "most_workers_per_function",
                          "worker_idle_ms",
                          "worker_init_ms",
                          "platform_logs",
                          "strict_runtimes",
                          NULL};
  tandem_runtime_options options = tandem_runtime_defaults();
  tandem_language_option* language_options = NULL;
  tandem_bytes* loader_dirs = NULL;
  PyObject* dirs = NULL;
  PyObject* languages = NULL;
  Py_ssize_t most_workers = 0;
  Py_ssize_t most_workers_per_function = 0;
  long long idle = 0;
  long long init = 0;
  int has_log = 0;
  int platform_logs = 0;
  int strict = 0;
  Runtime* self;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O!O!pO&O&nnLLpp:Runtime", names, &PyTuple_Type, &dirs,
                                   &PyTuple_Type, &languages, &has_log, TakeText, &options.cache_dir, TakeText,
                                   &options.worker_program_dir, &most_workers, &most_workers_per_function, &idle, &init,
                                   &platform_logs, &strict)) {
    return NULL;
  }
  if (is_fork) {
    RaiseClosed(kFork);
    return NULL;
  }
  options.most_workers = (size_t)most_workers;
  options.most_workers_per_function = (size_t)most_workers_per_function;
  options.worker_idle_ms = idle;
  options.worker_init_ms = init;
  options.platform_logs = platform_logs;
  options.strict_runtimes = strict;
  self = (Runtime*)type->tp_alloc(type, 0);
  if (self == NULL) return NULL;
  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->idle, NULL);
  QueueInit(&self->log);
  self->has_log = has_log;
  loader_dirs = TakeTexts(dirs, &options.loader_dirs_size);
  options.loader_dirs = loader_dirs;
  if (loader_dirs == NULL || TakeLanguageOptions(languages, &options, &language_options) != 0 ||
      CreateRuntime(self, &options) != 0) {
    Py_CLEAR(self);
  }
  PyMem_Free(loader_dirs);
  PyMem_Free(language_options);
  return (PyObject*)self;
}

/* Takes the handle and waits for the calls that use it. NULL: there was none, or it is busy and `wait` is not set. */
static tandem_runtime* TakeHandle(Runtime* self, int wait) {
  tandem_runtime* handle = NULL;
  pthread_mutex_lock(&self->mutex);
  if (!self->is_closing && (wait || self->users == 0)) {
    handle = self->handle;
    self->is_closing = 1;
  }
  while (handle != NULL && self->users != 0) pthread_cond_wait(&self->idle, &self->mutex);
  if (handle != NULL) self->handle = NULL;
  pthread_mutex_unlock(&self->mutex);
  return handle;
}

/* close(wait): where it does not wait, what is busy stays. */
static PyObject* RuntimeClose(Runtime* self, PyObject* argument) {
  const int wait = PyObject_IsTrue(argument);
  tandem_failure* failure = NULL;
  tandem_runtime* handle;
  if (wait < 0) return NULL;
  if (is_fork) Py_RETURN_NONE; /* it is the parent's */
  if (RunsHere(self, NULL)) {
    RaiseCode(TANDEM_CODE_INVALID_ARGUMENT, "the runtime is closed from within an invocation of one of its functions");
    return NULL;
  }
  Py_BEGIN_ALLOW_THREADS
    handle = TakeHandle(self, wait);
    if (handle != NULL) {
      UnloadAbandoned(self);
      failure = tandem_runtime_close(handle);
      QueueEnd(&self->log);
    }
  Py_END_ALLOW_THREADS
  return NoneUnless(failure);
}

static void* CloseAbandoned(void* handle) {
  tandem_failure_free(tandem_runtime_close(handle));
  return NULL;
}

/* A finalizer may run anywhere, so that it waits for nothing: a thread of its own closes the runtime. */
static void RuntimeDealloc(Runtime* self) {
  PyTypeObject* const type = Py_TYPE(self);
  pthread_t thread;
  Abandoned* one;
  while ((one = self->abandoned) != NULL) { /* they end with the runtime */
    self->abandoned = one->next;
    free(one);
  }
  /* With a log, whoever takes it still refers to the runtime, so that it has been closed. In a fork it is the parent's.
   */
  if (self->handle != NULL && !is_fork && pthread_create(&thread, NULL, CloseAbandoned, self->handle) == 0) {
    pthread_detach(thread);
  }
  QueueFree(&self->log);
  type->tp_free((PyObject*)self);
  Py_DECREF(type);
}

static PyObject* RuntimeIsClosed(Runtime* self, void* unused) {
  int closed;
  (void)unused;
  pthread_mutex_lock(&self->mutex);
  closed = self->handle == NULL || self->is_closing;
  pthread_mutex_unlock(&self->mutex);
  return PyBool_FromLong(closed);
}

/* `option` is what they are given by. */
static tandem_variable* TakeVariables(const char* option, PyObject* tuple, size_t* size) {
  const Py_ssize_t count = PyTuple_Size(tuple);
  tandem_variable* variables;
  Py_ssize_t at;
  if (count < 0) return NULL;
  variables = PyMem_Calloc((size_t)count + 1, sizeof *variables);
  if (variables == NULL) {
    PyErr_NoMemory();
    return NULL;
  }
  for (at = 0; at < count; ++at) {
    PyObject* name;
    PyObject* value;
    if (PyArg_ParseTuple(PyTuple_GET_ITEM(tuple, at), "OO", &name, &value)) {
      if (PyUnicode_Check(name) && PyUnicode_Check(value)) {
        if (TakeText(name, &variables[at].name) && TakeText(value, &variables[at].value)) continue;
      } else {
        PyErr_Format(PyExc_TypeError, "%s have names and values that are str, not %.100s and %.100s", option,
                     Py_TYPE(name)->tp_name, Py_TYPE(value)->tp_name);
      }
    }
    PyMem_Free(variables);
    return NULL;
  }
  *size = (size_t)count;
  return variables;
}

/* `template_options` NULL: the function is of no template. */
static PyObject* NewFunction(Runtime* runtime, const tandem_template_options* template_options,
                             const tandem_load_options* options) {
  Function* self = (Function*)function_type->tp_alloc(function_type, 0);
  tandem_failure* failure = NULL;
  tandem_runtime* handle;
  if (self == NULL) return NULL;
  self->grave = malloc(sizeof *self->grave);
  Py_INCREF(runtime);
  self->runtime = runtime;
  if (self->grave == NULL) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  if (EnterRuntime(runtime, &handle) != 0) {
    Py_DECREF(self);
    return NULL;
  }
  Py_BEGIN_ALLOW_THREADS
    UnloadAbandoned(runtime);
    failure = template_options == NULL ? tandem_load(handle, options, &self->handle)
                                       : tandem_load_from_template(handle, template_options, options, &self->handle);
    LeaveRuntime(runtime);
  Py_END_ALLOW_THREADS
  if (Raise(failure) != 0) Py_CLEAR(self);
  return (PyObject*)self;
}

/* `given` is None or (path, function, parameters, region, package_dirs). */
static PyObject* NewFunctionOf(Runtime* runtime, PyObject* given, const tandem_load_options* options) {
  tandem_template_options template_options = tandem_template_defaults();
  PyObject* parameters_tuple = NULL;
  PyObject* dirs_tuple = NULL;
  PyObject* name = NULL;
  PyObject* region = NULL;
  PyObject* function = NULL;
  tandem_variable* parameters;
  tandem_bytes* dirs = NULL;
  if (given == Py_None) return NewFunction(runtime, NULL, options);
  if (!PyArg_ParseTuple(given, "O&OO!OO!", TakeText, &template_options.path, &name, &PyTuple_Type, &parameters_tuple,
                        &region, &PyTuple_Type, &dirs_tuple) ||
      !TakeOption("function", name, &template_options.function) ||
      !TakeOption("region", region, &template_options.region)) {
    return NULL;
  }
  parameters = TakeVariables("parameters", parameters_tuple, &template_options.parameters_size);
  if (parameters != NULL) dirs = TakeTexts(dirs_tuple, &template_options.package_dirs_size);
  template_options.parameters = parameters;
  template_options.package_dirs = dirs;
  if (dirs != NULL) function = NewFunction(runtime, &template_options, options);
  PyMem_Free(dirs);
  PyMem_Free(parameters);
  return function;
}

static PyObject* RuntimeLoad(Runtime* self, PyObject* args, PyObject* keywords) {
  static char* names[] = {"handler",   "code",     "runtime",   "name",       "version",     "log_format",
                          "log_level", "layers",   "variables", "timeout_ms", "memory_size", "max_concurrency",
                          "isolation", "template", "on_start",  NULL};
  tandem_load_options options = tandem_load_defaults();
  tandem_bytes* const texts[] = {&options.handler, &options.code,       &options.runtime,  &options.name,
                                 &options.version, &options.log_format, &options.log_level};
  PyObject* given[sizeof texts / sizeof *texts];
  size_t at;
  PyObject* layers_tuple = NULL;
  PyObject* variables_tuple = NULL;
  PyObject* of_template = NULL;
  PyObject* on_start = NULL;
  tandem_bytes* layers;
  tandem_variable* variables = NULL;
  PyObject* function = NULL;
  long long timeout = 0;
  int memory = 0;
  int concurrency = 0;
  int isolation = 0;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "OOOOOOOO!O!LiiiOO:load", names, &given[0], &given[1], &given[2],
                                   &given[3], &given[4], &given[5], &given[6], &PyTuple_Type, &layers_tuple,
                                   &PyTuple_Type, &variables_tuple, &timeout, &memory, &concurrency, &isolation,
                                   &of_template, &on_start)) {
    return NULL;
  }
  for (at = 0; at < sizeof texts / sizeof *texts; ++at) {
    if (!TakeOption(names[at], given[at], texts[at])) return NULL;
  }
  options.timeout_ms = timeout;
  options.memory_size_mb = memory;
  options.max_concurrency = concurrency;
  options.isolation = isolation;
  layers = TakeTexts(layers_tuple, &options.layers_size);
  if (layers != NULL) variables = TakeVariables("variables", variables_tuple, &options.variables_size);
  options.layers = layers;
  options.variables = variables;
  if (variables != NULL) function = NewFunctionOf(self, of_template, &options);
  if (function != NULL && on_start != Py_None) {
    Py_INCREF(on_start);
    ((Function*)function)->on_start = on_start;
  }
  PyMem_Free(variables);
  PyMem_Free(layers);
  return function;
}

static PyMethodDef runtime_methods[] = {
    {"load", (PyCFunction)(void (*)(void))RuntimeLoad, METH_VARARGS | METH_KEYWORDS, NULL},
    {"close", (PyCFunction)RuntimeClose, METH_O, NULL},
    {"take_log", (PyCFunction)RuntimeTakeLog, METH_NOARGS, NULL},
    {"wait_log", (PyCFunction)RuntimeWaitLog, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};
static PyGetSetDef runtime_attributes[] = {{"closed", (getter)RuntimeIsClosed, NULL, NULL, NULL},
                                           {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot runtime_slots[] = {{Py_tp_new, (void*)RuntimeNew},
                                      {Py_tp_dealloc, (void*)RuntimeDealloc},
                                      {Py_tp_methods, runtime_methods},
                                      {Py_tp_getset, runtime_attributes},
                                      {0, NULL}};
PyType_Spec runtime_spec = {"tandem._native.Runtime", sizeof(Runtime), 0, Py_TPFLAGS_DEFAULT, runtime_slots};
