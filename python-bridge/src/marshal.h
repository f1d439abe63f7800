// Python results to response bytes, for the results whose bytes are beyond doubt.
#ifndef TANDEM_PYTHON_MARSHAL_H_
#define TANDEM_PYTHON_MARSHAL_H_

#include "buffer.h"
#include "python.h"

namespace tandem::python {

// How text beyond ASCII is written (J-03).
enum class TextMode { kEscaped, kRaw };

// Appends the JSON of `value`. True: written. False, without the error indicator: not for the fast path (a subclass, a
// type that is not built in, a key that is no str, a lone surrogate in raw mode, a big integer, too deep ...); what was
// appended is to be dropped. Runs no user code.
bool WriteFast(PyObject* value, TextMode mode, Buffer& out);

// A finite float as its repr (J-10), at `to`, which has room for 32 bytes; returns the end.
char* WriteFloat(double value, char* to);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_MARSHAL_H_
