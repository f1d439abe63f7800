/* What may be done from several threads, and from within an invocation. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "callers.h"
#include "cases.h"
#include "expect.h"
#include "native.h"

void SixteenCallersMeet(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_load_options options = NativeFunction("native.meet");
  tandem_loaded_function* functions[CALLERS];
  size_t i;
  options.max_concurrency = CALLERS;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &functions[0]));
  for (i = 1; i < CALLERS; ++i) functions[i] = functions[0];
  ExpectToMeet(functions, "16");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void TwoRuntimesLiveSideBySide(void) {
  tandem_runtime* runtimes[2] = {NULL, NULL};
  tandem_loaded_function* functions[2];
  Book books[2];
  size_t i;
  for (i = 0; i < 2; ++i) {
    tandem_runtime_options options = NativeOptions();
    OpenBook(&books[i]);
    options.log = KeepLog;
    options.log_arg = &books[i];
    EXPECT_SUCCESS(tandem_runtime_create(&options, &runtimes[i]));
    functions[i] = LoadNative(runtimes[i], "native.log");
  }
  tandem_outcome_free(Invoke(functions[0], "1"));
  tandem_outcome_free(Invoke(functions[1], "2"));
  EXPECT_SUCCESS(tandem_runtime_close(runtimes[0]));
  tandem_outcome_free(Invoke(functions[1], "3"));
  EXPECT_SUCCESS(tandem_runtime_close(runtimes[1]));
  EXPECT_TEXT(TextOf(&books[0]), "[function] logged 1\n[function] printed 1\n");
  EXPECT_TEXT(TextOf(&books[1]),
              "[function] logged 2\n[function] printed 2\n[function] logged 3\n[function] printed 3\n");
  for (i = 0; i < 2; ++i) CloseBook(&books[i]);
}

/* A chunk's receiver that says when it has been entered, and stays until it may leave. */
typedef struct Gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int entered;
  int open;
  int ended; /* whoever waits for the invocation has returned */
  int ended_too_soon;
  tandem_loaded_function* function; /* what is to be ended */
  tandem_runtime* runtime;
} Gate;

static void InitGate(Gate* gate) {
  memset(gate, 0, sizeof *gate);
  EXPECT(pthread_mutex_init(&gate->mutex, NULL) == 0);
  EXPECT(pthread_cond_init(&gate->changed, NULL) == 0);
}

static void FreeGate(Gate* gate) {
  pthread_cond_destroy(&gate->changed);
  pthread_mutex_destroy(&gate->mutex);
}

static void Tell(Gate* gate, int* what) {
  pthread_mutex_lock(&gate->mutex);
  *what = 1;
  pthread_cond_broadcast(&gate->changed);
  pthread_mutex_unlock(&gate->mutex);
}

static void Await(Gate* gate, const int* what) {
  pthread_mutex_lock(&gate->mutex);
  while (!*what) pthread_cond_wait(&gate->changed, &gate->mutex);
  pthread_mutex_unlock(&gate->mutex);
}

static int32_t StayInside(void* arg, tandem_bytes chunk) {
  Gate* const gate = arg;
  int i;
  (void)chunk;
  Tell(gate, &gate->entered);
  Await(gate, &gate->open);
  for (i = 0; i < 1000; ++i) sched_yield(); /* time for whoever does not wait to be seen */
  pthread_mutex_lock(&gate->mutex);
  gate->ended_too_soon |= gate->ended;
  pthread_mutex_unlock(&gate->mutex);
  return 0;
}

static void* End(void* arg) {
  Gate* const gate = arg;
  Tell(gate, &gate->open);
  if (gate->runtime != NULL) EXPECT_SUCCESS(tandem_runtime_close(gate->runtime));
  if (gate->runtime == NULL) EXPECT_SUCCESS(tandem_unload(gate->function));
  Tell(gate, &gate->ended);
  return NULL;
}

/* Has another thread end the gate's function, or its runtime, while it runs. */
static void ExpectEndToWait(Gate* gate, tandem_loaded_function* function) {
  Caller caller;
  pthread_t ending;
  caller.options = tandem_invoke_defaults();
  caller.options.chunk = StayInside;
  caller.options.chunk_arg = gate;
  StartCaller(&caller, function, "{}");
  Await(gate, &gate->entered);
  EXPECT(pthread_create(&ending, NULL, End, gate) == 0);
  EXPECT(pthread_join(ending, NULL) == 0);
  JoinCaller(&caller);
  EXPECT(!gate->ended_too_soon);
  EXPECT_TEXT(tandem_outcome_payload(caller.outcome), "3");
  FreeCaller(&caller);
}

void UnloadWaitsForWhatRuns(void) {
  tandem_runtime* const runtime = OpenNative();
  Gate gate;
  InitGate(&gate);
  gate.function = LoadNative(runtime, "native.chunks");
  ExpectEndToWait(&gate, gate.function);
  FreeGate(&gate);
  tandem_outcome_free(Invoke(LoadNative(runtime, "native.echo"), "{}")); /* the runtime goes on */
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void CloseWaitsForWhatRuns(void) {
  Gate gate;
  InitGate(&gate);
  gate.runtime = OpenNative();
  ExpectEndToWait(&gate, LoadNative(gate.runtime, "native.chunks"));
  FreeGate(&gate);
}

static int32_t EndFromWithin(void* arg, tandem_bytes chunk) {
  Gate* const gate = arg;
  tandem_outcome* outcome = NULL;
  tandem_loaded_function* const other = LoadNative(gate->runtime, "native.echo");
  (void)chunk;
  EXPECT_FAILURE(tandem_unload(gate->function), TANDEM_CODE_INVALID_ARGUMENT, "its own invocations");
  EXPECT_FAILURE(tandem_runtime_close(gate->runtime), TANDEM_CODE_INVALID_ARGUMENT, "within an invocation");
  EXPECT_SUCCESS(tandem_invoke(other, tandem_text("{}"), NULL, &outcome));
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_unload(other)); /* which runs nowhere */
  return 0;
}

void NothingEndsFromWithinItself(void) {
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_outcome* outcome = NULL;
  Gate gate;
  InitGate(&gate);
  gate.runtime = OpenNative();
  gate.function = LoadNative(gate.runtime, "native.chunks");
  options.chunk = EndFromWithin;
  options.chunk_arg = &gate;
  EXPECT_SUCCESS(tandem_invoke(gate.function, tandem_text("{}"), &options, &outcome));
  EXPECT_TEXT(tandem_outcome_payload(outcome), "3");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_unload(gate.function));
  EXPECT_SUCCESS(tandem_runtime_close(gate.runtime));
  FreeGate(&gate);
}

static void* InvokeAndTell(void* arg) {
  Gate* const gate = arg;
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_outcome* outcome = NULL;
  options.request_id = tandem_text("to-be-cancelled");
  EXPECT_SUCCESS(tandem_invoke(gate->function, tandem_text("{}"), &options, &outcome));
  EXPECT_TEXT(tandem_outcome_error_type(outcome), "Native.Cancelled");
  tandem_outcome_free(outcome);
  Tell(gate, &gate->ended);
  return NULL;
}

void CancelsFromAnotherThread(void) {
  tandem_runtime* const runtime = OpenNative();
  pthread_t invoking;
  Gate gate;
  int ended = 0;
  InitGate(&gate);
  gate.function = LoadNative(runtime, "native.wait");
  EXPECT_SUCCESS(tandem_cancel(gate.function, tandem_text("that-runs-nowhere")));
  EXPECT(pthread_create(&invoking, NULL, InvokeAndTell, &gate) == 0);
  while (!ended) { /* it may not have begun */
    EXPECT_SUCCESS(tandem_cancel(gate.function, tandem_text("to-be-cancelled")));
    pthread_mutex_lock(&gate.mutex);
    ended = gate.ended;
    pthread_mutex_unlock(&gate.mutex);
  }
  EXPECT(pthread_join(invoking, NULL) == 0);
  FreeGate(&gate);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

static void* LoadAndUnload(void* arg) {
  int i;
  for (i = 0; i < 20; ++i) {
    tandem_loaded_function* const function = LoadNative(arg, "native.count");
    tandem_outcome* const outcome = Invoke(function, "{}");
    EXPECT_TEXT(tandem_outcome_payload(outcome), "1"); /* all have one name, and each its own state */
    tandem_outcome_free(outcome);
    EXPECT_SUCCESS(tandem_unload(function));
  }
  return NULL;
}

void LoadsAndUnloadsOnManyThreads(void) {
  tandem_runtime* const runtime = OpenNative();
  pthread_t threads[4];
  size_t i;
  for (i = 0; i < 4; ++i) EXPECT(pthread_create(&threads[i], NULL, LoadAndUnload, runtime) == 0);
  for (i = 0; i < 4; ++i) EXPECT(pthread_join(threads[i], NULL) == 0);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}
