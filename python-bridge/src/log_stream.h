// sys.stdout and sys.stderr of an interpreter.
#ifndef TANDEM_PYTHON_LOG_STREAM_H_
#define TANDEM_PYTHON_LOG_STREAM_H_

#include <string_view>

#include "python.h"

namespace tandem::python {

class Interpreter;

enum class EncodeErrors { kStrict, kReplace };

// The UTF-8 of a str as bytes. Errors: ErrorSet, with kStrict, for lone surrogates.
Object EncodeForLog(PyObject* text, EncodeErrors errors);
std::string_view BytesView(PyObject* bytes);

// LogStream(stream, strict): writes text to the log of the current function and has all other attributes of `stream`, a
// text stream over the same log (L-14). The type keeps `interpreter`.
Object MakeLogStreamType(Interpreter& interpreter);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_LOG_STREAM_H_
