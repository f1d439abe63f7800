/* Threads that each invoke a function once, and what their callbacks keep. */
#ifndef TANDEM_TESTS_C_API_CALLERS_H_
#define TANDEM_TESTS_C_API_CALLERS_H_

#include <pthread.h>

#include "tandem/tandem.h"

#define CALLERS 16

/* Invokes on a thread of its own. */
typedef struct Caller {
  pthread_t thread;
  tandem_loaded_function* function;
  const char* event;
  tandem_invoke_options options;
  tandem_outcome* outcome;
  tandem_failure* failure;
} Caller;

void StartCaller(Caller* caller, tandem_loaded_function* function, const char* event);
void JoinCaller(Caller* caller);
void FreeCaller(Caller* caller);

/* That as many callers of the functions, one for each, have met: each is answered, and none fails. */
void ExpectToMeet(tandem_loaded_function* const* functions, const char* event);

/* Text that several threads append to. */
typedef struct Book {
  pthread_mutex_t mutex;
  size_t size;
  char text[4096];
} Book;

void OpenBook(Book* book);
void CloseBook(Book* book);
/* A tandem_log_callback and a tandem_chunk_callback whose argument is a Book: each event is `[name] text`. */
void KeepLog(void* arg, const tandem_log_event* event);
int32_t KeepChunk(void* arg, tandem_bytes chunk);
tandem_bytes TextOf(Book* book);

#endif /* TANDEM_TESTS_C_API_CALLERS_H_ */
