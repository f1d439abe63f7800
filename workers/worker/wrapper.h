// The program that AWS_LAMBDA_EXEC_WRAPPER names, which starts a function's worker (E-49).
#ifndef TANDEM_WORKERS_WORKER_WRAPPER_H_
#define TANDEM_WORKERS_WORKER_WRAPPER_H_

namespace tandem::workers {

// Becomes the wrapper, with the worker's program and kWrappedArgument as its arguments: it executes those, with other
// variables if it likes. Where it cannot be executed, says so on standard error and ends the process: with 127 where
// there is no such file, else with 126.
[[noreturn]] void BecomeWrapper();

// Whether the process was started so. One that was started with further arguments, as for an interpreter, which it is
// not, says so and ends with 2.
bool IsWrapped(int count, const char* const* arguments);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_WRAPPER_H_
