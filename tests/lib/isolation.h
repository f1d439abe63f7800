// The isolation in which a program of rules runs them, and which of its tests are of one process by their nature.
#ifndef TANDEM_TESTS_LIB_ISOLATION_H_
#define TANDEM_TESTS_LIB_ISOLATION_H_

#include "tandem/function.h"

namespace tandem::test {

// What TANDEM_TEST_ISOLATION names: `inline`, which is also what it is without it, or `process`. Ends the program where
// it is something else.
Isolation TestIsolation();
inline bool InProcessIsolation() {
  return TestIsolation() == Isolation::kProcess;
}

// Says, beside tests, that they are about what functions of one process, or a function and its host, have in common. In
// process isolation they are none of the program's tests. tests/README.md has them all in a table.
class OnlyInline {
 public:
  // `tests` as --gtest_filter has it; it has to mean one at least.
  OnlyInline(const char* tests, const char* reason);
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LIB_ISOLATION_H_
