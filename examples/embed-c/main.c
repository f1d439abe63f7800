/* Invokes a Java and a Python handler in this process: embed-c HELLO_JAVA_JAR DEPLOYMENT_PACKAGE_ZIP */
#include <stdio.h>
#include <tandem/tandem.h>

/* Prints what the handler answers, or why there is no answer. */
static int Call(tandem_runtime* runtime, const char* handler, const char* code, const char* event) {
  tandem_load_options options = tandem_load_defaults();
  tandem_loaded_function* function = NULL;
  tandem_outcome* outcome = NULL;
  options.handler = tandem_text(handler);
  options.code = tandem_text(code);
  options.timeout_ms = 30000; /* the first calls of a process are slow on a busy machine */
  tandem_failure* failure = tandem_load(runtime, &options, &function);
  if (failure == NULL) failure = tandem_invoke(function, tandem_text(event), NULL, &outcome);
  const tandem_bytes payload = tandem_outcome_payload(outcome);
  if (failure == NULL) printf("%.*s\n", (int)payload.size, payload.data);
  if (failure != NULL) fprintf(stderr, "%s\n", tandem_failure_message(failure));
  const int failed = failure != NULL || tandem_outcome_is_error(outcome);
  tandem_outcome_free(outcome);
  tandem_failure_free(failure);
  return failed;
}

int main(int argc, char** argv) {
  tandem_runtime* runtime = NULL;
  tandem_failure* failure = argc == 3 ? tandem_runtime_create(NULL, &runtime) : NULL;
  if (runtime == NULL) fprintf(stderr, "embed-c: two packages, please. %s\n", tandem_failure_message(failure));
  if (runtime == NULL) return 2;
  int failed = Call(runtime, "example.Hello::myHandler", argv[1], "123");
  failed |= Call(runtime, "hello_python.my_handler", argv[2], "{\"first_name\": \"Ada\", \"last_name\": \"Lovelace\"}");
  tandem_failure_free(tandem_runtime_close(runtime));
  return failed;
}
