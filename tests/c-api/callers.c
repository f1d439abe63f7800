#include "callers.h"

#include <string.h>

#include "expect.h"

static void* Run(void* arg) {
  Caller* const caller = arg;
  caller->failure = tandem_invoke(caller->function, tandem_text(caller->event), &caller->options, &caller->outcome);
  tandem_detach_thread();
  return NULL;
}

void StartCaller(Caller* caller, tandem_loaded_function* function, const char* event) {
  caller->function = function;
  caller->event = event;
  EXPECT(pthread_create(&caller->thread, NULL, Run, caller) == 0);
}

void JoinCaller(Caller* caller) {
  EXPECT(pthread_join(caller->thread, NULL) == 0);
}

void FreeCaller(Caller* caller) {
  tandem_outcome_free(caller->outcome);
  tandem_failure_free(caller->failure);
}

void ExpectToMeet(tandem_loaded_function* const* functions, const char* event) {
  Caller callers[CALLERS];
  size_t i;
  for (i = 0; i < CALLERS; ++i) {
    callers[i].options = tandem_invoke_defaults();
    StartCaller(&callers[i], functions[i], event);
  }
  for (i = 0; i < CALLERS; ++i) JoinCaller(&callers[i]);
  for (i = 0; i < CALLERS; ++i) {
    EXPECT_TEXT(tandem_text(tandem_failure_message(callers[i].failure)), "");
    EXPECT_TEXT(tandem_outcome_error_message(callers[i].outcome), "");
    EXPECT(tandem_outcome_payload(callers[i].outcome).size > 0);
    FreeCaller(&callers[i]);
  }
}

void OpenBook(Book* book) {
  EXPECT(pthread_mutex_init(&book->mutex, NULL) == 0);
  book->size = 0;
}

void CloseBook(Book* book) {
  EXPECT(pthread_mutex_destroy(&book->mutex) == 0);
}

static void Append(Book* book, tandem_bytes bytes) {
  const size_t room = sizeof book->text - book->size;
  const size_t size = bytes.size < room ? bytes.size : room;
  memcpy(book->text + book->size, bytes.data, size);
  book->size += size;
}

void KeepLog(void* arg, const tandem_log_event* event) {
  Book* const book = arg;
  if (event->origin == TANDEM_LOG_ORIGIN_NOTE) return; /* depends on where the test lies */
  pthread_mutex_lock(&book->mutex);
  Append(book, tandem_text("["));
  Append(book, event->function_name);
  Append(book, tandem_text("] "));
  Append(book, event->text);
  pthread_mutex_unlock(&book->mutex);
}

int32_t KeepChunk(void* arg, tandem_bytes chunk) {
  Book* const book = arg;
  pthread_mutex_lock(&book->mutex);
  Append(book, chunk);
  pthread_mutex_unlock(&book->mutex);
  return 0;
}

tandem_bytes TextOf(Book* book) {
  tandem_bytes text;
  text.data = book->text;
  text.size = book->size;
  return text;
}
