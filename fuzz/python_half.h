// An interpreter in this process with the Python half of the Python bridge.
#ifndef TANDEM_FUZZ_PYTHON_HALF_H_
#define TANDEM_FUZZ_PYTHON_HALF_H_

#include <string>
#include <string_view>

#include "fuzz/lib.h"
#include "python.h"

namespace tandem::fuzz {

// Starts the interpreter, in which each object has memory of its own, which AddressSanitizer watches, and runs
// `script`; its globals are the target's to ask for.
// Threads: the one that made it. Lifetime: as the process.
class PythonHalf {
 public:
  explicit PythonHalf(const char* script) {
    PyPreConfig early;
    PyPreConfig_InitPythonConfig(&early);
    early.utf8_mode = 1;
    early.allocator = PYMEM_ALLOCATOR_MALLOC;
    Must(Py_PreInitialize(&early));
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;
    config.write_bytecode = 0;
    config.parse_argv = 0;
    Must(PyConfig_SetBytesString(&config, &config.executable, TANDEM_FUZZ_PYTHON));
    Must(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
    Must(PyRun_SimpleString("import sys\nsys.path.insert(0, '" TANDEM_FUZZ_PYTHON_HALF
                            "')\nfrom _tandem import wire\nwire.load('" TANDEM_FUZZ_VENDOR "', True)\n") == 0);
    Must(PyRun_SimpleString(script) == 0);
  }

  // A borrowed reference.
  static PyObject* Global(const char* name) {
    PyObject* value = PyDict_GetItemString(PyModule_GetDict(PyImport_AddModule("__main__")), name);
    Must(value != nullptr);
    return value;
  }

 private:
  static void Must(bool holds) { Require(holds, "Python cannot be started"); }
  static void Must(const PyStatus& status) {
    Require(PyStatus_Exception(status) == 0, "Python cannot be started",
            status.err_msg == nullptr ? "" : status.err_msg);
  }
};

}  // namespace tandem::fuzz

#endif  // TANDEM_FUZZ_PYTHON_HALF_H_
