// A bound for tests that wait for something: a hang is a failure that names its test.
#ifndef TANDEM_TESTS_LIB_HANG_GUARD_H_
#define TANDEM_TESTS_LIB_HANG_GUARD_H_

#include <chrono>
#include <string>

namespace tandem::test {

// Far more than any test takes on any machine: it only ends what would never end.
inline constexpr std::chrono::seconds kHangLimit{300};

// Ends the process with status 1, saying that `what` has not ended, unless it is called again within `limit`. Every
// GoogleTest program is under this guard: it is called before each test and for what is around the tests.
void GuardAgainstHang(const std::string& what, std::chrono::seconds limit = kHangLimit);
// Whether such a limit runs.
bool IsGuardedAgainstHang();

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LIB_HANG_GUARD_H_
