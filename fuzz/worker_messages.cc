// The host's end of a worker: messages of any kind, by a worker gone mad, while it opens, is taken as a standby, or has
// several invocations.
//
// Input: a byte (1: it is a standby, 2 and 4: how many callers, 8: they take chunks, 16: the first is cancelled), and
// messages, each a letter and what it has (see Next): h hello, o opened, d done, c chunk, l log, s standing by, t
// taken, p prepared, w output that is no message, m the same behind a mark, k a record with a mark, r any bytes; F
// before it: an open file comes with it. What comes before the first "|" is said before the function is open, and then
// that it is; the rest is said while all callers wait.
#include <sys/socket.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fuzz/lib.h"
#include "fuzz/messages.h"
#include "proto/stack_frames.h"
#include "tandem/v1/supervisor.pb.h"
#include "workers/protocol.h"
#include "workers/supervisor_session.h"
#include "workers/worker_process.h"

namespace tandem::workers {

struct WorkerAtHand {
  Channel channel;
  Channel control;
  FileDescriptor output;
  std::unique_ptr<WorkerProcess> worker;

  static WorkerAtHand Make(std::shared_ptr<Process> process, const WorkerSpec& spec) {
    auto ends = Channel::Pair();
    auto control = Channel::Pair();
    auto output = WorkerProcess::OutputPipe();
    fuzz::Require(ends.ok() && control.ok() && output.ok(), "no channel can be made");
    std::unique_ptr<WorkerProcess> worker(new WorkerProcess(std::move(ends->first), std::move(control->first),
                                                            std::move(output->first), std::move(process), spec));
    auto own = Channel(FileDescriptor(fcntl(control->second.fd(), F_DUPFD_CLOEXEC, 0)));
    worker->controlled_by_ = std::move(control->second);
    return {std::move(ends->second), std::move(own), std::move(output->second), std::move(worker)};
  }
  Status Tell(const v1::OpenFunction& function) const { return worker->TellFunction(function); }
  const std::string& key() const { return worker->marked_.key(); }
};

}  // namespace tandem::workers

namespace tandem::fuzz {
namespace {

using workers::Answer;
using workers::Channel;
using workers::EnvironmentProcess;
using workers::InvocationLog;
using workers::WorkerAtHand;
using workers::WorkerProcess;

constexpr int kMostAtATime = 3;

struct Call {
  std::uint64_t number;
  std::uint32_t place;
  auto operator<=>(const Call&) const = default;
};

struct Script {
  std::vector<Said> before;
  std::vector<Said> after;
  std::string output;
  std::vector<std::pair<std::uint64_t, std::string>> marked;  // text behind a mark
  bool stands = false;
  bool taken = false;
  bool opened = false;
  std::multimap<Call, std::string> done;
  std::map<Call, std::string> chunks;  // one behind the other
};

void Note(const v1::FromWorker& message, const std::string& payload, Script& script) {
  script.stands = script.stands || message.has_standing_by();
  script.taken = script.taken || message.has_taken();
  script.opened = script.opened || message.has_opened();
  if (message.has_done()) script.done.emplace(Call{message.done().call(), message.done().place()}, payload);
  if (message.has_chunk()) script.chunks[{message.chunk().call(), message.chunk().place()}] += payload;
}

void PutOutcome(Input& input, v1::Outcome& outcome) {
  const std::uint8_t kind = input.Byte();
  if (kind == 's') {
    outcome.mutable_success()->mutable_payload();
    outcome.mutable_success()->set_disposition(v1::DISPOSITION_KEEP);
  } else if (kind == 'e') {
    outcome.mutable_function_error()->set_type(std::string("Type"));
    outcome.mutable_function_error()->set_disposition(v1::DISPOSITION_RECYCLE);
    outcome.mutable_function_error()->mutable_body();
  } else if (kind == 'f') {
    outcome.mutable_function_error()->set_disposition(v1::DISPOSITION_RECYCLE);
    outcome.mutable_function_error()->mutable_body();
    for (int left = input.Number<std::uint16_t>(); left > 0; --left)
      outcome.mutable_function_error()->add_stack_trace("");
  } else {
    outcome.ParseFromString(std::string(input.Text()));
  }
}

Said Next(char kind, Input& input, Script& script) {
  v1::FromWorker message;
  Said said;
  if (kind == 'h') {
    message.mutable_hello()->set_protocol(workers::kWorkerProtocol + input.Byte());
    message.mutable_hello()->set_version(std::string(input.Text()));
  } else if (kind == 'o') {
    message.mutable_opened()->set_max_concurrency(input.Number<std::uint32_t>());
    if ((input.Byte() & 1) != 0) PutOutcome(input, *message.mutable_opened()->mutable_failure());
  } else if (kind == 'd') {
    message.mutable_done()->set_call(input.Byte());
    message.mutable_done()->set_place(input.Byte());
    if ((input.Byte() & 1) != 0) PutOutcome(input, *message.mutable_done()->mutable_outcome());
    said.payload = input.Text();
  } else if (kind == 'c') {
    message.mutable_chunk()->set_call(input.Byte());
    message.mutable_chunk()->set_place(input.Byte());
    said.payload = input.Text();
  } else if (kind == 'l') {
    message.mutable_log()->set_origin(input.Byte());
    message.mutable_log()->set_level(input.Number<std::uint32_t>());
    message.mutable_log()->set_format(input.Byte());
    message.mutable_log()->set_request_id(std::string(input.Text()));
    message.mutable_log()->set_text(std::string(input.Text()));
  } else if (kind == 'k') {
    message.mutable_log()->set_mark(input.Byte());
    message.mutable_log()->set_text(std::string(input.Text()));
  } else if (kind == 's') {
    message.mutable_standing_by();
  } else if (kind == 't') {
    message.mutable_taken();
  } else if (kind == 'p') {
    message.mutable_prepared();
  } else {
    said.header = input.Text();
    said.payload = input.Text();
    if (message.ParseFromString(said.header)) Note(message, said.payload, script);
    return said;
  }
  Note(message, said.payload, script);
  said.header = message.SerializeAsString();
  return said;
}

Script ReadScript(Input& input) {
  Script script;
  std::vector<Said>* to = &script.before;
  bool with_file = false;
  while (!input.empty() && script.before.size() + script.after.size() < 64) {
    const char kind = static_cast<char>(input.Byte());
    if (kind == '|' && to == &script.before) {
      if (!script.opened) {
        v1::FromWorker opened;
        opened.mutable_opened()->set_max_concurrency(kMostAtATime);
        to->push_back({opened.SerializeAsString(), {}});
        script.opened = true;
      }
      to = &script.after;
    } else if (kind == 'F') {
      with_file = true;
    } else if (kind == 'w') {
      script.output += input.Text();
    } else if (kind == 'm') {
      const std::uint64_t number = input.Byte();
      const std::string_view text = input.Text();
      if (script.marked.size() < 64) script.marked.emplace_back(number, text);
    } else {
      to->push_back(Next(kind, input, script));
      to->back().with_file = std::exchange(with_file, false);
    }
  }
  return script;
}

// A supervisor that starts whatever it is asked for, and ends it when it is told to.
void Supervise(Channel& end) {
  v1::FromSupervisor hello;
  hello.mutable_hello()->set_protocol(workers::kSupervisorProtocol);
  Require(end.Send(hello.SerializeAsString()).ok(), "the supervisor has no host");
  for (;;) {
    const auto frame = end.Receive();
    v1::ToSupervisor asked;
    Require(frame.ok() && asked.ParseFromString(frame->header), "the supervisor has no host");
    v1::FromSupervisor answer;
    if (asked.has_start()) {
      answer.mutable_started()->set_id(asked.start().id());
      answer.mutable_started()->set_pid(INT_MAX);
    } else {
      answer.mutable_ended()->set_id(asked.kill().id());
      answer.mutable_ended()->set_status(-SIGKILL);
    }
    Require(end.Send(answer.SerializeAsString()).ok(), "the supervisor has no host");
  }
}

// One for all inputs.
workers::SupervisorSession& Session() {
  static auto* const session = [] {
    auto pair = Channel::Pair();
    Require(pair.ok(), "no channel can be made");
    auto* const supervisors = new Channel(std::move(pair->second));
    std::thread([supervisors] { Supervise(*supervisors); }).detach();
    auto begun = workers::SupervisorSession::Begin(std::move(pair->first), 0, "/supervisor");
    Require(begun.ok(), "the supervisor is not one");
    return new std::shared_ptr<workers::SupervisorSession>(*begun);
  }();
  return **session;
}

// What the host's log gets.
class CheckingSink final : public LogSink {
 public:
  explicit CheckingSink(const std::string& key) : key_(key) {}
  void Write(const LogRecord& record) noexcept override {
    Require(record.text.find(key_) == std::string_view::npos, "a mark in the log");
    Require(record.origin == LogOrigin::kFunction || record.origin == LogOrigin::kHint, "a line as of the platform");
    Require(record.level <= LogLevel::kFatal && record.format <= LogFormat::kJson, "a record of no known kind");
  }

 private:
  const std::string key_;
};

// An invocation, and what became of it.
struct Caller {
  explicit Caller(int number) { result.request_id = RequestId("caller-" + std::to_string(number)); }

  InvokeResult result;
  workers::Cancellation cancellation;
  std::string chunks;
  Answer how = Answer::kGone;
};

void RunCaller(WorkerAtHand& at_hand, Caller& caller, bool streams) {
  WorkerProcess& worker = *at_hand.worker;
  CheckingSink sink(at_hand.key());
  workers::FunctionHints hints;
  InvocationLog log(&sink, "function", LogType::kTail, hints, caller.result);
  log.Begin();
  proto::Invocation invocation;
  invocation.event = Event(std::string_view("{}"));
  invocation.options.request_id = caller.result.request_id;
  invocation.function.name = "function";
  invocation.function.version = "$LATEST";
  invocation.streaming = streams;
  ChunkReceiver chunks;
  if (streams) {
    chunks = [&caller](std::string_view chunk) {
      caller.chunks += chunk;
      return true;
    };
  }
  caller.how =
      worker.Run(invocation, chunks, {log, EnvironmentProcess::kForever, caller.cancellation}, caller.result.outcome);
}

void Check(const Caller& caller, const Call& call, const Script& script) {
  Require(caller.how == Answer::kGiven || caller.how == Answer::kGone, "a strange answer");
  const auto chunks = script.chunks.find(call);
  Require(caller.chunks.empty() || (chunks != script.chunks.end() && chunks->second.starts_with(caller.chunks)),
          "chunks of another call", caller.chunks);
  if (caller.how != Answer::kGiven) return;
  const auto [first, last] = script.done.equal_range(call);
  Require(first != last, "an outcome that nobody gave");
  const Outcome& outcome = caller.result.outcome;
  Require(
      outcome.kind() != Outcome::Kind::kFunctionError || outcome.error().stack_trace.size() <= proto::kMostStackFrames,
      "more frames than are taken");
  if (outcome.kind() != Outcome::Kind::kSuccess) return;
  const bool given = std::any_of(first, last, [&](const auto& done) {
    return done.second == outcome.payload().view() || done.second.empty();  // or within the message
  });
  Require(given, "the outcome of another call", outcome.payload().view());
}

// The invocations that all callers have sent.
std::map<std::string, Call> Received(WorkerAtHand& at_hand, std::size_t count) {
  std::map<std::string, Call> calls;
  while (calls.size() < count) {
    const auto frame = at_hand.channel.Receive();
    v1::ToWorker message;
    Require(frame.ok() && message.ParseFromString(frame->header), "the host says what is no message");
    if (!message.has_invocation()) continue;
    const v1::RunInvocation& run = message.invocation();
    calls[run.invocation().context().request_id()] = {run.call(), run.place()};
  }
  return calls;
}

void Serve(WorkerAtHand& at_hand, std::uint8_t flags, const Script& script) {
  WorkerProcess& worker = *at_hand.worker;
  const std::size_t count = std::min<std::size_t>(1 + ((flags >> 1) & 3), worker.places());
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    callers.push_back(std::make_unique<Caller>(static_cast<int>(i)));
    threads.emplace_back([&, caller = callers.back().get()] { RunCaller(at_hand, *caller, (flags & 8) != 0); });
  }
  const auto calls = Received(at_hand, count);
  if ((flags & 16) != 0) callers.front()->cancellation.Ask();
  for (const Said& said : script.after) Say(at_hand.channel, said);
  shutdown(at_hand.channel.fd(), SHUT_WR);
  for (std::thread& thread : threads) thread.join();
  for (const auto& caller : callers) {
    const auto call = calls.find(std::string(caller->result.request_id.view()));
    Require(call != calls.end(), "an invocation of another id");
    Check(*caller, call->second, script);
  }
}

// What is to be said of a standby is said before it is looked at.
bool TakeStandby(WorkerAtHand& at_hand, const workers::WorkerSpec& spec, const Script& script) {
  const auto how = at_hand.worker->Stands(EnvironmentProcess::Clock::now());
  if (how != WorkerProcess::Standing::kReady) return false;
  Require(script.stands, "a standby that did not say so");
  shutdown(at_hand.channel.fd(), SHUT_WR);
  if (!at_hand.worker->Take(spec)) return false;
  Require(script.taken, "a process that was not taken");
  return true;
}

void WriteMarked(const WorkerAtHand& at_hand, const Script& script) {
  std::string marked;
  for (const auto& [number, text] : script.marked) marked += workers::MarkedOutput::Mark(at_hand.key(), number) + text;
  Require(write(at_hand.output.get(), marked.data(), marked.size()) >= 0, "no marked output can be written");
}

void Run(Input input) {
  workers::SupervisorSession& session = Session();
  const int lowest = LowestFree();
  {
    const std::uint8_t flags = input.Byte();
    const bool stands_by = (flags & 1) != 0;
    const Script script = ReadScript(input);
    workers::WorkerSpec spec;
    spec.function.set_memory_size_mb(128);
    spec.function.set_max_concurrency(kMostAtATime);
    auto process = session.StartProcess(
        {.program = "/worker", .arguments = {}, .environment = {}, .working_directory = "/", .files = {}});
    Require(process.ok(), "no process");
    WorkerAtHand at_hand = WorkerAtHand::Make(std::move(*process), spec);
    for (const Said& said : script.before) Say(at_hand.channel, said);
    Require(write(at_hand.output.get(), script.output.data(), script.output.size()) >= 0, "no output can be written");
    const bool goes_on = stands_by ? TakeStandby(at_hand, spec, script) : at_hand.Tell(spec.function).ok();
    if (goes_on) {
      WriteMarked(at_hand, script);
      CheckingSink sink(at_hand.key());
      workers::FunctionHints hints;
      Caller opening(0);
      InvocationLog log(&sink, "function", LogType::kTail, hints, opening.result);
      if (script.after.empty()) shutdown(at_hand.channel.fd(), SHUT_WR);
      const Answer how =
          at_hand.worker->WaitOpen({log, EnvironmentProcess::kForever, opening.cancellation}, opening.result.outcome);
      Require(how != Answer::kGiven || script.opened, "it is open, and did not say so");
      if (how == Answer::kGiven && opening.result.outcome.ok() && !stands_by) Serve(at_hand, flags, script);
    }
    const std::string refusal = at_hand.worker->refusal();
    if (!refusal.empty()) RequireOneLine(refusal, "a refusal that is no line");
    at_hand.worker->End(nullptr);
  }
  RequireNoDescriptorLeft(lowest);
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::fuzz::Run(tandem::fuzz::Input(data, size));
  return 0;
}
