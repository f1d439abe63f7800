#include "threads.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <stdexcept>

namespace tandem::python {
namespace {

// A pthread key and not a thread_local with a destructor: its destructor runs when a thread ends, and not in exit(),
// where taking the GIL could wait for a handler that never returns.
pthread_key_t ThreadKey(void (*end)(void*)) {
  static const pthread_key_t key = [end] {
    pthread_key_t made{};
    if (pthread_key_create(&made, end) != 0) throw std::runtime_error("the process has no key for threads left");
    return made;
  }();
  return key;
}

bool Finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

// How much the calling thread may pile up on its stack. A JVM in the process leaves its initial thread 1 MiB.
[[maybe_unused]] size_t StackSize() {
  constexpr size_t kInitialThread = size_t{1} << 20;
  pthread_attr_t attributes{};
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return kInitialThread;
  void* lowest = nullptr;
  size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return getpid() == gettid() ? std::min(size, kInitialThread) : size;
}

// CPython 3.12 and 3.13 count nested calls within C up to a number that is made for 8 MiB of stack; a smaller one ended
// the process before the RecursionError (J-45). Older versions have one number for C and Python, and newer ones look at
// the stack.
void BoundRecursion([[maybe_unused]] PyThreadState* state) {
#if PY_VERSION_HEX >= 0x030C0000 && PY_VERSION_HEX < 0x030E0000
  constexpr size_t kBytesEach = 800;
  const size_t bound = StackSize() / kBytesEach;
  if (static_cast<size_t>(state->c_recursion_remaining) > bound) state->c_recursion_remaining = static_cast<int>(bound);
#endif
}

// The state that this thread has in the main interpreter just now, because Python started it or its host made one.
PyThreadState* StateOfPython(PyInterpreterState* interpreter) {
  if (interpreter != PyInterpreterState_Main()) return nullptr;
  PyThreadState* state = PyGILState_GetThisThreadState();
  return state != nullptr && PyThreadState_GetInterpreter(state) == interpreter ? state : nullptr;
}

}  // namespace

constinit thread_local HostThread* HostThread::current_ = nullptr;
HostThread* HostThread::initial_ = nullptr;
std::atomic<bool> HostThread::ended_ = false;

HostThread& HostThread::Make() {
  current_ = new HostThread();
  if (getpid() == gettid()) initial_ = current_;
  pthread_setspecific(ThreadKey(&EndThread), current_);
  return *current_;
}

void HostThread::EndThread(void* thread) {
  static_cast<HostThread*>(thread)->GiveStatesBack();
  delete static_cast<HostThread*>(thread);
  current_ = nullptr;
}

void HostThread::Release() {
  if (current_ == nullptr) return;
  pthread_setspecific(ThreadKey(&EndThread), nullptr);
  current_->GiveStatesBack();
  delete current_;
  current_ = nullptr;
}

// Not in the destructor: up to 3.12 CPython ends a thread that waits for the GIL when Python ends, by unwinding, which
// no destructor lets pass.
void HostThread::GiveStatesBack() {
  if (getpid() == gettid() && initial_ == this) initial_ = nullptr;
  if (Finalizing() || ended()) return;
  const WithoutGil without;
  for (const Entry& entry : entries_) {
    if (!entry.owned) continue;
    PyEval_RestoreThread(entry.state);
    PyThreadState_Clear(entry.state);
    PyThreadState_DeleteCurrent();
  }
}

PyThreadState* HostThread::FindState(PyInterpreterState* interpreter) {
  for (const Entry& entry : entries_) {
    if (entry.interpreter != interpreter) continue;
    last_interpreter_ = interpreter;
    return last_state_ = entry.state;
  }
  PyThreadState* state = StateOfPython(interpreter);
  if (state != nullptr) return state;
  // The main interpreter's comes first: PyGILState remembers the first state of a thread as the thread's own.
  if (interpreter != PyInterpreterState_Main() && FindState(PyInterpreterState_Main()) == nullptr) return nullptr;
  entries_.reserve(entries_.size() + 1);
  state = PyThreadState_New(interpreter);
  if (state == nullptr) return nullptr;
  BoundRecursion(state);
  entries_.push_back({interpreter, state, true});
  last_interpreter_ = interpreter;
  return last_state_ = state;
}

void HostThread::Keep(PyThreadState* state) {
  BoundRecursion(state);
  entries_.push_back({PyThreadState_GetInterpreter(state), state, false});
}

bool HostThread::CallerHolds(PyThreadState* state) {
  return current_ != nullptr ? current_->Holds(state) : state == PyGILState_GetThisThreadState();
}

bool HostThread::Holds(PyThreadState* state) const {
  for (const Entry& entry : entries_) {
    if (entry.state == state) return true;
  }
  return state == PyGILState_GetThisThreadState();
}

Gil::Gil(HostThread& thread, PyInterpreterState* interpreter) {
  if (HostThread::ended()) [[unlikely]]
    throw HostEnded();
  PyThreadState* state = thread.StateIn(interpreter);
  if (state == nullptr) throw std::bad_alloc();
  PyThreadState* current = CurrentState();
  if (current != nullptr && thread.Holds(current)) [[unlikely]] {
    outer_ = PyThreadState_Swap(state);
    how_ = kSwapped;
  } else {
    PyEval_RestoreThread(state);
    how_ = kTaken;
  }
}

void Gil::Leave() {
  if (how_ == kTaken) [[likely]]
    PyEval_SaveThread();
  if (how_ == kSwapped) [[unlikely]]
    PyThreadState_Swap(outer_);
  how_ = kLeft;
}

WithoutGil::WithoutGil() {
  PyThreadState* current = CurrentState();
  if (current != nullptr && HostThread::CallerHolds(current)) saved_ = PyEval_SaveThread();
}

WithoutGil::~WithoutGil() {
  if (saved_ != nullptr) PyEval_RestoreThread(saved_);
}

}  // namespace tandem::python
