// Many invocations at once, of which some do harm: what each was asked for, and what became of it.
#ifndef TANDEM_TESTS_WORKERS_MIXTURE_H_
#define TANDEM_TESTS_WORKERS_MIXTURE_H_

#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tandem/outcome.h"
#include "tandem/runtime.h"

namespace tandem::test {

// One kind of invocation.
struct Kind {
  Function* function;
  unsigned weight;  // how often it comes, beside the others
  // Chooses the event, and says what the outcome has to be, by its text; "ID" in it is the request id's place.
  std::function<std::string(std::mt19937& random, std::string& expected)> ask;
  // Others in the same process may end it: the outcome may be that of such an end, too.
  bool shares = false;
};

// As text: a response, an error's body, or a fault.
std::string Become(const Outcome& outcome);

// The error of a process that ended so, for Kind::ask.
std::string ExitText(const std::string& how);
std::string OutOfMemoryText();
std::string TimeoutText(const std::string& seconds);

// Runs `count` invocations from eight threads, or as many as `time` allows; all of them where the environment has
// TANDEM_TEST_EXTENT=all. Fails for each whose outcome is another than expected. Says the seed, which TANDEM_TEST_SEED
// gives again, and how many there were.
void RunMixture(Runtime& runtime, const std::vector<Kind>& kinds, int count, std::chrono::seconds time);

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_MIXTURE_H_
