// Many invocations at once, of which some do harm: what each was asked for, and what became of it.
#ifndef TANDEM_TESTS_WORKERS_MIXTURE_H_
#define TANDEM_TESTS_WORKERS_MIXTURE_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/log.h"
#include "tandem/outcome.h"
#include "tandem/runtime.h"

namespace tandem::test {

// What a handler says by the line "begins", for the invocation that it has.
// Threads: any.
class BeginningSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override;
  bool HasBegun(std::string_view id) const;
  // Waits until then, or until `Stop` is called for the invocation. Whether it has begun.
  bool WaitUntilBegun(const std::string& id);
  void Stop(const std::string& id);
  // Nobody asks any more.
  void Forget(const std::string& id);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string, std::less<>> begun_;
  std::set<std::string, std::less<>> stopped_;
};

// When an invocation is cancelled. Its handler says that it begins.
enum class Cancelled : std::uint8_t {
  kNever,
  kOnceItBegins,   // a single time
  kAgainAndAgain,  // from some moment on, until it ends: where it has not begun, it is that which has been cancelled
};

// One kind of invocation.
struct Kind {
  Function* function;
  unsigned weight;  // how often it comes, beside the others
  // Chooses the event, and says what the outcome has to be, by its text; "ID" in it is the request id's place.
  std::function<std::string(std::mt19937& random, std::string& expected)> ask;
  // Others in the same process may end it: the outcome may be the one of an end that another invocation of the function
  // asked for meanwhile.
  bool shares = false;
  Cancelled cancelled = Cancelled::kNever;
  // The outcome that it may also have; empty: none.
  std::string instead = {};  // NOLINT(readability-redundant-member-init): for kinds that do not name it
};

// As text: a response, an error's body, or a fault.
std::string Become(const Outcome& outcome);

// The error of a process that ended so, for Kind::ask.
std::string ExitText(const std::string& how);
std::string OutOfMemoryText();
std::string TimeoutText(const std::string& seconds);
// Of an invocation that was cancelled before its handler had it.
std::string_view CancelledText();

// How many invocations of a mixture there are.
struct HowMany {
  int some;
  int all;  // where the environment has TANDEM_TEST_EXTENT=all
};

// Runs them from eight threads. Fails for each whose outcome is another than expected. `sink` is the runtime's. Says
// how many there were and the seed, by which each of them is known: TANDEM_TEST_SEED gives it again.
void RunMixture(Runtime& runtime, BeginningSink& sink, const std::vector<Kind>& kinds, HowMany how_many);

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_MIXTURE_H_
