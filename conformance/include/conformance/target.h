// Targets: places where the functions of suites can be invoked.
#ifndef TANDEM_CONFORMANCE_TARGET_H_
#define TANDEM_CONFORMANCE_TARGET_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/result.h"
#include "conformance/suite.h"
#include "tandem/runtime.h"
#include "tandem/status.h"

namespace tandem::conformance {

// Invokes functions one at a time, and keeps them warm from case to case. Whatever a function does, it ends in an
// Observation, and the next case is served.
// Threads: one at a time.
class Target {
 public:
  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  // "inline", "process", "ric" or "endpoint".
  virtual std::string_view kind() const = 0;
  // Its kind, but the URL of an endpoint.
  virtual std::string_view name() const { return kind(); }
  // Why it can have no such function, or no such case, which is skipped then: "there is no official client for native";
  // empty: it can.
  virtual std::string ReasonAgainst(const Implementation& implementation, const Case& given) = 0;
  virtual Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given) = 0;
  // Ends what it keeps of a function, if anything: its last case has run.
  virtual void End(const Implementation& /*implementation*/) {}
  // Ends what it keeps of a suite's functions.
  virtual void EndFunctions() = 0;
};

// Beyond a function's timeout, before a target is taken to hang.
constexpr std::chrono::seconds kGrace{5};

// What the user says about the official runtime clients; a language that nothing is said of has none.
struct RicOptions {
  std::string python;     // an interpreter that can import awslambdaric
  std::string java_home;  // of the JDK that runs the client
  std::string java_jars;  // a directory with aws-lambda-java-runtime-interface-client and what it depends on
};

// Worker processes of Tandem's.
Result<std::unique_ptr<Target>> MakeProcessTarget(const RuntimeOptions& options);
// A process of its own for each function, which hosts it inline: `program` with `arguments`, by which it comes to
// RunInlineHost, and the number of its end of a socket pair as the last one.
std::unique_ptr<Target> MakeInlineTarget(std::string program, std::vector<std::string> arguments);
// The official runtime clients, as children that speak the Runtime API with this process. Errors: kInvalidArgument for
// a client that is not there, or cannot be run.
Result<std::unique_ptr<Target>> MakeRicTarget(const RuntimeOptions& options, const RicOptions& clients);
// A server that answers the Lambda API, with the functions deployed. Signs where AWS_ACCESS_KEY_ID is set. Errors:
// kInvalidArgument for what is no URL.
Result<std::unique_ptr<Target>> MakeEndpointTarget(const std::string& url);

// Makes this process the environment of an inline function, before its VM starts.
using EnterEnvironment = std::function<Status(const Function& function, const std::map<std::string, std::string>&)>;

// The other side of MakeInlineTarget: serves its one function until `descriptor` is closed. Returns the process's exit
// status.
int RunInlineHost(int descriptor, RuntimeOptions options, const EnterEnvironment& enter);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_TARGET_H_
