// What the Python half calls in the C++ half.
#ifndef TANDEM_PYTHON_NATIVE_MODULE_H_
#define TANDEM_PYTHON_NATIVE_MODULE_H_

#include "python.h"

namespace tandem::python {

class Interpreter;

// The module `_tandem.native` of one interpreter. Errors: ErrorSet.
Object MakeNativeModule(Interpreter& interpreter);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_NATIVE_MODULE_H_
