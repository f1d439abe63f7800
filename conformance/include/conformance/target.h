// Targets: places where the functions of suites can be invoked.
#ifndef TANDEM_CONFORMANCE_TARGET_H_
#define TANDEM_CONFORMANCE_TARGET_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

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

  // "inline", "process", "ric", or the endpoint's URL.
  virtual std::string_view name() const = 0;
  // Why it cannot have functions of this kind at all, so that their cases are skipped: "no official client for native
  // is known"; empty: it can.
  virtual std::string ReasonAgainst(const Implementation& implementation) = 0;
  virtual Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given) = 0;
  // Ends what it keeps of a suite's functions.
  virtual void EndFunctions() = 0;
};

// Beyond a function's timeout, before a target is taken to hang.
constexpr std::chrono::seconds kGrace{5};

// What the user says about the official runtime clients. Empty: the first that is found (conformance/README.md).
struct RicOptions {
  std::string python;  // an interpreter that can import awslambdaric
  std::string java_home;
  std::string java_jars;  // a directory with aws-lambda-java-runtime-interface-client and its dependencies
};

// Worker processes of Tandem's.
Result<std::unique_ptr<Target>> MakeProcessTarget(const RuntimeOptions& options);
// A process of its own for all functions of a suite in one language, which hosts them inline: `program` with the
// argument that RunInlineHost is reached by.
Result<std::unique_ptr<Target>> MakeInlineTarget(std::string program, std::vector<std::string> arguments);
// The official runtime clients, as children that speak the Runtime API with this process.
Result<std::unique_ptr<Target>> MakeRicTarget(const RuntimeOptions& options, const RicOptions& clients);
// A server that answers the Lambda API, with the functions deployed. Signs where AWS_ACCESS_KEY_ID is set.
Result<std::unique_ptr<Target>> MakeEndpointTarget(const std::string& url);

// The other side of MakeInlineTarget: serves until its descriptor is closed. Returns the process's exit status.
int RunInlineHost(int descriptor, RuntimeOptions options);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_TARGET_H_
