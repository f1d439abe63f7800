// Starting CPython in this process.
#ifndef TANDEM_PYTHON_START_H_
#define TANDEM_PYTHON_START_H_

#include <stdexcept>
#include <string>

namespace tandem::python {

// CPython cannot be started; the text says why.
class StartFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Starts the interpreter that `executable` names, a virtual environment's included, unless one runs in this process
// already. The calling thread becomes Python's main thread; it does not hold the GIL afterwards. No signal handler and
// no signal disposition of the host's is changed. CPython is never finalised. Errors: StartFailure.
void StartPython(const std::string& executable);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_START_H_
