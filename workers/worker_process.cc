#include "workers/worker_process.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "proto/convert.h"
#include "workers/protocol.h"

namespace tandem::workers {
namespace {

constexpr std::chrono::seconds kLastWords{2};

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(Supervisor& supervisor, const WorkerSpec& spec,
                                                            ForkedFrom from) {
  auto ends = Channel::Pair();
  if (!ends) return ends.status();
  auto control = Channel::Pair();
  if (!control) return control.status();
  auto output = OutputPipe();
  if (!output) return output.status();
  auto input = NoInput();
  if (!input) return input.status();
  ProcessSpec process;
  process.program = spec.program;
  process.arguments = {"tandem-worker"};
  process.environment = spec.environment;
  process.working_directory = spec.working_directory;
  process.files = {input->get(), output->second.get(), output->second.get(), ends->second.fd()};
  process.zygote = std::move(from.zygote);
  process.waits_for_zygote = from.waits;
  auto started = supervisor.StartProcess(process);
  if (!started) return started.status();
  constexpr std::int64_t kMiB = 1 << 20;
  std::unique_ptr<WorkerProcess> worker(new WorkerProcess(std::move(ends->first), std::move(control->first),
                                                          std::move(output->first), std::move(*started),
                                                          spec.function.memory_size_mb() * kMiB));
  v1::ToWorker message;
  *message.mutable_open() = spec.function;
  auto bytes = proto::Serialize(message);
  if (!bytes) return bytes.status();
  // A worker that is gone already is found out by whoever waits for it.
  const Status sent = worker->channel_.Send(*bytes, {}, {control->second.fd()});
  if (!sent.ok() && sent.code() != Code::kUnavailable) return sent;
  return worker;
}

WorkerProcess::~WorkerProcess() {
  End(nullptr);
}

Answer WorkerProcess::WaitOpen(const Caller& caller, Outcome& outcome) {
  memory_.Begin(Clock::now());
  return UnlessCancelled(caller, [&] { return AtLast(TakeOpened(caller.log, caller.deadline, outcome)); });
}

Answer WorkerProcess::Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
                          Outcome& outcome) {
  memory_.Begin(Clock::now());
  return AtLast(Call(invocation, chunks, caller, outcome));
}

Answer WorkerProcess::AtLast(Answer how) {
  if (how != Answer::kGiven || !memory_.End(Clock::now())) return how;
  return KillForMemory();
}

Answer WorkerProcess::KillForMemory() {
  process_->Kill();
  return Answer::kTooMuch;
}

Answer WorkerProcess::TakeOpened(InvocationLog& log, Clock::time_point deadline, Outcome& outcome) {
  Message answer;
  const Answer how = Next(log, deadline, answer);
  if (how != Answer::kGiven) return how;
  if (!answer.message.has_opened()) {
    refusal_ = "it answered before it was ready";
    return Answer::kGone;
  }
  forkable_ = answer.message.opened().forkable();
  if (!answer.message.opened().has_failure()) return how;
  auto failure = proto::FromMessage(answer.message.opened().failure(), &answer.payload);
  outcome = failure ? std::move(*failure) : Outcome::Fault(failure.status());
  return how;
}

Answer WorkerProcess::Call(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
                           Outcome& outcome) {
  if (caller.cancellation.asked()) {
    outcome = CancelledOutcome();
    return Answer::kGiven;
  }
  auto asked = proto::ToMessage(invocation, proto::PayloadPlace::kBeside);
  if (!asked) {
    outcome = Outcome::Fault(asked.status());
    return Answer::kGiven;
  }
  v1::ToWorker message;
  message.mutable_invocation()->set_call(++calls_);
  *message.mutable_invocation()->mutable_invocation() = std::move(*asked);
  auto bytes = proto::Serialize(message);
  const Status sent = bytes ? channel_.Send(*bytes, invocation.event.payload) : bytes.status();
  if (!sent.ok() && sent.code() != Code::kUnavailable) {
    outcome = Outcome::Fault(sent);
    return Answer::kGiven;
  }
  const Cancellation::Listener listener(caller.cancellation, [this, call = calls_] { AskToYield(call); });
  return WaitForAnswer(chunks, caller, outcome);
}

void WorkerProcess::AskToYield(std::uint64_t call) {
  v1::ToWorker message;
  message.mutable_cancel()->set_call(call);
  // One that is gone, or has not read what it was told so far, is not asked.
  static_cast<void>(control_.TrySend(message.SerializeAsString()));
}

Answer WorkerProcess::WaitForAnswer(const ChunkReceiver& chunks, const Caller& caller, Outcome& outcome) {
  bool wanted = true;
  for (;;) {
    Message answer;
    const Answer how = Next(caller.log, caller.deadline, answer);
    if (how != Answer::kGiven) return how;
    if (answer.message.has_chunk() && answer.message.chunk().call() == calls_ && chunks) {
      wanted = wanted && chunks(answer.payload.view());
      continue;
    }
    if (!answer.message.has_done() || answer.message.done().call() != calls_) {
      refusal_ = "it answered what was not asked";
      return Answer::kGone;
    }
    return TakeOutcome(answer.message.done(), answer.payload, outcome);
  }
}

Answer WorkerProcess::TakeOutcome(const v1::InvocationDone& done, const Payload& payload, Outcome& outcome) {
  if (!done.has_outcome()) {
    outcome = CancelledOutcome();
    return Answer::kGiven;
  }
  auto read = proto::FromMessage(done.outcome(), &payload);
  if (!read) refusal_ = read.status().message();
  outcome = read ? std::move(*read) : Outcome::Fault(read.status());
  return read ? Answer::kGiven : Answer::kGone;
}

Answer WorkerProcess::Next(InvocationLog& log, Clock::time_point deadline, Message& to) {
  for (;;) {
    std::array<pollfd, 3> waited{
        {{channel_.fd(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {process_->end_fd(), POLLIN, 0}}};
    const int ready = poll(waited.data(), waited.size(), MillisecondsUntil(std::min(deadline, memory_.due())));
    if (ready < 0 && errno != EINTR) return Answer::kGone;
    if (ready <= 0) {
      if (const auto cut = CutShort(deadline)) return *cut;
      continue;
    }
    // What was written before a message is logged before it; but what a message ends is a line that others follow.
    const bool line_goes_on = log.line_is_open() && waited[0].revents != 0;
    if (waited[1].revents != 0 && !line_goes_on) ReadOutput(log);
    if (waited[0].revents != 0) {
      auto taken = Take(log, to);
      if (!taken) {
        if (taken.status().code() != Code::kUnavailable) refusal_ = taken.status().message();
        return Answer::kGone;
      }
      if (*taken) {
        ReadOutput(log);
        return Answer::kGiven;
      }
    } else if (waited[2].revents != 0) {
      return Answer::kGone;
    }
    if (const auto cut = CutShort(deadline)) return *cut;
  }
}

std::optional<Answer> WorkerProcess::CutShort(Clock::time_point deadline) {
  const Clock::time_point now = Clock::now();
  if (now >= deadline) return Answer::kTooLate;
  if (memory_.LookIfDue(now)) return KillForMemory();
  return std::nullopt;
}

Result<bool> WorkerProcess::Take(InvocationLog& log, Message& to) {
  auto frame = channel_.TryReceive();
  if (!frame) return frame.status();
  if (!*frame) return false;
  if (!(*frame)->files.empty()) return {Code::kInvalidArgument, "it sent open files"};
  auto parsed = proto::Parse<v1::FromWorker>((*frame)->header);
  if (!parsed) return parsed.status();
  if (!said_hello_) {
    if (!parsed->has_hello()) return {Code::kInvalidArgument, "it did not say which protocol it speaks"};
    if (parsed->hello().protocol() != kWorkerProtocol) {
      return {Code::kInvalidArgument, "the worker program is of another version, " + parsed->hello().version() +
                                          ", whose protocol is " + std::to_string(parsed->hello().protocol()) +
                                          " and not " + std::to_string(kWorkerProtocol) +
                                          ": install both from one build"};
    }
    said_hello_ = true;
    return false;
  }
  switch (parsed->message_case()) {
    case v1::FromWorker::kLog:
      log.Record(parsed->log());
      return false;
    case v1::FromWorker::kOpened:
    case v1::FromWorker::kDone:
    case v1::FromWorker::kChunk:
      to.message = std::move(*parsed);
      to.payload = std::move((*frame)->payload);
      return true;
    default:
      return {Code::kInvalidArgument, "it said something that the protocol does not have here"};
  }
}

bool WorkerProcess::IsSound() {
  pollfd ended{process_->end_fd(), POLLIN, 0};
  pollfd said{channel_.fd(), POLLIN, 0};
  if (poll(&ended, 1, 0) > 0) return false;
  poll(&said, 1, 0);
  return refusal_.empty() && (said.revents & (POLLHUP | POLLERR)) == 0;
}

int WorkerProcess::End(InvocationLog* log) {
  // One that has closed its channel is on its way, and its status is its own.
  pollfd said{channel_.fd(), POLLIN, 0};
  if (poll(&said, 1, 0) <= 0 || (said.revents & POLLHUP) == 0 || !process_->WaitFor(kLastWords)) process_->Kill();
  const ProcessEnd end = process_->Wait();
  if (log != nullptr) ReadOutput(*log);
  return end.status;
}

}  // namespace tandem::workers
