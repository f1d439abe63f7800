/* What a function's caller gets. */
#include "cases.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "callers.h"
#include "expect.h"
#include "native.h"

void TellsItsVersion(void) {
  EXPECT_TEXT(tandem_text(tandem_version()), TANDEM_TEST_VERSION);
}

void Invokes(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.greet");
  tandem_outcome* const outcome = Invoke(function, "{\"first_name\": \"Ada\", \"last_name\": \"Lovelace\"}");
  EXPECT(!tandem_outcome_is_error(outcome));
  EXPECT_TEXT(tandem_outcome_payload(outcome), "{\"message\": \"Hello Ada Lovelace\"}");
  EXPECT_TEXT(tandem_outcome_content_type(outcome), "application/json");
  EXPECT(tandem_outcome_request_id(outcome).size == strlen("8f507cfc-bc6d-4e5b-9d1a-3d2a4a6e8b10"));
  EXPECT_TEXT(tandem_outcome_log_tail(outcome), "");
  EXPECT_TEXT(tandem_outcome_error_type(outcome), "");
  EXPECT_TEXT(tandem_outcome_error_message(outcome), "");
  EXPECT(tandem_outcome_stack_size(outcome) == 0);
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_unload(function));
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void TakesAnyBytes(void) {
  static const char kBytes[] = {'\0', '\377', ' ', '\0'};
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.echo");
  tandem_outcome* outcome = NULL;
  tandem_bytes payload;
  payload.data = kBytes;
  payload.size = sizeof kBytes;
  EXPECT_SUCCESS(tandem_invoke(function, payload, NULL, &outcome));
  EXPECT(tandem_outcome_payload(outcome).size == sizeof kBytes);
  EXPECT(memcmp(tandem_outcome_payload(outcome).data, kBytes, sizeof kBytes) == 0);
  tandem_outcome_free(outcome);

  payload.data = NULL;
  payload.size = 0;
  EXPECT_SUCCESS(tandem_invoke(function, payload, NULL, &outcome));
  EXPECT_TEXT(tandem_outcome_payload(outcome), "");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

/* Exactly the text, in memory of its own, so that a sanitizer sees who reads on. */
static tandem_bytes Exactly(const char* text) {
  tandem_bytes bytes;
  char* const copy = malloc(strlen(text));
  EXPECT(copy != NULL);
  bytes.size = strlen(text);
  bytes.data = memcpy(copy, text, bytes.size);
  return bytes;
}

static void Free(tandem_bytes bytes) {
  free((char*)bytes.data);
}

void NeedsNoTermination(void) {
  tandem_runtime_options runtime_options = tandem_runtime_defaults();
  tandem_load_options options = tandem_load_defaults();
  tandem_bytes loaders = Exactly(TANDEM_TEST_LOADERS);
  tandem_bytes event = Exactly("[1]");
  tandem_runtime* runtime = NULL;
  tandem_loaded_function* function = NULL;
  tandem_outcome* outcome = NULL;
  runtime_options.loader_dirs = &loaders;
  runtime_options.loader_dirs_size = 1;
  EXPECT_SUCCESS(tandem_runtime_create(&runtime_options, &runtime));
  Free(loaders);
  options.handler = Exactly("native.echo");
  options.code = Exactly(".");
  options.name = Exactly("echo");
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  Free(options.handler);
  Free(options.code);
  Free(options.name);
  EXPECT_SUCCESS(tandem_invoke(function, event, NULL, &outcome));
  Free(event);
  EXPECT_TEXT(tandem_outcome_payload(outcome), "[1]");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void TellsTheErrorOfAFunction(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_outcome* const outcome = Invoke(LoadNative(runtime, "native.fail"), "{}");
  EXPECT_SUCCESS(tandem_runtime_close(runtime)); /* an outcome is its own */
  EXPECT(tandem_outcome_is_error(outcome) == 1);
  EXPECT_TEXT(tandem_outcome_error_type(outcome), "Native.Boom");
  EXPECT_TEXT(tandem_outcome_error_message(outcome), "boom");
  EXPECT(tandem_outcome_stack_size(outcome) == 1);
  EXPECT_TEXT(tandem_outcome_stack_frame(outcome, 0), "native.handler(handlers.cc)");
  EXPECT_TEXT(tandem_outcome_stack_frame(outcome, 1), "");
  EXPECT_TEXT(
      tandem_outcome_payload(outcome),
      "{\"errorMessage\":\"boom\",\"errorType\":\"Native.Boom\",\"stackTrace\":[\"native.handler(handlers.cc)\"]}");
  tandem_outcome_free(outcome);
}

void TellsFaultsApart(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.fault");
  tandem_outcome* outcome = NULL;
  EXPECT_FAILURE(tandem_invoke(function, tandem_text("{}"), NULL, &outcome), TANDEM_CODE_INTERNAL, "the loader broke");
  EXPECT(outcome == NULL);
  EXPECT_FAILURE(tandem_prepare(LoadNative(runtime, "init.fault"), &outcome), TANDEM_CODE_UNAVAILABLE,
                 "no room for it here");
  EXPECT(outcome == NULL);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void PreparesOrTellsTheInitError(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.echo");
  tandem_outcome* outcome = NULL;
  EXPECT_SUCCESS(tandem_warm(function));
  EXPECT_SUCCESS(tandem_prepare(function, &outcome));
  EXPECT(!tandem_outcome_is_error(outcome));
  EXPECT_TEXT(tandem_outcome_payload(outcome), "");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_prepare(LoadNative(runtime, "init.fail"), &outcome));
  EXPECT(tandem_outcome_is_error(outcome));
  EXPECT_TEXT(tandem_outcome_error_type(outcome), "Native.InitError");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void HandsOptionsOn(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_load_options options = NativeFunction("native.context");
  tandem_invoke_options invoke_options = tandem_invoke_defaults();
  tandem_loaded_function* function = NULL;
  tandem_outcome* outcome = NULL;
  options.name = tandem_text("told");
  options.version = tandem_text("7");
  options.memory_size_mb = 256;
  options.runtime = tandem_text("native1");
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  invoke_options.request_id = tandem_text("an-id");
  invoke_options.qualifier = tandem_text("live");
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text("{}"), &invoke_options, &outcome));
  EXPECT_TEXT(tandem_outcome_request_id(outcome), "an-id");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"request_id\": \"an-id\", \"function_name\": \"told\"");
  EXPECT_PART(tandem_outcome_payload(outcome), ":function:told:live\", \"version\": \"7\"");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"memory\": \"256\"");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"remaining\": 9223372036854775807");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void EndsAtTheTimeout(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_load_options options = NativeFunction("native.poll_cancelled");
  tandem_loaded_function* function = NULL;
  tandem_outcome* outcome;
  options.timeout_ms = 20;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  outcome = Invoke(function, "{}");
  EXPECT_TEXT(tandem_outcome_error_type(outcome), "Sandbox.Timedout");
  EXPECT_PART(tandem_outcome_error_message(outcome), "Task timed out after 0.02 seconds");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void Streams(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.chunks");
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_outcome* outcome = NULL;
  Book book;
  OpenBook(&book);
  options.chunk = KeepChunk;
  options.chunk_arg = &book;
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text("{}"), &options, &outcome));
  EXPECT_TEXT(TextOf(&book), "one two three");
  EXPECT_TEXT(tandem_outcome_payload(outcome), "3");
  tandem_outcome_free(outcome);
  CloseBook(&book);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

static int32_t TakeOne(void* arg, tandem_bytes chunk) {
  KeepChunk(arg, chunk);
  return 1;
}

void StopsStreaming(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_loaded_function* const function = LoadNative(runtime, "native.chunks");
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_outcome* outcome = NULL;
  Book book;
  OpenBook(&book);
  options.chunk = TakeOne;
  options.chunk_arg = &book;
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text("{}"), &options, &outcome));
  EXPECT_TEXT(TextOf(&book), "one ");
  EXPECT_TEXT(tandem_outcome_payload(outcome), "0");
  tandem_outcome_free(outcome);
  CloseBook(&book);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

static void ExpectLevelOfLog(void* arg, const tandem_log_event* event) {
  EXPECT(event->struct_size == sizeof(tandem_log_event));
  EXPECT(event->origin == TANDEM_LOG_ORIGIN_FUNCTION);
  EXPECT(event->level == TANDEM_LOG_LEVEL_INFO);
  EXPECT(event->format == TANDEM_LOG_FORMAT_TEXT);
  EXPECT(event->time_us > 0);
  EXPECT_TEXT(event->request_id, "an-id");
  EXPECT(event->log_stream_name.size > 0);
  KeepLog(arg, event);
}

void LogsToTheCallback(void) {
  tandem_runtime_options runtime_options = NativeOptions();
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_runtime* runtime = NULL;
  tandem_outcome* outcome = NULL;
  Book book;
  OpenBook(&book);
  runtime_options.log = ExpectLevelOfLog;
  runtime_options.log_arg = &book;
  EXPECT_SUCCESS(tandem_runtime_create(&runtime_options, &runtime));
  options.request_id = tandem_text("an-id");
  EXPECT_SUCCESS(tandem_invoke(LoadNative(runtime, "native.log"), tandem_text("1"), &options, &outcome));
  EXPECT_TEXT(TextOf(&book), "[function] logged 1\n[function] printed 1\n");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
  CloseBook(&book);
}

void KeepsTheLogTail(void) {
  tandem_runtime_options runtime_options = NativeOptions();
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_runtime* runtime = NULL;
  tandem_outcome* outcome = NULL;
  runtime_options.platform_logs = 1;
  EXPECT_SUCCESS(tandem_runtime_create(&runtime_options, &runtime));
  options.log_tail = 1;
  EXPECT_SUCCESS(tandem_invoke(LoadNative(runtime, "native.log"), tandem_text("1"), &options, &outcome));
  EXPECT_PART(tandem_outcome_log_tail(outcome), "START RequestId: ");
  EXPECT_PART(tandem_outcome_log_tail(outcome), "logged 1\nprinted 1\nEND RequestId: ");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void SaysWhenANewerRuntimeServes(void) {
  tandem_runtime_options runtime_options = NativeOptions();
  tandem_load_options options = NativeFunction("native.echo");
  tandem_runtime* runtime = NULL;
  tandem_loaded_function* function = NULL;
  EXPECT(setenv("TANDEM_NATIVE_RUNTIMES", "native0.5:it is broken;native1", 1) == 0);
  EXPECT_SUCCESS(tandem_runtime_create(&runtime_options, &runtime));
  options.runtime = tandem_text("native1");
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  EXPECT_TEXT(tandem_load_warning(function), "");
  options.runtime = tandem_text("native0.5");
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  EXPECT_PART(tandem_load_warning(function), "native0.5");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));

  runtime_options.strict_runtimes = 1;
  EXPECT_SUCCESS(tandem_runtime_create(&runtime_options, &runtime));
  EXPECT_FAILURE(tandem_load(runtime, &options, &function), TANDEM_CODE_UNAVAILABLE, "native0.5");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
  EXPECT(unsetenv("TANDEM_NATIVE_RUNTIMES") == 0);
}

void RunsInWorkers(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_load_options options = NativeFunction("native.variable");
  tandem_variable variable;
  tandem_loaded_function* function = NULL;
  tandem_outcome* outcome;
  variable.name = tandem_text("TANDEM_TEST_OF_WORKERS");
  variable.value = tandem_text("their own");
  options.variables = &variable;
  options.variables_size = 1;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  outcome = Invoke(function, "TANDEM_TEST_OF_WORKERS");
  EXPECT_TEXT(tandem_outcome_payload(outcome), ""); /* inline, the environment is the host's */
  tandem_outcome_free(outcome);
  options.isolation = TANDEM_ISOLATION_PROCESS;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  outcome = Invoke(function, "TANDEM_TEST_OF_WORKERS");
  EXPECT_TEXT(tandem_outcome_payload(outcome), "their own");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_unload(function));
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

static void InvokeOften(tandem_loaded_function* function, int count) {
  tandem_invoke_options options = tandem_invoke_defaults();
  options.request_id = tandem_text("a-request-id-that-is-longer-than-any-small-string-is");
  options.trace_id = options.request_id;
  options.log_tail = 1;
  for (; count > 0; --count) {
    tandem_outcome* outcome = NULL;
    tandem_failure_free(tandem_invoke(function, tandem_text("{}"), &options, &outcome));
    tandem_outcome_free(outcome);
  }
}

static void LoadAll(tandem_runtime* runtime, int invocations) {
  static const char* const kHandlers[] = {"native.greet", "native.fail", "native.fault", "init.fail"};
  size_t i;
  for (i = 0; i < sizeof kHandlers / sizeof kHandlers[0]; ++i) {
    tandem_loaded_function* const function = LoadNative(runtime, kHandlers[i]);
    InvokeOften(function, invocations);
    EXPECT_SUCCESS(tandem_unload(function));
  }
}

/* Of successes, errors, faults and failed inits; a sanitizer counts for itself. */
void LeavesNothingBehind(void) {
  tandem_runtime* const runtime = OpenNative();
  const size_t slack = 4096;
  size_t before;
  LoadAll(runtime, 100);
  before = mallinfo2().uordblks;
  LoadAll(runtime, 25000);
  EXPECT(mallinfo2().uordblks < before + slack);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}
