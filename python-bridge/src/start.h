// Starting CPython in this process.
#ifndef TANDEM_PYTHON_START_H_
#define TANDEM_PYTHON_START_H_

#include <stdexcept>
#include <string>
#include <string_view>

namespace tandem::python {

// CPython cannot be started; the text says why.
class StartFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Starts the interpreter that `executable` names, a virtual environment's included, unless one runs in this process
// already: then false, and its main interpreter is the host's. The calling thread becomes Python's main thread; it does
// not hold the GIL afterwards. No signal handler and no signal disposition of the host's is changed. A CPython that it
// starts is never finalised. Errors: StartFailure, also where the one that runs is not of `version`.
bool StartPython(const std::string& executable, std::string_view version);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_START_H_
