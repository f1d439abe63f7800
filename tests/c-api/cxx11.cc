// The C API's header in C++11: compiled, and beside the loader ABI's, whose names are others.
#include "cases.h"
#include "tandem/loader_abi.h"
#include "tandem/tandem.h"

static_assert(sizeof(tandem_bytes) == sizeof(void*) + sizeof(size_t), "two members");

int FailureCodeInCxx11() {
  tandem_runtime_options options = tandem_runtime_defaults();
  options.platform_logs = 2;
  tandem_runtime* runtime = nullptr;
  tandem_failure* const failure = tandem_runtime_create(&options, &runtime);
  const int32_t code = runtime == nullptr ? tandem_failure_code(failure) : TANDEM_CODE_OK;
  tandem_failure_free(failure);
  return code;
}
