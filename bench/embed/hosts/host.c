/* Calls a handler as bench/embed asks it to: host LANGUAGE HANDLER CODE VM EVENT_FILE BATCH */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tandem/tandem.h>
#include <time.h>

static void Require(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "host: %s\n", what);
  exit(1);
}

static void Succeed(tandem_failure* failure) {
  Require(failure == NULL, tandem_failure_message(failure));
}

static tandem_bytes ReadFile(const char* path) {
  static char data[1 << 20];
  FILE* const file = fopen(path, "rb");
  tandem_bytes bytes;
  Require(file != NULL, path);
  bytes.data = data;
  bytes.size = fread(data, 1, sizeof data, file);
  Require(feof(file), path);
  fclose(file);
  return bytes;
}

static tandem_loaded_function* Load(tandem_runtime** runtime, char** arguments) {
  tandem_runtime_options options = tandem_runtime_defaults();
  tandem_load_options load = tandem_load_defaults();
  tandem_loaded_function* function = NULL;
  tandem_language_option machine;
  machine.language = tandem_text(arguments[0]);
  machine.name = tandem_text("path");
  machine.value = tandem_text(arguments[3]);
  options.language_options = &machine;
  options.language_options_size = 1;
  Succeed(tandem_runtime_create(&options, runtime));
  load.handler = tandem_text(arguments[1]);
  load.code = tandem_text(arguments[2]);
  load.runtime = machine.language;
  load.timeout_ms = 30000;
  Succeed(tandem_load(*runtime, &load, &function));
  return function;
}

enum { MOST_CALLS = 100 }; /* in a batch */

static long long Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int IsAnswer(const tandem_outcome* outcome, const tandem_outcome* first) {
  const tandem_bytes payload = tandem_outcome_payload(outcome);
  const tandem_bytes wanted = tandem_outcome_payload(first);
  return !tandem_outcome_is_error(outcome) && payload.size == wanted.size &&
         memcmp(payload.data, wanted.data, wanted.size) == 0;
}

/* Calls for about so long, in batches, between which answers are compared outside of the time. */
static void Round(tandem_loaded_function* function, tandem_bytes event, const tandem_outcome* first, long batch,
                  double seconds) {
  tandem_outcome* outcomes[MOST_CALLS];
  long long taken = 0;
  long calls = 0;
  long i;
  while ((double)taken < seconds * 1e9) {
    taken -= Now();
    for (i = 0; i < batch; ++i) Succeed(tandem_invoke(function, event, NULL, &outcomes[i]));
    taken += Now();
    for (i = 0; i < batch; ++i) Require(IsAnswer(outcomes[i], first), "another answer than the first");
    taken -= Now();
    for (i = 0; i < batch; ++i) tandem_outcome_free(outcomes[i]);
    taken += Now();
    calls += batch;
  }
  printf("%ld %lld\n", calls, taken);
}

int main(int argc, char** argv) {
  tandem_runtime* runtime = NULL;
  tandem_loaded_function* function;
  tandem_outcome* first = NULL;
  tandem_bytes event;
  tandem_bytes answer;
  char line[64];
  long batch;
  Require(argc == 7, "six arguments, please");
  batch = strtol(argv[6], NULL, 10);
  Require(batch > 0 && batch <= MOST_CALLS, "a batch has 1 to 100 calls");
  function = Load(&runtime, argv + 1);
  event = ReadFile(argv[5]);
  Succeed(tandem_invoke(function, event, NULL, &first));
  answer = tandem_outcome_payload(first);
  printf("%.*s\n", (int)answer.size, answer.data);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    Round(function, event, first, batch, strtod(line, NULL));
    fflush(stdout);
  }
  tandem_outcome_free(first);
  Succeed(tandem_runtime_close(runtime));
  return 0;
}
