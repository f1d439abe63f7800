// Functions of suites in a Runtime, and what their invocations look like from outside.
#ifndef TANDEM_CONFORMANCE_RUNTIME_FUNCTIONS_H_
#define TANDEM_CONFORMANCE_RUNTIME_FUNCTIONS_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "bounded_text.h"
#include "conformance/result.h"
#include "conformance/suite.h"
#include "tandem/runtime.h"

namespace tandem::conformance {

// Keeps what functions log, of much of it the beginning and the end.
// Threads: any.
class KeptLog final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override;
  // All since the last time.
  std::string Take();

 private:
  std::mutex mutex_;
  BoundedText text_;
};

// A Runtime with the functions that have been invoked, each kept until End or EndFunctions.
// Threads: one at a time.
class RuntimeFunctions {
 public:
  // What a function is in the Runtime, or why it cannot be there.
  using Configure = std::function<Result<FunctionConfig>(const SuiteFunction&, const Implementation&)>;

  static Result<std::unique_ptr<RuntimeFunctions>> Make(RuntimeOptions options, Configure configure);

  // Adds it where it is not there.
  Result<Function*> Get(const SuiteFunction& function, const Implementation& implementation);
  Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given);
  void End(const Implementation& implementation);
  void EndFunctions();

 private:
  RuntimeFunctions() = default;

  KeptLog log_;
  Configure configure_;
  std::unique_ptr<Runtime> runtime_;
  std::map<const Implementation*, Function*> functions_;
};

// What every configuration of an implementation has in common: all but where it runs.
FunctionConfig ConfigOf(const SuiteFunction& function, const Implementation& implementation);

// How an invocation has ended: of its evidence, the process.
Observation ObservationOf(const Outcome& outcome, const Report& report);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_RUNTIME_FUNCTIONS_H_
