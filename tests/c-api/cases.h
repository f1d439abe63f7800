/* The cases of the C API with the native loader, a function in C each. */
#ifndef TANDEM_TESTS_C_API_CASES_H_
#define TANDEM_TESTS_C_API_CASES_H_

#ifdef __cplusplus
extern "C" {
#endif

#define C_API_CASES(CASE)           \
  CASE(TellsItsVersion)             \
  CASE(Invokes)                     \
  CASE(TakesAnyBytes)               \
  CASE(NeedsNoTermination)          \
  CASE(TellsTheErrorOfAFunction)    \
  CASE(TellsFaultsApart)            \
  CASE(PreparesOrTellsTheInitError) \
  CASE(HandsOptionsOn)              \
  CASE(EndsAtTheTimeout)            \
  CASE(Streams)                     \
  CASE(StopsStreaming)              \
  CASE(LogsToTheCallback)           \
  CASE(KeepsTheLogTail)             \
  CASE(SaysWhenANewerRuntimeServes) \
  CASE(RunsInWorkers)               \
  CASE(LeavesNothingBehind)

#define C_API_THREAD_CASES(CASE)    \
  CASE(SixteenCallersMeet)          \
  CASE(TwoRuntimesLiveSideBySide)   \
  CASE(CancelsFromAnotherThread)    \
  CASE(UnloadWaitsForWhatRuns)      \
  CASE(CloseWaitsForWhatRuns)       \
  CASE(NothingEndsFromWithinItself) \
  CASE(LoadsAndUnloadsOnManyThreads)

#define C_API_ARGUMENT_CASES(CASE) \
  CASE(NullsAreRefused)            \
  CASE(NullsAreEmpty)              \
  CASE(RefusesWrongRuntimeOptions) \
  CASE(RefusesWrongLoadOptions)    \
  CASE(RefusesWrongInvokeOptions)  \
  CASE(KnowsTheSizesOfItsStructs)  \
  CASE(DefinesWhatItHandsBack)     \
  CASE(SaysWhyAFunctionIsNotLoaded)

#define C_API_TEMPLATE_CASES(CASE)        \
  CASE(LoadsWhatATemplateSays)            \
  CASE(OptionsGoBeforeTheTemplate)        \
  CASE(VariablesOfATemplateAreTheWorkers) \
  CASE(RefusesWrongTemplateOptions)

#define DECLARE_CASE(name) void name(void);
C_API_CASES(DECLARE_CASE)
C_API_THREAD_CASES(DECLARE_CASE)
C_API_ARGUMENT_CASES(DECLARE_CASE)
C_API_TEMPLATE_CASES(DECLARE_CASE)

/* What a wrong option gives in C++11. */
int FailureCodeInCxx11(void);

#ifdef __cplusplus
}
#endif

#endif /* TANDEM_TESTS_C_API_CASES_H_ */
