// What each host thread has in the interpreters, and how it enters one.
#ifndef TANDEM_PYTHON_THREADS_H_
#define TANDEM_PYTHON_THREADS_H_

#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include "buffer.h"
#include "python.h"
#include "unmarshal.h"

namespace tandem::python {

// One host thread: its thread state in each interpreter that it has entered, and what the fast paths need.
// Owns: the thread states that it made. One that the thread has from elsewhere (PyGILState_Ensure of its host, a thread
// of Python's) may be gone at any later call and is asked for again each time.
// Lifetime: from the thread's first call to its end or its Release.
class HostThread {
 public:
  // The calling thread's, made at its first call.
  static HostThread& Current() {
    HostThread* thread = current_;
    if (thread != nullptr) [[likely]]
      return *thread;
    return Make();
  }
  // Gives back all that the calling thread holds; takes the GIL for it.
  static void Release();

  ~HostThread() = default;
  HostThread(const HostThread&) = delete;
  HostThread& operator=(const HostThread&) = delete;

  // The thread's state in an interpreter; NULL when memory is exhausted.
  PyThreadState* StateIn(PyInterpreterState* interpreter) {
    if (last_interpreter_ == interpreter) [[likely]]
      return last_state_;
    return FindState(interpreter);
  }
  // Remembers a thread state of this thread's that came with its interpreter and stays as long.
  void Keep(PyThreadState* state);
  // Whether `state` is one of the calling thread's, which may not have called yet.
  static bool CallerHolds(PyThreadState* state);
  // Whether `state` is one of this thread's.
  bool Holds(PyThreadState* state) const;

  // From here on no thread enters an interpreter: Python, which is the host's, is about to end. With the GIL.
  static void EndAll() { ended_.store(true, std::memory_order_relaxed); }
  static bool ended() { return ended_.load(std::memory_order_relaxed); }

  // As CPython names threads.
  unsigned long ident() const { return ident_; }
  Unmarshaller& unmarshaller() { return unmarshaller_; }
  std::unique_ptr<Buffer>& buffer() { return buffer_; }

 private:
  struct Entry {
    PyInterpreterState* interpreter;
    PyThreadState* state;
    bool owned;
  };

  HostThread() = default;
  static HostThread& Make();
  static void EndThread(void* thread);
  void GiveStatesBack();
  PyThreadState* FindState(PyInterpreterState* interpreter);

  // A pointer in every thread's static block is found without a call.
  [[gnu::tls_model("initial-exec")]] static constinit thread_local HostThread* current_;

  static std::atomic<bool> ended_;

  // The initial thread's, which no end of a thread deletes. Only that thread uses it, so that what it has is referred
  // to where leaks are looked for.
  static HostThread* initial_;

  const unsigned long ident_ = PyThread_get_thread_ident();
  PyInterpreterState* last_interpreter_ = nullptr;
  PyThreadState* last_state_ = nullptr;
  std::vector<Entry> entries_;
  Unmarshaller unmarshaller_;
  std::unique_ptr<Buffer> buffer_;
};

// The calling thread's current thread state, or some other thread's, or NULL; see HostThread::Holds.
inline PyThreadState* CurrentState() {
#if PY_VERSION_HEX >= 0x030D0000
  return PyThreadState_GetUnchecked();
#else
  return _PyThreadState_UncheckedGet();
#endif
}

// Python has ended, with the host that is Python code itself.
class HostEnded : public std::runtime_error {
 public:
  HostEnded() : std::runtime_error("Python has ended in this process, and with it the handlers in it") {}
};

// The calling thread inside one interpreter, with the GIL, for a scope. Where it has the GIL already (a host that is
// itself Python code, or a handler that calls its host) the scope changes interpreters and changes back.
// Errors: the constructor throws std::bad_alloc or HostEnded.
class Gil {
 public:
  Gil(HostThread& thread, PyInterpreterState* interpreter);
  explicit Gil(PyInterpreterState* interpreter) : Gil(HostThread::Current(), interpreter) {}
  ~Gil() { Leave(); }
  Gil(const Gil&) = delete;
  Gil& operator=(const Gil&) = delete;

  // Ends the scope early.
  void Leave();

 private:
  PyThreadState* outer_ = nullptr;
  enum { kLeft, kTaken, kSwapped } how_ = kLeft;
};

// The calling thread without the GIL for a scope, if it had it. Needs no memory.
class WithoutGil {
 public:
  WithoutGil();
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* saved_ = nullptr;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_THREADS_H_
