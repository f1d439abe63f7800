#include "workers/runtime_api_process.h"

#include <arpa/inet.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "tandem/platform_lines.h"
#include "workers/loopback_peer.h"
#include "workers/milliseconds_until.h"
#include "workers/process_tree.h"

namespace tandem::workers {
namespace {

using Kind = RuntimeApiResult::Kind;

constexpr char kApiVariable[] = "AWS_LAMBDA_RUNTIME_API=";
constexpr std::chrono::seconds kMostUntilItAsks{10};
constexpr std::chrono::hours kNoTimeout{24 * 366};  // clients expect a deadline

sockaddr_in AddressOf(std::string_view endpoint) {
  const std::string_view digits = endpoint.substr(endpoint.rfind(':') + 1);
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// What `execve` said, where that is why a program could not be started; else empty.
std::string ExecFailure(const std::string& program, const Status& status) {
  const std::string prefix = "cannot start " + program + ": execve: ";
  return status.message().starts_with(prefix) ? status.message().substr(prefix.size()) : std::string();
}

RuntimeApiInvocation ApiInvocation(const proto::Invocation& invocation, const ChunkReceiver& chunks) {
  const InvokeOptions& options = invocation.options;
  RuntimeApiInvocation asked;
  asked.request_id = options.request_id.view();
  asked.payload = invocation.event.payload;
  asked.content_type = invocation.event.content_type;
  const auto never =
      std::chrono::time_point_cast<proto::Deadline::duration>(std::chrono::system_clock::now() + kNoTimeout);
  asked.deadline_ms = invocation.deadline.value_or(never).time_since_epoch().count();
  asked.invoked_function_arn = invocation.function.invoked_arn;
  asked.trace_id = options.trace_id;
  asked.client_context = options.client_context;
  asked.cognito_identity = options.cognito_identity;
  asked.tenant_id = options.tenant_id;
  asked.chunk_receiver = chunks;
  return asked;
}

}  // namespace

Result<std::unique_ptr<RuntimeApiProcess>> RuntimeApiProcess::Start(Supervisor& supervisor,
                                                                    const RuntimeApiSpec& spec) {
  using Started = std::unique_ptr<RuntimeApiProcess>;
  Bootstrap bootstrap = FindBootstrap(spec.code_root, spec.layers);
  if (bootstrap.path.empty()) return Started(new RuntimeApiProcess(std::move(bootstrap.failure)));
  auto api = std::make_unique<RuntimeApi>();
  if (Status status = api->Open(); !status.ok()) return status;
  auto output = OutputPipe();
  if (!output) return output.status();
  auto input = NoInput();
  if (!input) return input.status();
  ProcessSpec process;
  process.program = bootstrap.path;
  process.arguments = {bootstrap.path};
  process.environment = spec.environment;
  std::erase_if(process.environment, [](const std::string& each) { return each.starts_with(kApiVariable); });
  process.environment.push_back(kApiVariable + api->endpoint());
  process.working_directory = spec.code_root;
  process.files = {input->get(), output->second.get(), output->second.get()};
  process.folders = spec.folders;
  auto started = supervisor.StartProcess(process);
  if (!started) {
    std::string reason = ExecFailure(bootstrap.path, started.status());
    if (reason.empty()) return started.status();
    return Started(new RuntimeApiProcess(DescribeExecFailure(bootstrap.path, std::move(reason))));
  }
  Started own(new RuntimeApiProcess(std::move(api), std::move(output->first), std::move(*started), spec.memory_limit));
  RuntimeApiProcess& self = *own;
  const Status served =
      self.api_->Start([&self](const sockaddr_in& peer) { return self.Admits(peer); },
                       [&self](int changed, Clock::time_point deadline) { self.Wait(changed, deadline); });
  if (!served.ok()) return served;
  return own;
}

RuntimeApiProcess::RuntimeApiProcess(EntrypointFailure failure)
    : EnvironmentProcess(FileDescriptor(), nullptr), failure_(std::move(failure)) {}

RuntimeApiProcess::RuntimeApiProcess(std::unique_ptr<RuntimeApi> api, FileDescriptor output,
                                     std::shared_ptr<Process> process, std::int64_t memory_limit)
    : EnvironmentProcess(std::move(output), std::move(process)),
      own_address_(AddressOf(api->endpoint())),
      keeper_(ParentOf(process_->pid())),
      memory_(std::in_place, process_->pid(), memory_limit),
      api_(std::move(api)) {}

RuntimeApiProcess::~RuntimeApiProcess() {
  End(nullptr);
}

// The function's own processes have the client's end of a connection open, for as long as they want an answer.
bool RuntimeApiProcess::Admits(const sockaddr_in& peer) const {
  if (keeper_ <= 0) return false;
  const auto socket = FindSocket(peer, own_address_);
  return socket && HasSocket(keeper_, *socket);
}

void RuntimeApiProcess::Wait(int changed, Clock::time_point deadline) {
  std::array<pollfd, 3> waited{{{changed, POLLIN, 0}, {output_.get(), POLLIN, 0}, {process_->end_fd(), POLLIN, 0}}};
  const int ready = poll(waited.data(), waited.size(), MillisecondsUntil(std::min(deadline, memory_->due())));
  if (memory_->LookIfDue(Clock::now())) KillForMemory();
  if (ready <= 0) return;
  if (waited[1].revents != 0) ReadOutput(*log_);
  RequireHost();
  if (waited[2].revents != 0) api_->Abandon();
}

void RuntimeApiProcess::KillForMemory() {
  has_too_much_ = true;
  process_->Kill();
  api_->Abandon();
}

Answer RuntimeApiProcess::WaitOpen(const Caller& caller, Outcome& outcome) {
  if (failure_) {
    if (!failure_->hint.empty()) caller.log.Hint(failure_->hint);
    outcome = EntrypointOutcome(caller.log.request_id(), failure_->reason, failure_->exit_status);
    return Answer::kGiven;
  }
  log_ = &caller.log;
  memory_->Begin(Clock::now());
  return UnlessCancelled(caller, [&] { return Settle(api_->WaitReady(caller.deadline), caller.log, outcome); });
}

Answer RuntimeApiProcess::Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
                              Outcome& outcome) {
  log_ = &caller.log;
  memory_->Begin(Clock::now());
  return UnlessCancelled(caller, [&] { return Serve(invocation, chunks, caller, outcome); });
}

Answer RuntimeApiProcess::Serve(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
                                Outcome& outcome) {
  RuntimeApiResult result = api_->Invoke(ApiInvocation(invocation, chunks), caller.deadline);
  const bool answered = result.kind == Kind::kAnswered;
  const Answer how = Settle(std::move(result), caller.log, outcome);
  if (answered && how == Answer::kGiven) WaitUntilItAsks(caller.log, caller.deadline);
  return how;
}

Answer RuntimeApiProcess::Settle(RuntimeApiResult result, InvocationLog& log, Outcome& outcome) {
  if (result.kind == Kind::kTimedOut) return Answer::kTooLate;
  ReadOutput(log);
  if (result.kind == Kind::kAnswered && memory_->End(Clock::now())) KillForMemory();
  if (has_too_much_) return Answer::kTooMuch;
  if (result.kind == Kind::kAbandoned) return Answer::kGone;
  failed_ = result.kind == Kind::kInitError;
  if (result.kind != Kind::kReady) outcome = std::move(result.outcome);
  return Answer::kGiven;
}

void RuntimeApiProcess::WaitUntilItAsks(InvocationLog& log, Clock::time_point deadline) {
  const auto latest = std::min(deadline, Clock::now() + kMostUntilItAsks);
  if (api_->WaitReady(latest).kind == Kind::kReady) return ReadOutput(log);
  End(&log);
}

bool RuntimeApiProcess::IsSound() {
  return process_ != nullptr && !failed_ && !process_->ended();
}

int RuntimeApiProcess::End(InvocationLog* log) {
  if (process_ == nullptr) return failure_ ? failure_->exit_status : 0;
  process_->Kill();  // nothing where it has ended by itself
  const int status = process_->Wait().status;
  if (log != nullptr) ReadOutput(*log);
  return status;
}

}  // namespace tandem::workers
