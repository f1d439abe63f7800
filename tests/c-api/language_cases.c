#include "language_cases.h"

#include <pthread.h>
#include <stdlib.h>

#include "callers.h"
#include "expect.h"

#define EVENT "{\"name\": \"Ada\"}"

const Language kJava = {"java",
                        "TANDEM_TEST_JAVA_HOME",
                        TANDEM_TEST_PACKAGES "/java",
                        "capi.Handlers::greet",
                        "\"Hello Ada from Java\"",
                        "capi.Handlers::fail",
                        "java.lang.IllegalStateException",
                        "no Ada",
                        "capi.Handlers.fail",
                        "capi.Handlers::meet",
                        1,
                        "capi.Handlers::stream",
                        "capi.Handlers::waitForever",
                        "capi.Handlers::missing",
                        "capi.Handlers::echo",
                        4096};
const Language kPython = {"python",
                          "TANDEM_TEST_PYTHON",
                          TANDEM_TEST_PACKAGES "/python",
                          "handlers.greet",
                          "\"Hello Ada from Python\"",
                          "handlers.fail",
                          "KeyError",
                          "'Ada'",
                          "handlers.py",
                          "handlers.meet",
                          0,
                          "handlers.stream",
                          "handlers.wait_forever",
                          "handlers.missing",
                          "handlers.echo",
                          512};

/* A runtime for both. */
static tandem_runtime* OpenWithLog(tandem_log_callback log, void* log_arg) {
  const Language* const languages[2] = {&kJava, &kPython};
  tandem_runtime_options options = tandem_runtime_defaults();
  const tandem_bytes loader_dir = tandem_text(TANDEM_TEST_LOADERS);
  tandem_language_option machines[2];
  tandem_runtime* runtime = NULL;
  size_t i;
  for (i = 0; i < 2; ++i) {
    EXPECT(getenv(languages[i]->machine) != NULL);
    machines[i].language = tandem_text(languages[i]->name);
    machines[i].name = tandem_text("path");
    machines[i].value = tandem_text(getenv(languages[i]->machine));
  }
  options.loader_dirs = &loader_dir;
  options.loader_dirs_size = 1;
  options.language_options = machines;
  options.language_options_size = 2;
  options.log = log;
  options.log_arg = log_arg;
  EXPECT_SUCCESS(tandem_runtime_create(&options, &runtime));
  return runtime;
}

/* Whose log goes into the book. */
static tandem_runtime* Open(Book* book) {
  return OpenWithLog(book == NULL ? NULL : KeepLog, book);
}

static tandem_loaded_function* Load(tandem_runtime* runtime, const Language* language, const char* handler,
                                    int32_t isolation) {
  tandem_load_options options = tandem_load_defaults();
  tandem_loaded_function* function = NULL;
  options.runtime = tandem_text(language->name);
  options.code = tandem_text(language->code);
  options.handler = tandem_text(handler);
  options.name = tandem_text(language->name);
  options.timeout_ms = TANDEM_NO_TIMEOUT;
  options.memory_size_mb = 512;
  options.max_concurrency = CALLERS;
  options.isolation = isolation;
  EXPECT_SUCCESS(tandem_load(runtime, &options, &function));
  return function;
}

static void ExpectAnswer(tandem_loaded_function* function, const char* answer) {
  tandem_outcome* outcome = NULL;
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text(EVENT), NULL, &outcome));
  EXPECT(!tandem_outcome_is_error(outcome));
  EXPECT_TEXT(tandem_outcome_payload(outcome), answer);
  tandem_outcome_free(outcome);
}

static void ExpectGreetingAndLog(const Language* language, int32_t isolation) {
  Book book;
  tandem_runtime* runtime;
  OpenBook(&book);
  runtime = Open(&book);
  ExpectAnswer(Load(runtime, language, language->greet, isolation), language->greeting);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
  EXPECT_PART(TextOf(&book), "greeting Ada");
  EXPECT_PART(TextOf(&book), language->name);
  CloseBook(&book);
}

void LanguageGreetsAndLogs(const Language* language) {
  ExpectGreetingAndLog(language, TANDEM_ISOLATION_INLINE);
}

void LanguageGreetsFromWorkers(const Language* language) {
  ExpectGreetingAndLog(language, TANDEM_ISOLATION_PROCESS);
}

void LanguageTellsItsErrors(const Language* language) {
  tandem_runtime* const runtime = Open(NULL);
  tandem_loaded_function* const function = Load(runtime, language, language->fail, TANDEM_ISOLATION_INLINE);
  tandem_outcome* outcome = NULL;
  EXPECT_SUCCESS(tandem_invoke(function, tandem_text(EVENT), NULL, &outcome));
  EXPECT(tandem_outcome_is_error(outcome));
  EXPECT_TEXT(tandem_outcome_error_type(outcome), language->error_type);
  EXPECT_TEXT(tandem_outcome_error_message(outcome), language->error_message);
  EXPECT(tandem_outcome_stack_size(outcome) > 0);
  EXPECT_PART(tandem_outcome_stack_frame(outcome, 0), language->frame);
  EXPECT_PART(tandem_outcome_payload(outcome), "\"errorMessage\"");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void LanguageTellsItsInitErrors(const Language* language) {
  tandem_runtime* const runtime = Open(NULL);
  tandem_loaded_function* const function = Load(runtime, language, language->missing, TANDEM_ISOLATION_INLINE);
  tandem_outcome* outcome = NULL;
  EXPECT_SUCCESS(tandem_warm(function));
  EXPECT_SUCCESS(tandem_prepare(function, &outcome));
  EXPECT(tandem_outcome_is_error(outcome));
  EXPECT_PART(tandem_outcome_error_message(outcome), "missing");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void LanguageStreams(const Language* language) {
  tandem_runtime* const runtime = Open(NULL);
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_outcome* outcome = NULL;
  Book book;
  OpenBook(&book);
  options.chunk = KeepChunk;
  options.chunk_arg = &book;
  EXPECT_SUCCESS(tandem_invoke(Load(runtime, language, language->stream, TANDEM_ISOLATION_INLINE), tandem_text("{}"),
                               &options, &outcome));
  EXPECT(TextOf(&book).size > 0); /* that it streams at all */
  KeepChunk(&book, tandem_outcome_payload(outcome));
  EXPECT_TEXT(TextOf(&book), "one two three");
  tandem_outcome_free(outcome);
  CloseBook(&book);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void LanguageMeetsInSixteenCalls(const Language* language) {
  tandem_runtime* const runtime = Open(NULL);
  tandem_loaded_function* functions[CALLERS];
  size_t i;
  for (i = 0; i < CALLERS; ++i) {
    functions[i] = i > 0 && language->meets_in_one ? functions[0]
                                                   : Load(runtime, language, language->meet, TANDEM_ISOLATION_INLINE);
  }
  ExpectToMeet(functions, "{}");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

typedef struct Ended {
  pthread_mutex_t mutex;
  int value;
  tandem_loaded_function* function;
} Ended;

static void* InvokeAndTell(void* arg) {
  Ended* const ended = arg;
  tandem_invoke_options options = tandem_invoke_defaults();
  tandem_outcome* outcome = NULL;
  options.request_id = tandem_text("to-be-cancelled");
  EXPECT_SUCCESS(tandem_invoke(ended->function, tandem_text("{}"), &options, &outcome));
  EXPECT(tandem_outcome_is_error(outcome));
  tandem_outcome_free(outcome);
  tandem_detach_thread();
  pthread_mutex_lock(&ended->mutex);
  ended->value = 1;
  pthread_mutex_unlock(&ended->mutex);
  return NULL;
}

void LanguageIsCancelled(const Language* language) {
  tandem_runtime* const runtime = Open(NULL);
  pthread_t invoking;
  int seen = 0;
  Ended ended;
  ended.value = 0;
  ended.function = Load(runtime, language, language->wait, TANDEM_ISOLATION_INLINE);
  EXPECT(pthread_mutex_init(&ended.mutex, NULL) == 0);
  EXPECT(pthread_create(&invoking, NULL, InvokeAndTell, &ended) == 0);
  while (!seen) { /* it may not have begun */
    EXPECT_SUCCESS(tandem_cancel(ended.function, tandem_text("to-be-cancelled")));
    pthread_mutex_lock(&ended.mutex);
    seen = ended.value;
    pthread_mutex_unlock(&ended.mutex);
  }
  EXPECT(pthread_join(invoking, NULL) == 0);
  pthread_mutex_destroy(&ended.mutex);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void LanguageIsUnloadedAndLoadedAgain(const Language* language) {
  tandem_runtime* const runtime = Open(NULL);
  int i;
  for (i = 0; i < 3; ++i) {
    tandem_loaded_function* const function = Load(runtime, language, language->greet, TANDEM_ISOLATION_INLINE);
    ExpectAnswer(function, language->greeting);
    EXPECT_SUCCESS(tandem_unload(function));
  }
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void LanguageServesTwoRuntimes(const Language* language) {
  tandem_runtime* const first = Open(NULL);
  tandem_runtime* const second = Open(NULL);
  tandem_loaded_function* const function = Load(second, language, language->greet, TANDEM_ISOLATION_INLINE);
  ExpectAnswer(Load(first, language, language->greet, TANDEM_ISOLATION_INLINE), language->greeting);
  ExpectAnswer(function, language->greeting);
  EXPECT_SUCCESS(tandem_runtime_close(first));
  ExpectAnswer(function, language->greeting);
  EXPECT_SUCCESS(tandem_runtime_close(second));
}

void LanguagesLiveSideBySide(void) {
  tandem_runtime* const runtime = Open(NULL);
  tandem_loaded_function* const java = Load(runtime, &kJava, kJava.greet, TANDEM_ISOLATION_INLINE);
  tandem_loaded_function* const python = Load(runtime, &kPython, kPython.greet, TANDEM_ISOLATION_INLINE);
  ExpectAnswer(java, kJava.greeting);
  ExpectAnswer(python, kPython.greeting);
  EXPECT_SUCCESS(tandem_unload(java));
  ExpectAnswer(python, kPython.greeting);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void InvokeBothLanguages(tandem_log_callback log) {
  const Language* const languages[2] = {&kJava, &kPython};
  tandem_runtime* const runtime = OpenWithLog(log, NULL);
  size_t i;
  for (i = 0; i < 2; ++i) {
    ExpectAnswer(Load(runtime, languages[i], languages[i]->greet, TANDEM_ISOLATION_INLINE), languages[i]->greeting);
    ExpectAnswer(Load(runtime, languages[i], languages[i]->greet, TANDEM_ISOLATION_PROCESS), languages[i]->greeting);
  }
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}
