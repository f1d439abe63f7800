// The target `process`: Tandem's own workers.
#include "conformance/target.h"
#include "runtime_functions.h"

namespace tandem::conformance {
namespace {

class ProcessTarget final : public Target {
 public:
  explicit ProcessTarget(std::unique_ptr<RuntimeFunctions> functions) : functions_(std::move(functions)) {}

  std::string_view kind() const override { return "process"; }
  std::string ReasonAgainst(const Implementation& /*implementation*/, const Case& /*given*/) override { return ""; }
  Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given) override {
    return functions_->Run(function, implementation, given);
  }
  void End(const Implementation& implementation) override { functions_->End(implementation); }
  void EndFunctions() override { functions_->EndFunctions(); }

 private:
  std::unique_ptr<RuntimeFunctions> functions_;
};

Result<FunctionConfig> InWorkers(const SuiteFunction& function, const Implementation& implementation) {
  FunctionConfig config = ConfigOf(function, implementation);
  config.isolation = Isolation::kProcess;
  return config;
}

}  // namespace

Result<std::unique_ptr<Target>> MakeProcessTarget(const RuntimeOptions& options) {
  auto functions = RuntimeFunctions::Make(options, InWorkers);
  if (!functions) return functions.status();
  return std::unique_ptr<Target>(std::make_unique<ProcessTarget>(std::move(*functions)));
}

}  // namespace tandem::conformance
