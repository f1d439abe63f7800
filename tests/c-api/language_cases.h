/* The cases of the C API with a real language, a function in C each. */
#ifndef TANDEM_TESTS_C_API_LANGUAGE_CASES_H_
#define TANDEM_TESTS_C_API_LANGUAGE_CASES_H_

#include "tandem/tandem.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which handlers play the parts, and what they answer. */
typedef struct Language {
  const char* name;
  const char* machine; /* the variable that names its JDK or CPython */
  const char* code;
  const char* greet;
  const char* greeting;
  const char* fail;
  const char* error_type;
  const char* error_message;
  const char* frame; /* a part of the first one of the stack trace */
  const char* meet;
  int meets_in_one; /* one loaded function takes all invocations at once; 0: there are as many functions */
  const char* stream;
  const char* wait;
  const char* missing; /* a handler that is not there */
  const char* echo;
  long growth_kib; /* what 100,000 calls may add to a warm VM: a compiler's own, and less than a leak would */
} Language;

extern const Language kJava;
extern const Language kPython;

#define LANGUAGE_CASES(CASE)             \
  CASE(LanguageGreetsAndLogs)            \
  CASE(LanguageGreetsFromWorkers)        \
  CASE(LanguageTellsItsErrors)           \
  CASE(LanguageTellsItsInitErrors)       \
  CASE(LanguageStreams)                  \
  CASE(LanguageMeetsInSixteenCalls)      \
  CASE(LanguageIsCancelled)              \
  CASE(LanguageIsUnloadedAndLoadedAgain) \
  CASE(LanguageServesTwoRuntimes)

#define DECLARE_LANGUAGE_CASE(name) void name(const Language* language);
LANGUAGE_CASES(DECLARE_LANGUAGE_CASE)

/* Both at once, in one runtime. */
void LanguagesLiveSideBySide(void);

/* Each once, inline and in a worker, with that log function. */
void InvokeBothLanguages(tandem_log_callback log);
/* These two in a process that has no VM before. */
void HostsSignalHandlersStayItsOwn(void);
void MemoryStaysFlat(const Language* language);

#ifdef __cplusplus
}
#endif

#endif /* TANDEM_TESTS_C_API_LANGUAGE_CASES_H_ */
