#include "workers/worker_process.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "proto/convert.h"
#include "proto/run_invocation.h"
#include "proto/stack_frames.h"
#include "workers/doing.h"
#include "workers/launch_key.h"
#include "workers/milliseconds_until.h"
#include "workers/one_line.h"
#include "workers/protocol.h"

namespace tandem::workers {
namespace {

constexpr std::chrono::seconds kLastWords{2};
constexpr std::size_t kMostLastWords = std::size_t{8} << 20;
constexpr std::chrono::milliseconds kUntilNextDoing{10};  // of a process that has closed its channel
constexpr int kMostWaits = 20;                            // looks at which it does nothing
constexpr std::chrono::milliseconds kUntilNextLook{10};   // at a caller that is behind
constexpr int kMostRounds = 8;                            // of reading, by one who does not wait

// Reads for all callers, for a scope.
class ReadingCall {
 public:
  explicit ReadingCall(WorkerCalls& calls) : calls_(calls) {}
  ~ReadingCall() { calls_.EndRead(); }
  ReadingCall(const ReadingCall&) = delete;
  ReadingCall& operator=(const ReadingCall&) = delete;

 private:
  WorkerCalls& calls_;
};

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(Supervisor& supervisor, const WorkerSpec& spec,
                                                            ForkedFrom from) {
  auto worker = StartProcess(supervisor, spec, std::move(from));
  if (!worker) return worker.status();
  // A worker that is gone already is found out by whoever waits for it.
  const Status told = (*worker)->TellFunction(spec.function);
  if (!told.ok() && told.code() != Code::kUnavailable) return told;
  return worker;
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::StartProcess(Supervisor& supervisor, const WorkerSpec& spec,
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
  if (HasWrapper(spec.environment)) process.arguments.emplace_back(kWrapArgument);
  process.environment = spec.environment;
  process.working_directory = spec.working_directory;
  process.files = {input->get(), output->second.get(), output->second.get(), ends->second.fd()};
  process.folders = spec.folders;
  process.zygote = std::move(from.zygote);
  process.waits_for_zygote = from.waits;
  auto started = supervisor.StartProcess(process);
  if (!started) return started.status();
  std::unique_ptr<WorkerProcess> worker(new WorkerProcess(std::move(ends->first), std::move(control->first),
                                                          std::move(output->first), std::move(*started), spec));
  worker->controlled_by_ = std::move(control->second);
  return worker;
}

Status WorkerProcess::TellFunction(const v1::OpenFunction& function) {
  v1::ToWorker message;
  *message.mutable_open() = function;
  marked_.SetKey(MarkedOutput::NewKey());
  message.mutable_open()->set_output_mark(marked_.key());
  struct stat pipe {};
  if (fstat(output_.get(), &pipe) == 0) message.mutable_open()->set_output_pipe(pipe.st_ino);
  auto bytes = proto::Serialize(message);
  if (!bytes) return bytes.status();
  most_places_ = static_cast<std::size_t>(std::max(1, function.max_concurrency()));
  auto claims = Claims::Make();
  if (!claims) return claims.status();
  ahead_.SetClaims(std::move(claims->first));
  const Status sent = channel_.Send(*bytes, {}, {controlled_by_->fd(), claims->second.get()});
  controlled_by_.reset();
  return sent;
}

WorkerProcess::WorkerProcess(Channel channel, Channel control, FileDescriptor output, std::shared_ptr<Process> process,
                             const WorkerSpec& spec)
    : EnvironmentProcess(std::move(output), std::move(process)),
      channel_(std::move(channel)),
      control_(std::move(control)),
      memory_(process_->pid(), spec.function.memory_size_mb() * kMiB,
              process_->forked() ? MemoryWatch::Begun::kForked : MemoryWatch::Begun::kExecuted),
      most_resident_(static_cast<std::uint64_t>(spec.function.memory_size_mb() * kMiB)) {}

WorkerProcess::~WorkerProcess() {
  is_awaited_ = true;  // nobody asks for its status
  End(nullptr);
}

Answer WorkerProcess::WaitOpen(const Caller& caller, Outcome& outcome) {
  return UnlessCancelled(caller, [&] {
    return AfterCall(InCall(caller, [&](WorkerCall& call) { return TakeOpened(call, caller, outcome); }),
                     caller.deadline);
  });
}

Answer WorkerProcess::Run(const proto::Invocation& invocation, const ChunkReceiver& chunks, const Caller& caller,
                          Outcome& outcome) {
  return AfterCall(InCall(caller, [&](WorkerCall& call) { return Call(call, invocation, chunks, caller, outcome); }),
                   caller.deadline);
}

Answer WorkerProcess::AfterCall(Answer how, Clock::time_point deadline) {
  if (how == Answer::kGiven) return how;
  is_awaited_ = true;
  return how == Answer::kGone && HasClosedChannel() ? AwaitEnd(deadline) : how;
}

Answer WorkerProcess::AwaitEnd(Clock::time_point deadline) {
  calls_.WaitUntilQuiet();
  const Clock::time_point latest = Clock::now() + kLastWords;
  int waits = 0;
  while (!process_->ended()) {
    const Doing doing = DoingOf(process_->pid());
    const Clock::time_point now = Clock::now();
    if (doing != Doing::kEnds && now >= deadline) return Answer::kTooLate;
    if (now >= latest || (doing == Doing::kWaits && ++waits > kMostWaits)) break;
    const Clock::time_point next = now + kUntilNextDoing;
    if (ReadUntil(doing == Doing::kEnds ? next : std::min(next, deadline))) break;
  }
  return Answer::kGone;
}

bool WorkerProcess::ReadUntil(Clock::time_point until) {
  do {
    std::array<pollfd, 2> waited{{{process_->end_fd(), POLLIN, 0}, {-1, POLLIN, 0}}};
    {
      const std::scoped_lock lock(ending_);
      if (last_words_ < kMostLastWords) waited[1].fd = output_.get();
    }
    poll(waited.data(), waited.size(), MillisecondsUntil(until));
    if (waited[1].revents != 0) {
      const std::scoped_lock lock(ending_);
      const std::string output = TakeOutput();
      last_words_ += output.size();
      marked_.Append(output);
    }
    if (waited[0].revents != 0) return true;
  } while (Clock::now() < until);
  return false;
}

bool WorkerProcess::HasClosedChannel() const {
  pollfd said{channel_.fd(), POLLIN, 0};
  return poll(&said, 1, 0) > 0 && (said.revents & POLLHUP) != 0;
}

bool WorkerProcess::BeginCall(WorkerCall& call) {
  const auto is_only = calls_.Begin(call);
  if (!is_only) return false;
  if (!*is_only) return true;
  const std::scoped_lock lock(memory_mutex_);
  memory_.Begin(Clock::now());
  return true;
}

template <typename RunCall>
Answer WorkerProcess::InCall(const Caller& caller, const RunCall& run) {
  WorkerCall call(caller.log);
  BeginCall(call);
  try {
    return EndCall(call, run(call));
  } catch (const HostForked&) {
    throw;
  } catch (...) {  // a chunk receiver's own, or std::bad_alloc
    EndCall(call, Answer::kTooLate);
    throw;
  }
}

Answer WorkerProcess::EndCall(WorkerCall& call, Answer how) {
  const bool is_last = calls_.End(call, how);
  if (how == Answer::kTooLate && !is_last) AskToYield(call);
  for (const WorkerMessage& left : call.said) Log(call, left);
  // What another has that has begun meanwhile is looked at when that ends.
  if (how != Answer::kGiven || ahead_.BegunBehind(call.number)) return how;
  const std::scoped_lock lock(memory_mutex_);
  const auto now = Clock::now();
  if (is_last ? !memory_.End(now) : !memory_.LookIfDue(now)) return how;
  KillForMemory();
  return Answer::kTooMuch;
}

void WorkerProcess::KillForMemory() {
  process_->Kill();
  BeOver(Answer::kTooMuch);
}

void WorkerProcess::BeOver(Answer how, const std::string& why) {
  const std::scoped_lock lock(over_mutex_);
  if (calls_.is_over()) return;
  refusal_ = why;
  calls_.SetOver(how);
}

Answer WorkerProcess::Distrust(const std::string& why) {
  BeOver(Answer::kGone, why);
  process_->Kill();
  return Answer::kGone;
}

Answer WorkerProcess::TakeOpened(WorkerCall& call, const Caller& caller, Outcome& outcome) {
  WorkerMessage answer;
  const Answer how = *Next(call, caller.deadline, answer, Waiting::kUntilDeadline);
  if (how != Answer::kGiven) return how;
  if (!answer.message.has_opened()) return Distrust("it answered before it was ready");
  const v1::Opened& opened = answer.message.opened();
  forkable_ = opened.forkable();
  fills_cache_ = opened.fills_cache();
  stands_by_ = opened.stands_by();
  calls_.SetPlaces(std::clamp<std::size_t>(opened.max_concurrency(), 1, most_places_));
  if (!opened.has_failure()) return how;
  auto failure = proto::FromMessage(opened.failure(), &answer.payload);
  outcome = failure ? std::move(*failure) : Outcome::Fault(failure.status());
  return how;
}

bool WorkerProcess::SendCall(const WorkerCall& call, const proto::Invocation& invocation, const Caller& caller,
                             Outcome& outcome) {
  if (caller.cancellation.asked()) {
    outcome = CancelledOutcome();
    return false;
  }
  const auto message = proto::WriteRunInvocation({call.number, call.place}, invocation);
  // One that has not come to be sent ends as one that was not answered.
  const Status sent =
      message ? channel_.SendBefore(message->bytes(), invocation.event.payload, caller.deadline, process_->end_fd())
              : message.status();
  if (sent.ok() || sent.code() == Code::kUnavailable) return true;
  outcome = Outcome::Fault(sent);
  return false;
}

Answer WorkerProcess::Call(WorkerCall& call, const proto::Invocation& invocation, const ChunkReceiver& chunks,
                           const Caller& caller, Outcome& outcome) {
  if (!SendCall(call, invocation, caller, outcome)) return Answer::kGiven;
  const Cancellation::Listener listener(caller.cancellation, [this, &call] { AskToYield(call); });
  return WaitForAnswer(call, chunks, caller.deadline, outcome);
}

void WorkerProcess::AskToYield(const WorkerCall& call) {
  v1::ToWorker message;
  message.mutable_cancel()->set_call(call.number);
  message.mutable_cancel()->set_place(call.place);
  // One that is gone, or has not read what it was told so far, is not asked.
  static_cast<void>(control_.TrySend(message.SerializeAsString()));
}

Answer WorkerProcess::WaitForAnswer(WorkerCall& call, const ChunkReceiver& chunks, Clock::time_point deadline,
                                    Outcome& outcome) {
  bool wanted = true;
  for (;;) {
    WorkerMessage answer;
    const Answer how = *Next(call, deadline, answer, Waiting::kUntilDeadline);
    if (how != Answer::kGiven) return how;
    if (answer.is_done()) return TakeOutcome(call, answer, outcome);
    if (!answer.message.has_chunk() || !chunks) return Distrust("it answered what was not asked");
    wanted = wanted && chunks(answer.payload.view());
  }
}

std::optional<Answer> WorkerProcess::LookForAnswer(WorkerCall& call, Clock::time_point deadline, Outcome& outcome) {
  WorkerMessage answer;
  const auto how = Next(call, deadline, answer, Waiting::kNo);
  if (how != Answer::kGiven) return how;
  return answer.is_done() ? TakeOutcome(call, answer, outcome) : Distrust("it answered what was not asked");
}

Answer WorkerProcess::TakeOutcome(const WorkerCall& call, WorkerMessage& answer, Outcome& outcome) {
  const v1::InvocationDone& done = answer.message.done();
  const std::uint64_t peak = answer.success ? answer.success->peak_resident_bytes : done.peak_resident_bytes();
  if (takes_ahead_ && (peak == 0 || peak > most_resident_)) {  // the worker begins no more of those
    takes_ahead_ = false;
    ahead_.TakeBackBehind(call.number);
  }
  {
    const std::scoped_lock lock(memory_mutex_);
    memory_.Tell(static_cast<std::int64_t>(peak));
  }
  if (answer.success) {
    outcome = std::move(answer.success->outcome);
    return Answer::kGiven;
  }
  if (!done.has_outcome()) {
    outcome = CancelledOutcome();
    return Answer::kGiven;
  }
  auto read = proto::FromMessage(done.outcome(), &answer.payload);
  outcome = read ? std::move(*read) : Outcome::Fault(read.status());
  return read ? Answer::kGiven : Distrust(read.status().message());
}

std::optional<Answer> WorkerProcess::Next(WorkerCall& call, Clock::time_point deadline, WorkerMessage& to,
                                          Waiting waiting) {
  for (int round = 0; round < kMostRounds || waiting == Waiting::kUntilDeadline; ++round) {
    RequireHost();
    if (const auto how = calls_.WaitOrRead(call, deadline, to)) {
      if (how == Answer::kGiven && Log(call, to)) continue;
      return how;
    }
    const ReadingCall reading(calls_);
    if (!Read(call, deadline, waiting)) return std::nullopt;
    if (waiting == Waiting::kNo && channel_.awaits_large()) break;
  }
  call.is_loud = true;
  return std::nullopt;
}

bool WorkerProcess::Log(WorkerCall& call, const WorkerMessage& message) {
  const bool is_own = message.whose == WorkerMessage::Whose::kOwn;
  switch (message.kind) {
    case WorkerMessage::Kind::kMessage:
      return false;
    case WorkerMessage::Kind::kRecord:
      call.log.Record(message.message.log());
      break;
    case WorkerMessage::Kind::kOutput:
      LogOutput(call.log, message.output, is_own ? Whose::kOwn : Whose::kAnybodys);
      break;
  }
  if (!is_own) calls_.Logged();
  return true;
}

bool WorkerProcess::Read(WorkerCall& reader, Clock::time_point deadline, Waiting waiting) {
  const bool behind = calls_.AnyIsBehind();
  const bool output_waits = behind && marked_.holds();  // for a record
  std::array<pollfd, 3> waited{{{behind ? -1 : channel_.fd(), POLLIN, 0},
                                {output_waits ? -1 : output_.get(), POLLIN, 0},
                                {process_->end_fd(), POLLIN, 0}}};
  const Clock::time_point latest = behind ? Clock::now() + kUntilNextLook : EnvironmentProcess::kForever;
  const int longest = waiting == Waiting::kNo ? 0 : MillisecondsUntil(std::min({deadline, MemoryIsDue(), latest}));
  const int ready = poll(waited.data(), waited.size(), longest);
  if (ready < 0 && errno != EINTR) BeOver(Answer::kGone);
  if (ready > 0) {
    // All that was written before what the channel has, which was looked at before, and is logged before that counts.
    if (waited[1].revents != 0) {
      AppendOutput();
      calls_.Output(OutputUntilMark(reader), reader);
    }
    if (waited[0].revents != 0) {
      const auto taken = Take(reader);
      if (!taken) {
        const Status& why = taken.status();
        BeOver(Answer::kGone, why.code() == Code::kUnavailable ? "" : why.message());
        return true;
      }
      if (*taken) return true;  // what its end looks at
    } else if (waited[2].revents != 0) {
      BeOver(Answer::kGone);
      return true;
    }
  }
  const std::scoped_lock lock(memory_mutex_);
  const bool is_too_much = memory_.LookIfDue(Clock::now());
  if (is_too_much) KillForMemory();
  return ready != 0 || is_too_much || waiting != Waiting::kNo;
}

WorkerProcess::Clock::time_point WorkerProcess::MemoryIsDue() {
  const std::scoped_lock lock(memory_mutex_);
  return memory_.due();
}

Result<v1::FromWorker> WorkerProcess::MessageOf(const Frame& frame) {
  if (!frame.files.empty()) return Status(Code::kInvalidArgument, "it sent open files");
  if (!proto::MayBeParsed(frame.header)) {
    return Status(Code::kInvalidArgument, "it sent a stack trace of too many frames, or what is no message");
  }
  return proto::Parse<v1::FromWorker>(frame.header);
}

Result<bool> WorkerProcess::Take(WorkerCall& reader) {
  auto frame = channel_.TryReceive();
  if (!frame) return frame.status();
  if (!*frame) return false;
  if (said_hello_ && (*frame)->files.empty()) {  // what nearly all frames are
    if (auto success = proto::ReadSuccess((*frame)->header, (*frame)->payload)) {
      const CallName whose = {success->place, success->call};
      WorkerMessage message;
      message.success = std::move(success);
      message.payload = std::move((*frame)->payload);
      return Deliver(whose, std::move(message), reader);
    }
  }
  auto parsed = MessageOf(**frame);
  if (!parsed) return parsed.status();
  if (!said_hello_) {
    if (Status status = TakeHello(*parsed); !status.ok()) return status;
    return false;
  }
  CallName whose = {reader.place, reader.number};
  switch (parsed->message_case()) {
    case v1::FromWorker::kLog:
      TakeRecord(std::move(*parsed), reader);
      return false;
    case v1::FromWorker::kOpened:  // for the only call that there is
      if (calls_.AreSeveral()) return {Code::kInvalidArgument, "it answered what was not asked"};
      break;
    case v1::FromWorker::kDone:
      whose = {parsed->done().place(), parsed->done().call()};
      break;
    case v1::FromWorker::kChunk:
      whose = {parsed->chunk().place(), parsed->chunk().call()};
      break;
    default:
      return {Code::kInvalidArgument, "it said something that the protocol does not have here"};
  }
  WorkerMessage message;
  message.message = std::move(*parsed);
  message.payload = std::move((*frame)->payload);
  return Deliver(whose, std::move(message), reader);
}

Result<bool> WorkerProcess::Deliver(const CallName& whose, WorkerMessage message, WorkerCall& reader) {
  const bool is_last_word = !message.message.has_chunk() && whose.number == reader.number;
  Status status = calls_.Deliver(whose.place, whose.number, std::move(message), OutputOfAnswered(whose.number), reader);
  if (!status.ok()) return status;
  return is_last_word;
}

// What is still in the pipe when the worker claims the next one, or has been read since it wrote anything, is marked.
void WorkerProcess::AppendOutput() {
  ahead_.claims().SetHasWritten();
  marked_.Append(TakeOutput());
}

std::string WorkerProcess::OutputUntilMark(const WorkerCall& reader) {
  const auto next = ahead_.BegunBehind(reader.number);
  return next && next->mark == 0 ? std::string() : marked_.TakeUntilMark();
}

std::string WorkerProcess::OutputOfAnswered(std::uint64_t number) {
  const auto next = ahead_.BegunBehind(number);
  if (!next) return marked_.TakeAll();
  return next->mark == 0 ? std::string() : marked_.TakeBefore(next->mark);
}

void WorkerProcess::TakeRecord(v1::FromWorker record, WorkerCall& reader) {
  calls_.Output(marked_.TakeUntil(record.log().mark()), reader);
  calls_.Record(std::move(record), reader);
  calls_.Output(OutputUntilMark(reader), reader);
}

Status WorkerProcess::TakeHello(const v1::FromWorker& message) {
  if (!message.has_hello()) return {Code::kInvalidArgument, "it did not say which protocol it speaks"};
  said_hello_ = true;
  if (message.hello().protocol() == kWorkerProtocol) return {};
  return {Code::kInvalidArgument, "the worker program is of another version, " + OneLine(message.hello().version()) +
                                      ", whose protocol is " + std::to_string(message.hello().protocol()) +
                                      " and not " + std::to_string(kWorkerProtocol) + ": install both from one build"};
}

bool WorkerProcess::IsSound() {
  std::array<pollfd, 2> looked{{{process_->end_fd(), POLLIN, 0}, {channel_.fd(), POLLIN, 0}}};
  poll(looked.data(), looked.size(), 0);
  const bool has_ended = (looked[0].revents & POLLIN) != 0;
  return !has_ended && !calls_.is_over() && (looked[1].revents & (POLLHUP | POLLERR)) == 0;
}

int WorkerProcess::End(InvocationLog* log) {
  if (!is_awaited_.exchange(true) && HasClosedChannel()) AwaitEnd(kForever);
  std::unique_lock lock(ending_);
  process_->Kill();  // nothing where it has ended by itself
  const ProcessEnd end = process_->Wait();
  const bool several = calls_.WaitUntilQuiet();
  if (log == nullptr) return end.status;
  AppendOutput();
  const std::string output = marked_.TakeAll();
  lock.unlock();  // others in it do not wait for the sink
  LogOutput(*log, output, several ? Whose::kAnybodys : Whose::kOwn);
  return end.status;
}

}  // namespace tandem::workers
