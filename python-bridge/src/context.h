// The context object that handlers get (C-01 to C-17).
#ifndef TANDEM_PYTHON_CONTEXT_H_
#define TANDEM_PYTHON_CONTEXT_H_

#include <array>

#include "host.h"
#include "interpreter.h"
#include "python.h"

namespace tandem::python {

// Where the context of a running invocation takes its values from.
// Threads: with the GIL. Lifetime: until the invocation ends.
struct ContextSource {
  Interpreter* interpreter = nullptr;
  // What stays the same for all invocations of a function, borrowed, by Interpreter::Name; NULL where it does not.
  const std::array<PyObject*, Interpreter::kNameCount>* constants = nullptr;
  const tandem_invocation* invocation = nullptr;
};

// The contexts of one handler, one at a time. An instance costs next to nothing until its attributes are looked at: it
// fills its __dict__ from the source then, or at the latest when the invocation ends and somebody keeps it.
// Threads: with the GIL. Owns: an unused instance. Errors: ErrorSet.
class ContextMaker {
 public:
  // The context of a new invocation. Client context and identity are parsed here, as a bad one fails the call (C-13).
  Object Begin(const ContextSource& source);
  // The invocation has ended: the source is not used any more.
  static void End(Object& context, ContextMaker& maker) noexcept;

 private:
  Object spare_;
};

// The class, `awslambdaric.lambda_context.LambdaContext`; the Python half gives it the rest of its methods.
Object MakeContextType();

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_CONTEXT_H_
