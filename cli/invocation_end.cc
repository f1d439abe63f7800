#include "invocation_end.h"

#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "exit_status.h"
#include "tandem/platform_lines.h"
#include "text.h"

namespace tandem::cli {
namespace {

constexpr char kWhatElse[] = " (`tandem runtimes` lists what else there is)";
constexpr std::chrono::seconds kCloseLimit{2};  // for core to close the environment of a handler that came back

}  // namespace

InvocationEnd::InvocationEnd(const InvokeRequest& request, const RuntimeChoice& choice, const ResponseChannel& response,
                             LogPrinter& log, Progress& progress)
    : request_(request), choice_(choice), response_(response), log_(log), progress_(progress) {}

void InvocationEnd::Claim() {
  if (!claimed_.test_and_set()) return;
  for (;;) pause();
}

void InvocationEnd::Return(const InvokeResult& result) {
  // A fork of the handler's that comes back, too, has nothing to say.
  if (!IsFirstProcess()) EndProcess(result.outcome.ok() ? kExitSuccess : kExitFunctionError);
  while (log_.taken_over()) pause();  // too late: its last lines are not its own
  Claim();
  const bool failed = result.outcome.kind() == Outcome::Kind::kFunctionError;
  if (failed && !request_.payload_advice.empty()) log_.SayHint(request_.payload_advice);
  Answer(result.outcome);
}

void InvocationEnd::TimeOut() {
  const bool unfinished = log_.TakeOver();
  if (!unfinished) std::this_thread::sleep_for(kCloseLimit);
  Claim();
  const std::string& id = request_.request_id;
  const auto timeout = request_.config.timeout;
  if (unfinished) SayUnfinished(TimeoutLines(id, timeout), timeout);
  Answer(TimeoutOutcome(id, timeout));
}

void InvocationEnd::Exit(int status) {
  const bool unfinished = log_.TakeOver();
  Claim();
  const auto began = progress_.began();
  const auto duration = began ? Progress::Clock::now() - *began : Progress::Clock::duration::zero();
  const Outcome outcome = ExitOutcome(request_.request_id, status & 0xFF);
  if (unfinished) SayUnfinished(ExitLines(outcome.error()), duration);
  Answer(outcome);
}

void InvocationEnd::SayUnfinished(std::string_view reason, std::chrono::nanoseconds duration) {
  const std::string& id = request_.request_id;
  const auto began = progress_.began();
  Report report;
  report.duration = duration;
  if (began) report.init_duration = *began - created_;
  if (request_.config.isolation == Isolation::kInline) report.max_memory_used_bytes = ProcessPeakMemoryBytes();
  std::string lines = began ? std::string() : StartLine(id, request_.config.version);
  lines += reason;
  lines += EndLine(id);
  lines += ReportLine(id, report, request_.config.memory_size_mb);
  log_.SayLast(lines);
}

const char* InvocationEnd::VariableOfTheRuntime(const std::string& name) const {
  if (request_.config.isolation == Isolation::kInline) return std::getenv(name.c_str());
  const auto found = request_.config.variables.find(name);
  return found == request_.config.variables.end() ? nullptr : found->second.c_str();
}

void InvocationEnd::Answer(const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::kFault) {
    const Status& fault = outcome.fault();
    const bool runtime = fault.code() == Code::kUnavailable;
    std::string message = fault.message();
    if (runtime) {
      const auto variable = [this](const std::string& name) { return VariableOfTheRuntime(name); };
      message = About(choice_) + message + VariablesBehind(choice_, message, variable) + kWhatElse;
    }
    log_.Say("tandem: invoke: " + message);
    EndProcess(ExitStatusOf(fault.code()));
  }
  if (request_.log_type == LogType::kTail && request_.type == InvocationType::kRequestResponse) {
    log_.Say("X-Amz-Log-Result: " + Base64(log_.Tail()));
  }
  const int status = outcome.ok() ? kExitSuccess : kExitFunctionError;
  if (request_.type == InvocationType::kEvent) EndProcess(status);
  if (response_.is_terminal()) log_.EndOpenLine();
  const std::string_view payload = outcome.payload().view();
  if (const Status written = response_.Write(payload); !written.ok()) {
    log_.Say("tandem: cannot write the response to standard output: " + written.message());
    EndProcess(kExitNoOutput);
  }
  if (response_.is_terminal() && !payload.empty() && !payload.ends_with('\n')) log_.Say("");
  EndProcess(status);
}

}  // namespace tandem::cli
