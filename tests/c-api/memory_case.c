/* 100,000 calls leave nothing behind. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "language_cases.h"

enum { CALLS = 100000, WARM_UP = 20000, EVENT_SIZE = 1000 };
/* The Java heap is all there from the start, and so is no growth. */
static const char kJvmOptions[] = "-Xms128m -Xmx128m -XX:+AlwaysPreTouch";

static tandem_runtime* OpenWithFixedHeap(const Language* language) {
  tandem_runtime_options options = tandem_runtime_defaults();
  const tandem_bytes loader_dir = tandem_text(TANDEM_TEST_LOADERS);
  tandem_language_option settings[2];
  tandem_runtime* runtime = NULL;
  EXPECT(getenv(language->machine) != NULL);
  settings[0].language = tandem_text(language->name);
  settings[0].name = tandem_text("path");
  settings[0].value = tandem_text(getenv(language->machine));
  settings[1].language = tandem_text("java");
  settings[1].name = tandem_text("jvm.options");
  settings[1].value = tandem_text(kJvmOptions);
  options.loader_dirs = &loader_dir;
  options.loader_dirs_size = 1;
  options.language_options = settings;
  options.language_options_size = 2;
  EXPECT_SUCCESS(tandem_runtime_create(&options, &runtime));
  return runtime;
}

static tandem_loaded_function* LoadEcho(tandem_runtime* runtime, const Language* language) {
  tandem_load_options options = tandem_load_defaults();
  tandem_loaded_function* function = NULL;
  options.runtime = tandem_text(language->name);
  options.code = tandem_text(language->code);
  options.handler = tandem_text(language->echo);
  options.timeout_ms = TANDEM_NO_TIMEOUT;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  return function;
}

/* Each answer is the event, which is a JSON string. */
static void CallTimes(tandem_loaded_function* function, int calls, tandem_bytes event) {
  int i;
  for (i = 0; i < calls; ++i) {
    tandem_outcome* outcome = NULL;
    tandem_bytes answer;
    tandem_failure* const failure = tandem_invoke(function, event, NULL, &outcome);
    answer = tandem_outcome_payload(outcome);
    if (failure != NULL || answer.size != event.size || memcmp(answer.data, event.data, event.size) != 0) {
      EXPECT_SUCCESS(failure);
      EXPECT(!"the answer is the event");
      return;
    }
    tandem_outcome_free(outcome);
  }
}

/* KiB of the process that no file backs. */
static long Resident(void) {
  FILE* const status = fopen("/proc/self/status", "r");
  char line[256];
  long size = -1;
  malloc_trim(0);
  EXPECT(status != NULL);
  while (size < 0 && fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "RssAnon:", 8) == 0) size = strtol(line + 8, NULL, 10);
  }
  EXPECT(fclose(status) == 0);
  return size;
}

void MemoryStaysFlat(const Language* language) {
  tandem_runtime* const runtime = OpenWithFixedHeap(language);
  tandem_loaded_function* const function = LoadEcho(runtime, language);
  char text[EVENT_SIZE];
  char growth[64];
  tandem_bytes event;
  long before;
  long after;
  memset(text, 'x', sizeof text);
  text[0] = text[sizeof text - 1] = '"';
  event.data = text;
  event.size = sizeof text;
  CallTimes(function, WARM_UP, event);
  before = Resident();
  CallTimes(function, CALLS, event);
  after = Resident();
  snprintf(growth, sizeof growth, "%ld KiB after %ld", after, before);
  ExpectHolds(after - before < language->growth_kib, __FILE__, __LINE__, "memory is flat", tandem_text(growth));
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}
