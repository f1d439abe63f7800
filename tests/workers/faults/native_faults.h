// What native code in a handler's process does to it, by number.
#ifndef TANDEM_TESTS_WORKERS_NATIVE_FAULTS_H_
#define TANDEM_TESTS_WORKERS_NATIVE_FAULTS_H_

namespace tandem::test {

enum class NativeFault : int {
  kAbort = 1,
  kSegfault = 2,
  kKill = 3,
  kCloseAll = 4,         // descriptors
  kFork = 5,             // a child that stays
  kForkTwice = 6,        // one that is nobody's child, and ignores all signals
  kChangeDirectory = 7,  // to one that is then removed
  kClearEnvironment = 8,
  kMaskSignals = 9,  // and ignore them
  kMaskSignalsAndStay = 10,
  kHoard = 11,  // 400 MiB outside any heap
  kFlood = 12,  // a MiB on standard output
  kTouch = 13,  // 100 MiB, which are given back
  kForkAndReturn = 14,
  kForkByCallAndReturn = 15,  // without what the C library does at a fork
  kCloseAndStay = 16,         // descriptors but the standard ones
  kBecomeAnother = 17,        // program, which exits with status 6
  kUseUpFiles = 18,           // as many open files as it may have
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_NATIVE_FAULTS_H_
