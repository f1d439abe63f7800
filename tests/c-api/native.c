#include "native.h"

#include "expect.h"

tandem_runtime_options NativeOptions(void) {
  static const char kFolder[] = TANDEM_TEST_LOADERS;
  static tandem_bytes loader_dirs;
  tandem_runtime_options options = tandem_runtime_defaults();
  loader_dirs = tandem_text(kFolder);
  options.loader_dirs = &loader_dirs;
  options.loader_dirs_size = 1;
  return options;
}

tandem_runtime* OpenNative(void) {
  const tandem_runtime_options options = NativeOptions();
  tandem_runtime* runtime = NULL;
  EXPECT_SUCCESS(tandem_runtime_create(&options, &runtime));
  return runtime;
}

tandem_load_options NativeFunction(const char* handler) {
  tandem_load_options options = tandem_load_defaults();
  options.handler = tandem_text(handler);
  options.code = tandem_text(".");
  options.timeout_ms = TANDEM_NO_TIMEOUT;
  return options;
}

tandem_loaded_function* LoadNative(tandem_runtime* runtime, const char* handler) {
  const tandem_load_options options = NativeFunction(handler);
  tandem_loaded_function* function = NULL;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  return function;
}

tandem_outcome* Invoke(tandem_loaded_function* function, const char* event) {
  tandem_outcome* outcome = NULL;
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text(event), NULL, &outcome));
  EXPECT(outcome != NULL);
  return outcome;
}
