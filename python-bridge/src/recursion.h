// The recursion limit as the service's client meets it: up to Python 3.11 it counts C's calls and the client's own
// frames.
#ifndef TANDEM_PYTHON_RECURSION_H_
#define TANDEM_PYTHON_RECURSION_H_

#include "python.h"
#include "unmarshal.h"

namespace tandem::python {

// How many more calls than here lie below the reading of an event and the writing of a result in the client.
inline constexpr int kClientCallsAtReading = 7;
inline constexpr int kClientCallsAtWriting = 6;

#if PY_VERSION_HEX < 0x030C0000

// Whether every value of the fast paths is one that the client reads and writes, too, whatever limit user code has set.
inline bool LimitAllowsFastPaths() {
  constexpr int kRoom = 100;  // beyond what the client and simplejson take
  return Py_GetRecursionLimit() >= static_cast<int>(kFastDepth) + kRoom;
}

// Takes calls off what the limit leaves, for its scope.
// Threads: one, with the GIL. Errors: none; where fewer are left, what is called next raises the RecursionError.
class ClientCalls {
 public:
  explicit ClientCalls(int count) {
    while (entered_ < count && Py_EnterRecursiveCall("") == 0) ++entered_;
    if (entered_ < count) PyErr_Clear();
  }
  ClientCalls(const ClientCalls&) = delete;
  ClientCalls& operator=(const ClientCalls&) = delete;
  ~ClientCalls() {
    for (; entered_ > 0; --entered_) Py_LeaveRecursiveCall();
  }

 private:
  int entered_ = 0;
};

#else

constexpr bool LimitAllowsFastPaths() {
  return true;
}

struct ClientCalls {
  explicit ClientCalls(int /*count*/) {}
};

#endif

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_RECURSION_H_
