// What a target did with a case, and what is thought of it.
#ifndef TANDEM_CONFORMANCE_RESULT_H_
#define TANDEM_CONFORMANCE_RESULT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::conformance {

// Who served: a report can be checked against it.
struct Evidence {
  std::string place;    // "pid 4711", "http://127.0.0.1:9001"
  std::string runtime;  // "python 3.11.2", "java 17.0.13", "awslambdaric 3.1.1 on python 3.11.2"; what is known of it
};

// One invocation as it was.
struct Observation {
  std::string
      problem;  // why there is no answer, one line: "ended by signal 11", "no answer in 5 s"; empty: there is one
  bool failed = false;  // the answer is a function error
  std::string payload;  // the response, or the error's body
  std::string error_type;
  std::string error_message;
  std::string log;
  bool has_log = true;              // it is known
  std::vector<std::string> chunks;  // of a response that streamed
  std::chrono::nanoseconds duration{};
  Evidence evidence;
};

// One thing that is not as it is expected.
struct Difference {
  std::string what;      // "payload", "json at $.items[2].price", "error type", "log", "chunk 3", "duration", "answer"
  std::string expected;  // as the reader is to see them: text that may have line ends
  std::string seen;
};

// Names the first difference of a function that was sent random events: `expected` is the smallest of them that shows
// the others, `seen` how it was found.
inline constexpr std::string_view kSmallestEvent = "event";

enum class Verdict : std::uint8_t { kPassed, kDiffers, kSkipped };

// A case in one language on one target.
struct CaseResult {
  std::string suite;
  std::string name;   // the case's
  std::string place;  // the case's: "suites/a/suite.json:12"
  std::string function;
  std::string handler;
  std::string language;
  std::string target;  // "inline", "process", "ric", a URL
  std::vector<std::string> rules;
  Verdict verdict = Verdict::kPassed;
  std::string reason;  // with kSkipped
  std::vector<Difference> differences;
  Observation observation;  // with kPassed and kDiffers
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_RESULT_H_
