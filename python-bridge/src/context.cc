#include "context.h"

#include <structmember.h>

#include <chrono>
#include <cstddef>
#include <limits>

namespace tandem::python {
namespace {

// What get_remaining_time_in_millis answers where there is no deadline: the largest int of the other languages (C-37).
constexpr long kNoDeadlineMs = std::numeric_limits<int32_t>::max();

struct Context {
  PyObject_HEAD PyObject* dict;
  PyObject* weak_references;
  bool live;  // the source is valid and the __dict__ is not filled yet
  ContextSource source;
};

Context* Self(PyObject* self) {
  return reinterpret_cast<Context*>(self);
}

int64_t NowMs() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

PyObject* NewReference(PyObject* object) {
  Py_INCREF(object);
  return object;
}

// The value of an attribute that needs no __dict__, or NULL without an error: not one of those.
PyObject* PlainValue(const ContextSource& source, Interpreter::Name name) {
  if (PyObject* constant = (*source.constants)[name]) return NewReference(constant);
  const tandem_invocation& invocation = *source.invocation;
  switch (name) {
    case Interpreter::kRequestId:
      return MakeTextOrNone(View(invocation.request_id)).release().ptr();
    case Interpreter::kArn:
      return MakeTextOrNone(View(invocation.invoked_function_arn)).release().ptr();
    case Interpreter::kTenant:
      return MakeTextOrNone(View(invocation.tenant_id)).release().ptr();
    case Interpreter::kDeadline:
      return Steal(PyLong_FromLongLong(invocation.deadline_ms)).release().ptr();
    default:
      return nullptr;
  }
}

Object Parsed(PyObject* parse, tandem_string text) {
  return Steal(PyObject_CallOneArg(parse, MakeText(View(text)).ptr()));
}

Object ClientContextOf(const ContextSource& source) {
  const tandem_string text = source.invocation->client_context;
  return text.size == 0 ? Borrow(Py_None) : Parsed(source.interpreter->parse_client_context(), text);
}

Object IdentityOf(const ContextSource& source) {
  const tandem_string text = source.invocation->cognito_identity;
  return text.size == 0 ? Steal(PyObject_CallNoArgs(source.interpreter->no_identity()))
                        : Parsed(source.interpreter->parse_identity(), text);
}

// Fills the __dict__, in the order of the service's class.
void Fill(Context* self) {
  const ContextSource source = self->source;
  Object dict = Steal(PyDict_New());
  for (int at = 0; at < Interpreter::kNameCount; ++at) {
    const auto name = static_cast<Interpreter::Name>(at);
    const Object value = name == Interpreter::kClientContext ? ClientContextOf(source)
                         : name == Interpreter::kIdentity    ? IdentityOf(source)
                                                             : Steal(PlainValue(source, name));
    Check(PyDict_SetItem(dict.ptr(), source.interpreter->name(name), value.ptr()));
  }
  self->live = false;
  PyObject* made = dict.release().ptr();
  Py_XSETREF(self->dict, made);
}

int FillIfLive(PyObject* object) noexcept {
  Context* self = Self(object);
  if (!self->live) return 0;
  try {
    Fill(self);
    return 0;
  } catch (const ErrorSet&) {
    return -1;
  }
}

PyObject* GetAttribute(PyObject* object, PyObject* name) {
  Context* self = Self(object);
  if (self->live) {
    for (int at = 0; at < Interpreter::kNameCount; ++at) {
      const auto which = static_cast<Interpreter::Name>(at);
      if (name != self->source.interpreter->name(which)) continue;
      try {
        if (PyObject* value = PlainValue(self->source, which)) return value;
      } catch (const ErrorSet&) {
        return nullptr;
      }
    }
    if (_PyType_Lookup(Py_TYPE(object), name) == nullptr && FillIfLive(object) < 0) return nullptr;
  }
  return PyObject_GenericGetAttr(object, name);
}

int SetAttribute(PyObject* object, PyObject* name, PyObject* value) {
  if (FillIfLive(object) < 0) return -1;
  return PyObject_GenericSetAttr(object, name, value);
}

PyObject* GetDict(PyObject* object, void*) {
  if (FillIfLive(object) < 0) return nullptr;
  return PyObject_GenericGetDict(object, nullptr);
}

int SetDict(PyObject* object, PyObject* value, void*) {
  if (FillIfLive(object) < 0) return -1;
  return PyObject_GenericSetDict(object, value, nullptr);
}

PyObject* GetState(PyObject* object, PyObject*) {
  PyObject* dict = GetDict(object, nullptr);
  if (dict == nullptr) return nullptr;
  PyObject* copy = PyDict_Copy(dict);
  Py_DECREF(dict);
  return copy;
}

PyObject* RemainingTime(PyObject* object, PyObject*) {
  Context* self = Self(object);
  int64_t deadline = 0;
  if (self->live) {
    deadline = self->source.invocation->deadline_ms;
  } else {
    PyObject* value = PyObject_GetAttrString(object, "_epoch_deadline_time_in_ms");
    if (value == nullptr) return nullptr;
    deadline = PyLong_AsLongLong(value);
    Py_DECREF(value);
    if (deadline == -1 && PyErr_Occurred() != nullptr) return nullptr;
  }
  if (deadline == std::numeric_limits<int64_t>::max()) return PyLong_FromLong(kNoDeadlineMs);
  const int64_t left = deadline - NowMs();
  return PyLong_FromLongLong(left > 0 ? left : 0);
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Self(object)->dict);
  Py_VISIT(Py_TYPE(object));
  return 0;
}

int Clear(PyObject* object) {
  Py_CLEAR(Self(object)->dict);
  return 0;
}

void Dealloc(PyObject* object) {
  PyObject_GC_UnTrack(object);
  if (Self(object)->weak_references != nullptr) PyObject_ClearWeakRefs(object);
  Clear(object);
  PyTypeObject* type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyMethodDef kMethods[] = {
    {"get_remaining_time_in_millis", &RemainingTime, METH_NOARGS,
     "Milliseconds until the invocation's deadline on the wall clock; 0 after it."},
    {"__getstate__", &GetState, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef kMembers[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(Context, dict), READONLY, nullptr},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Context, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef kProperties[] = {
    {"__dict__", &GetDict, &SetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot kSlots[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(&Traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(&Clear)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&Dealloc)},
    {Py_tp_getattro, reinterpret_cast<void*>(&GetAttribute)},
    {Py_tp_setattro, reinterpret_cast<void*>(&SetAttribute)},
    {Py_tp_methods, kMethods},
    {Py_tp_members, kMembers},
    {Py_tp_getset, kProperties},
    {0, nullptr},
};

PyType_Spec kSpec = {"awslambdaric.lambda_context.LambdaContext", sizeof(Context), 0,
                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, kSlots};

}  // namespace

Object ContextMaker::Begin(const ContextSource& source) {
  Object context = std::move(spare_);
  if (!context) [[unlikely]] {
    PyTypeObject* type = source.interpreter->context_type();
    context = Steal(type->tp_alloc(type, 0));
  }
  Context* self = Self(context.ptr());
  self->source = source;
  self->live = true;
  if (source.invocation->client_context.size != 0 || source.invocation->cognito_identity.size != 0) [[unlikely]] {
    try {
      Fill(self);
    } catch (const ErrorSet&) {
      self->live = false;
      throw;
    }
  }
  return context;
}

void ContextMaker::End(Object& context, ContextMaker& maker) noexcept {
  if (!context) [[unlikely]]
    return;
  Context* self = Self(context.ptr());
  const bool kept = Py_REFCNT(context.ptr()) > 1;
  if (kept && FillIfLive(context.ptr()) < 0) PyErr_Clear();
  self->live = false;
  self->source = {};
  if (!kept && self->dict == nullptr && self->weak_references == nullptr) maker.spare_ = std::move(context);
  context = Object();
}

Object MakeContextType() {
  return Steal(PyType_FromSpec(&kSpec));
}

}  // namespace tandem::python
