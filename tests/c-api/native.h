/* A runtime with the native loader, and its functions. */
#ifndef TANDEM_TESTS_C_API_NATIVE_H_
#define TANDEM_TESTS_C_API_NATIVE_H_

#include "tandem/tandem.h"

/* Options of a runtime with the native loader. */
tandem_runtime_options NativeOptions(void);
/* A runtime of them. */
tandem_runtime* OpenNative(void);
/* Options without a timeout. */
tandem_load_options NativeFunction(const char* handler);
tandem_loaded_function* LoadNative(tandem_runtime* runtime, const char* handler);
/* The outcome, where there has to be one. */
tandem_outcome* Invoke(tandem_loaded_function* function, const char* event);

#endif /* TANDEM_TESTS_C_API_NATIVE_H_ */
