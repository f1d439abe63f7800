/* Wrong arguments: each is refused with its name, and nothing else happens. */
#include <stddef.h>
#include <string.h>

#include "cases.h"
#include "expect.h"
#include "native.h"

#define WRONG TANDEM_CODE_INVALID_ARGUMENT

static tandem_bytes NullOfSize(size_t size) {
  tandem_bytes bytes;
  bytes.data = NULL;
  bytes.size = size;
  return bytes;
}

static tandem_bytes WithNul(void) {
  static const char kText[] = "a\0b";
  tandem_bytes bytes;
  bytes.data = kText;
  bytes.size = 3;
  return bytes;
}

void NullsAreRefused(void) {
  tandem_runtime* const runtime = OpenNative();
  const tandem_load_options options = NativeFunction("native.echo");
  tandem_loaded_function* function = LoadNative(runtime, "native.echo");
  tandem_loaded_function* none = function;
  tandem_outcome* outcome = NULL;
  EXPECT_FAILURE(tandem_runtime_create(NULL, NULL), WRONG, "tandem_runtime_create: runtime is NULL");
  EXPECT_FAILURE(tandem_load(NULL, &options, &none), WRONG, "tandem_load: runtime is NULL");
  EXPECT(none == NULL);
  EXPECT_FAILURE(tandem_load(runtime, NULL, &none), WRONG, "tandem_load: options is NULL");
  EXPECT_FAILURE(tandem_load(runtime, &options, NULL), WRONG, "tandem_load: function is NULL");
  EXPECT_FAILURE(tandem_warm(NULL), WRONG, "tandem_warm: function is NULL");
  EXPECT_FAILURE(tandem_prepare(NULL, &outcome), WRONG, "tandem_prepare: function is NULL");
  EXPECT_FAILURE(tandem_prepare(function, NULL), WRONG, "tandem_prepare: outcome is NULL");
  EXPECT_FAILURE(tandem_invoke(NULL, tandem_text("{}"), NULL, &outcome), WRONG, "tandem_invoke: function is NULL");
  EXPECT_FAILURE(tandem_invoke(function, tandem_text("{}"), NULL, NULL), WRONG, "tandem_invoke: outcome is NULL");
  EXPECT_FAILURE(tandem_invoke(function, NullOfSize(1), NULL, &outcome), WRONG, "payload has a size and is NULL");
  EXPECT_FAILURE(tandem_cancel(NULL, tandem_text("an-id")), WRONG, "tandem_cancel: function is NULL");
  EXPECT_FAILURE(tandem_cancel(function, NullOfSize(0)), WRONG, "tandem_cancel: request_id is empty");
  EXPECT_FAILURE(tandem_cancel(function, NullOfSize(1)), WRONG, "request_id has a size and is NULL");
  EXPECT(outcome == NULL);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void NullsAreEmpty(void) {
  EXPECT(tandem_text(NULL).size == 0);
  EXPECT(tandem_failure_code(NULL) == TANDEM_CODE_OK);
  EXPECT_TEXT(tandem_text(tandem_failure_message(NULL)), "");
  tandem_failure_free(NULL);
  EXPECT_SUCCESS(tandem_runtime_close(NULL));
  EXPECT_SUCCESS(tandem_unload(NULL));
  EXPECT_TEXT(tandem_load_warning(NULL), "");
  EXPECT(tandem_outcome_is_error(NULL) == 0);
  EXPECT_TEXT(tandem_outcome_payload(NULL), "");
  EXPECT_TEXT(tandem_outcome_content_type(NULL), "");
  EXPECT_TEXT(tandem_outcome_error_type(NULL), "");
  EXPECT_TEXT(tandem_outcome_error_message(NULL), "");
  EXPECT(tandem_outcome_stack_size(NULL) == 0);
  EXPECT_TEXT(tandem_outcome_stack_frame(NULL, 0), "");
  EXPECT_TEXT(tandem_outcome_request_id(NULL), "");
  EXPECT_TEXT(tandem_outcome_log_tail(NULL), "");
  tandem_outcome_free(NULL);
  tandem_detach_thread();
}

static void ExpectRuntimeRefused(const tandem_runtime_options* options, int line, const char* part) {
  tandem_runtime* runtime = NULL;
  ExpectFailure(__FILE__, line, "tandem_runtime_create", tandem_runtime_create(options, &runtime), WRONG, part);
  EXPECT(runtime == NULL);
}

#define REFUSED_RUNTIME(change, part)                 \
  do {                                                \
    tandem_runtime_options options = NativeOptions(); \
    change;                                           \
    ExpectRuntimeRefused(&options, __LINE__, (part)); \
  } while (0)

void RefusesWrongRuntimeOptions(void) {
  const tandem_bytes null_dir = NullOfSize(2);
  tandem_language_option option;
  memset(&option, 0, sizeof option);
  option.value = tandem_text("value");
  REFUSED_RUNTIME(options.loader_dirs = NULL, "options.loader_dirs has a size and is NULL");
  REFUSED_RUNTIME(options.loader_dirs = &null_dir, "options.loader_dirs has a size and is NULL");
  REFUSED_RUNTIME(options.language_options_size = 1, "options.language_options has a size and is NULL");
  REFUSED_RUNTIME((options.language_options = &option, options.language_options_size = 1),
                  "lacks a language or a name");
  REFUSED_RUNTIME(options.cache_dir = WithNul(), "options.cache_dir has a NUL in it");
  REFUSED_RUNTIME(options.worker_program_dir = WithNul(), "options.worker_program_dir has a NUL in it");
  REFUSED_RUNTIME(options.worker_idle_ms = -1, "options.worker_idle_ms is negative");
  REFUSED_RUNTIME(options.worker_init_ms = -1, "options.worker_init_ms is negative");
  REFUSED_RUNTIME(options.platform_logs = 2, "options.platform_logs is neither 0 nor 1");
  REFUSED_RUNTIME(options.strict_runtimes = -1, "options.strict_runtimes is neither 0 nor 1");
}

static void ExpectLoadRefused(const tandem_load_options* options, int line, const char* part) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* function = NULL;
  ExpectFailure(__FILE__, line, "tandem_load", tandem_load(runtime, options, &function), WRONG, part);
  EXPECT(function == NULL);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

#define REFUSED_LOAD(change, part)                               \
  do {                                                           \
    tandem_load_options options = NativeFunction("native.echo"); \
    change;                                                      \
    ExpectLoadRefused(&options, __LINE__, (part));               \
  } while (0)

void RefusesWrongLoadOptions(void) {
  tandem_variable variable;
  variable.name = tandem_text("A=B");
  variable.value = tandem_text("");
  REFUSED_LOAD(options.handler = WithNul(), "options.handler has a NUL in it");
  REFUSED_LOAD(options.handler = NullOfSize(1), "options.handler has a size and is NULL");
  REFUSED_LOAD(options.code = WithNul(), "options.code has a NUL in it");
  REFUSED_LOAD(options.code = tandem_text(""), "it has no code");
  REFUSED_LOAD(options.runtime = WithNul(), "options.runtime has a NUL in it");
  REFUSED_LOAD(options.name = tandem_text("a name"), "a function's name has 1 to 64 of the characters");
  REFUSED_LOAD(options.name = tandem_text("a\nname\x1b"), "function 'a\\nname\\x1b'"); /* a message is one line */
  REFUSED_LOAD(options.version = WithNul(), "options.version has a NUL in it");
  REFUSED_LOAD(options.log_format = WithNul(), "options.log_format has a NUL in it");
  REFUSED_LOAD(options.log_level = WithNul(), "options.log_level has a NUL in it");
  REFUSED_LOAD(options.layers_size = 1, "options.layers has a size and is NULL");
  REFUSED_LOAD(options.variables_size = 1, "options.variables has a size and is NULL");
  REFUSED_LOAD((options.variables = &variable, options.variables_size = 1), "has an = in its name");
  REFUSED_LOAD(options.timeout_ms = -2, "options.timeout_ms is negative");
  REFUSED_LOAD(options.memory_size_mb = -1, "its memory size is not positive");
  REFUSED_LOAD(options.max_concurrency = -1, "its concurrency is not positive");
  REFUSED_LOAD(options.isolation = 2, "options.isolation is no TANDEM_ISOLATION_*");
  REFUSED_LOAD(options.reserved = 1, "options.reserved is not 0");
}

static void ExpectInvokeRefused(const tandem_invoke_options* options, int line, const char* part) {
  tandem_runtime* const runtime = OpenNative();
  tandem_outcome* outcome = NULL;
  ExpectFailure(__FILE__, line, "tandem_invoke",
                tandem_invoke(LoadNative(runtime, "native.echo"), tandem_text("{}"), options, &outcome), WRONG, part);
  EXPECT(outcome == NULL);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

#define REFUSED_INVOKE(change, part)                          \
  do {                                                        \
    tandem_invoke_options options = tandem_invoke_defaults(); \
    change;                                                   \
    ExpectInvokeRefused(&options, __LINE__, (part));          \
  } while (0)

void RefusesWrongInvokeOptions(void) {
  static const char kLong[] = "0123456789012345678901234567890123456789012345678901234567890123";
  REFUSED_INVOKE(options.request_id = tandem_text(kLong), "options.request_id has more than 63 bytes");
  REFUSED_INVOKE(options.request_id = NullOfSize(1), "options.request_id has a size and is NULL");
  REFUSED_INVOKE(options.content_type = WithNul(), "options.content_type has a NUL in it");
  REFUSED_INVOKE(options.client_context = WithNul(), "options.client_context has a NUL in it");
  REFUSED_INVOKE(options.cognito_identity = WithNul(), "options.cognito_identity has a NUL in it");
  REFUSED_INVOKE(options.trace_id = WithNul(), "options.trace_id has a NUL in it");
  REFUSED_INVOKE(options.tenant_id = WithNul(), "options.tenant_id has a NUL in it");
  REFUSED_INVOKE(options.qualifier = WithNul(), "options.qualifier has a NUL in it");
  REFUSED_INVOKE(options.log_tail = 2, "options.log_tail is neither 0 nor 1");
  REFUSED_INVOKE(options.reserved = 1, "options.reserved is not 0");
}

/* As a program has it that was compiled with a newer header. */
typedef struct NewerOptions {
  tandem_invoke_options known;
  int64_t unknown;
} NewerOptions;

void KnowsTheSizesOfItsStructs(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.echo");
  tandem_outcome* outcome = NULL;
  NewerOptions newer;
  REFUSED_RUNTIME(options.struct_size = 0, "options.struct_size is not set");
  REFUSED_LOAD(options.struct_size = sizeof options - 1, "options.struct_size is not set");
  REFUSED_INVOKE(options.struct_size = sizeof(size_t), "options.struct_size is not set");
  REFUSED_INVOKE(options.struct_size = SIZE_MAX, "options.struct_size is not set");
  memset(&newer, 0, sizeof newer);
  newer.known.struct_size = sizeof newer;
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text("{}"), &newer.known, &outcome));
  tandem_outcome_free(outcome);
  newer.unknown = 1;
  EXPECT_FAILURE(tandem_invoke(function, tandem_text("{}"), &newer.known, &outcome), WRONG,
                 "options has members of a header that is newer than the library");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

/* Whatever it was before. */
void DefinesWhatItHandsBack(void) {
  tandem_runtime* const runtime = OpenNative();
  const tandem_load_options options = NativeFunction("native.fault");
  tandem_runtime_options runtime_options = NativeOptions();
  tandem_runtime* no_runtime = runtime;
  tandem_loaded_function* function = (tandem_loaded_function*)runtime;
  tandem_outcome* outcome = (tandem_outcome*)runtime;
  EXPECT_FAILURE(tandem_load(NULL, &options, &function), WRONG, "");
  EXPECT(function == NULL);
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  EXPECT_FAILURE(tandem_invoke(function, tandem_text("{}"), NULL, &outcome), TANDEM_CODE_INTERNAL, "");
  EXPECT(outcome == NULL);
  outcome = (tandem_outcome*)runtime;
  EXPECT_FAILURE(tandem_prepare(NULL, &outcome), WRONG, "");
  EXPECT(outcome == NULL);
  runtime_options.platform_logs = 2;
  EXPECT_FAILURE(tandem_runtime_create(&runtime_options, &no_runtime), WRONG, "");
  EXPECT(no_runtime == NULL);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void SaysWhyAFunctionIsNotLoaded(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_load_options options = NativeFunction("native.echo");
  tandem_runtime_options runtime_options = NativeOptions();
  const tandem_bytes no_loaders = tandem_text("/no/such/folder");
  tandem_loaded_function* function = NULL;
  tandem_runtime* none = NULL;
  options.code = tandem_text("/no/such/package");
  EXPECT_FAILURE(tandem_load(runtime, &options, &function), TANDEM_CODE_NOT_FOUND, "/no/such/package");
  options.code = tandem_text(".");
  options.runtime = tandem_text("native9");
  EXPECT_FAILURE(tandem_load(runtime, &options, &function), TANDEM_CODE_UNAVAILABLE, "native9");
  runtime_options.loader_dirs = &no_loaders;
  EXPECT_FAILURE(tandem_runtime_create(&runtime_options, &none), TANDEM_CODE_NOT_FOUND, "/no/such/folder");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}
