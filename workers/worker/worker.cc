#include "workers/worker/worker.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <utility>

#include "core/src/abi_text.h"
#include "core/src/loader_process.h"
#include "proto/convert.h"
#include "proto/run_invocation.h"
#include "tandem/runtime.h"
#include "workers/protocol.h"
#include "workers/worker/standby.h"
#include "workers/worker/threads.h"
#include "workers/worker/zygote.h"

namespace tandem::workers {
namespace {

Status Send(Channel& channel, const v1::FromWorker& message, const Payload& payload = {}) {
  auto bytes = proto::Serialize(message);
  if (!bytes) return bytes.status();
  return channel.Send(*bytes, payload);
}

Status SendHello(Channel& channel) {
  v1::FromWorker message;
  message.mutable_hello()->set_protocol(kWorkerProtocol);
  message.mutable_hello()->set_version(std::string(Version()) + " (" + std::string(Commit()) + ")");
  return Send(channel, message);
}

FunctionConfig ConfigOf(const v1::OpenFunction& message) {
  FunctionConfig config;
  config.name = message.name();
  config.handler = message.handler();
  config.version = message.version();
  config.log_group_name = message.log_group_name();
  config.log_format = message.log_format();
  config.log_level = message.log_level();
  config.layers.assign(message.layers().begin(), message.layers().end());
  config.memory_size_mb = message.memory_size_mb();
  config.max_concurrency = message.max_concurrency();
  config.timeout = std::chrono::milliseconds(0);  // the host's to watch
  return config;
}

// What C code has printed. A thread that waits while it holds the stream keeps its own.
void FlushOutput() {
  if (ftrylockfile(stdout) != 0) return;
  fflush_unlocked(stdout);
  funlockfile(stdout);
}

// Beside handlers, which should not notice.
int FillCache(const v1::FillCache& message) {
  constexpr int kLeastPriority = 19;
  setpriority(PRIO_PROCESS, 0, kLeastPriority);
  LanguageOptions options;
  const RuntimeInfo runtime = LoaderOf(message.runtime(), options);
  return LoaderProcess::Get().FillCache(runtime, options).ok() ? 0 : 1;
}

// Of this process, where it is all that counts: 0 where it has, or had, children, who may have grown instead.
std::uint64_t PeakResidentBytes() {
  constexpr std::uint64_t kKiB = 1024;  // what ru_maxrss counts
  siginfo_t child{};
  const bool has_children = waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
  struct rusage usage {};
  if (has_children || getrusage(RUSAGE_CHILDREN, &usage) != 0 || usage.ru_maxrss != 0) return 0;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) * kKiB : 0;
}

Status Unexpected() {
  return {Code::kInvalidArgument, "the host said something that the protocol does not have here"};
}

}  // namespace

RuntimeInfo LoaderOf(const v1::WorkerRuntime& message, LanguageOptions& options) {
  RuntimeInfo info;
  info.language = message.language();
  info.identifier = message.identifier();
  info.version = message.version();
  info.path = message.path();
  info.library = message.library();
  info.preload = message.preload();
  info.module = message.module();
  for (const v1::LoaderOption& option : message.options()) options.options[option.name()] = option.value();
  return info;
}

void SetMemorySize(std::int32_t megabytes, LanguageOptions& options) {
  options.options["memory.size-mb"] = std::to_string(megabytes);
}

void SetTemporaryFolder(const std::string& folder, LanguageOptions& options) {
  if (!folder.empty()) options.options["temporary.folder"] = folder;
}

void ServeAsWorker(StartedBy started_by) {
  fcntl(kWorkerChannel, F_SETFD, FD_CLOEXEC);
  auto* const channel = new Channel(FileDescriptor(kWorkerChannel));
  auto* const worker = new Worker(*channel, started_by);
  _exit(worker->Run());
}

Worker::~Worker() {
  LoaderProcess::Get().RemoveSink(&log_);
}

int Worker::Run() {
  const Result<int> lived = Live();
  if (lived) return *lived;
  if (lived.status().code() == Code::kUnavailable) return 0;
  std::fprintf(stderr, "tandem-worker: %s\n", lived.status().message().c_str());
  return 1;
}

// Of the threads that may have held a lock a child has one. Its channel refuses all that it would say or hear.
void Worker::EndIfForked(const Outcome& outcome) const {
  if (!channel_.InFork()) return;
  FlushOutput();
  _exit(outcome.ok() ? 0 : 1);
}

Result<int> Worker::Live() {
  if (const Status status = SendHello(channel_); !status.ok()) return 1;
  auto frame = channel_.Receive();
  if (!frame) return 0;  // the host has changed its mind
  auto message = proto::Parse<v1::ToWorker>(frame->header);
  if (message && message->has_prepare()) return RunZygote(channel_, message->prepare());
  if (message && message->has_fill_cache()) return FillCache(message->fill_cache());
  LoaderProcess::Get().AddSink(&log_);
  if (message && message->has_stand_by()) {
    if (const int refused = StandBy(channel_, message->stand_by()); refused != 0) return refused;
    if (frame = channel_.Receive(); !frame) return 0;
    message = proto::Parse<v1::ToWorker>(frame->header);
  }
  Status status = message ? Status() : message.status();
  if (status.ok() && !message->has_open()) status = Unexpected();
  if (status.ok()) status = Open(message->open(), std::move(frame->files));
  if (status.ok()) status = on_initial_thread_ ? Serve() : ServeOnOwnThreads();
  if (!status.ok()) return status;
  return 0;
}

Status Worker::Open(const v1::OpenFunction& message, std::vector<FileDescriptor> files) {
  if (files.size() != 2) return Unexpected();
  auto claims = Claims::Of(files.back());
  if (!claims) return claims.status();
  claims_ = std::move(*claims);
  files.pop_back();
  channel_.KeepFileBack();
  log_.MarkOutput(message.output_mark(), message.output_pipe());
  LanguageOptions options;
  runtime_ = LoaderOf(message.runtime(), options);
  config_ = ConfigOf(message);
  if (started_by_ == StartedBy::kWrapper) {
    if (const char* const named = std::getenv("_HANDLER"); named != nullptr) config_.handler = named;
  }
  runtime_identifier_ = message.runtime_identifier();
  code_root_ = message.code_root();
  log_stream_name_ = message.log_stream_name();
  SetMemorySize(message.memory_size_mb(), options);
  SetTemporaryFolder(message.temporary_folder(), options);
  auto loader = LoaderProcess::Get().Start(runtime_, options);
  v1::FromWorker answer;
  Outcome failure;
  if (loader) {
    on_initial_thread_ = ((*loader)->table->flags & TANDEM_LOADER_MAIN_THREAD) != 0;
    environment_ = std::make_unique<InlineEnvironment>(
        EnvironmentConfig{&config_, runtime_identifier_, code_root_, config_.log_group_name, log_stream_name_},
        **loader, &log_);
    most_at_a_time_ = on_initial_thread_ ? 1 : environment_->places();
    cancels_ = std::make_unique<Cancels>(Channel(std::move(files.front())), most_at_a_time_,
                                         [this](std::string_view id) { environment_->Cancel(id); });
    failure = OpenHandler();
    // A thread more is seen by handlers that have the initial one: CPython warns of it at a fork.
    if (failure.ok() && (message.cancellable() || !on_initial_thread_)) cancels_->Start();
  } else {
    failure = Outcome::Fault(loader.status());
  }
  answer.mutable_opened()->set_max_concurrency(static_cast<std::uint32_t>(most_at_a_time_));
  answer.mutable_opened()->set_forkable(loader && (*loader)->forkable());
  answer.mutable_opened()->set_stands_by(loader && (*loader)->can_stand_by());
  answer.mutable_opened()->set_fills_cache(loader && (*loader)->fill_cache() != nullptr);
  if (!failure.ok())
    *answer.mutable_opened()->mutable_failure() = proto::ToMessage(failure, proto::PayloadPlace::kBeside);
  Status sent = Send(channel_, answer, failure.ok() ? Payload() : failure.payload());
  if (!sent.ok() || failure.kind() != Outcome::Kind::kFault) return sent;
  return {Code::kUnavailable, "there is nothing to serve with"};
}

Outcome Worker::OpenHandler() {
  InvokeResult result;
  const InvokeOptions options;
  const auto open = [&] {
    RunningInvocation opening(result, std::chrono::milliseconds(0), options);
    const bool entered = environment_->Enter(opening);
    EndIfForked(result.outcome);
    if (entered) environment_->Leave(opening);
  };
  if (on_initial_thread_) {
    open();
    return result.outcome;
  }
  const Status status = RunOnThreads(1, open);
  return status.ok() ? result.outcome : Outcome::Fault(status);
}

Status Worker::ServeOnOwnThreads() {
  if (Status status = StartServing(); !status.ok()) return status;
  std::unique_lock lock(threads_mutex_);
  ended_.wait(lock, [this] { return end_.has_value(); });
  return *end_;
}

Status Worker::StartServing() {
  {
    const std::scoped_lock lock(threads_mutex_);
    ++threads_;
    ++free_threads_;
  }
  Status started = StartThread(
      [this] {
        const Status status = Serve();
        const std::scoped_lock lock(threads_mutex_);
        if (!end_) end_ = status;
        ended_.notify_all();
      },
      Signals::kAny);
  if (started.ok()) return started;
  const std::scoped_lock lock(threads_mutex_);
  --threads_;
  --free_threads_;
  return started;
}

void Worker::TakeThread() {
  {
    const std::scoped_lock lock(threads_mutex_);
    --free_threads_;
    if (free_threads_ > 0 || threads_ == most_at_a_time_) return;
  }
  // Without another, the next invocation waits for this one.
  static_cast<void>(StartServing());
}

void Worker::GiveThread() {
  const std::scoped_lock lock(threads_mutex_);
  ++free_threads_;
}

Status Worker::Serve() {
  for (;;) {
    auto frame = channel_.Receive();
    if (!frame) return frame.status();
    auto request = RequestIn(*frame);
    if (!request) return request.status();
    if (request->id.place >= most_at_a_time_) return Unexpected();
    if (request->id.claim != 0 && !Claim(request->id)) continue;
    if (Status status = RunOne(*request); !status.ok()) return status;
  }
}

Result<Worker::Request> Worker::RequestIn(const Frame& frame) {
  if (auto read = proto::ReadRunInvocation(frame.header, frame.payload)) {
    return Request{read->id, std::move(read->invocation)};
  }
  auto message = proto::Parse<v1::ToWorker>(frame.header);
  if (!message) return message.status();
  if (!message->has_invocation()) return Unexpected();
  const v1::RunInvocation& run = message->invocation();
  return Request{{run.call(), run.place(), run.claim()}, proto::FromMessage(run.invocation(), &frame.payload)};
}

// The pipe first: what the host has read of it, it has said before.
bool Worker::Claim(const proto::CallId& id) {
  if (!goes_on_ || !claims_.IsOffered(id.claim - 1, id.call)) return false;
  const bool has_written = log_.OutputWaits() || claims_.has_written();
  return claims_.Take(id.claim - 1, id.call, {Claims::Clock::now(), has_written ? log_.Mark() : 0});
}

Status Worker::RunOne(Request& request) {
  if (most_at_a_time_ > 1) TakeThread();
  const auto begun = Claims::Clock::now();
  InvokeResult result;
  bool has_run = true;
  try {
    has_run = Call(request, result);
  } catch (const std::exception& error) {
    result.outcome = Outcome::Fault(Status(Code::kInternal, std::string("invoking: ") + error.what()));
  }
  FlushOutput();
  if (most_at_a_time_ > 1) GiveThread();
  // Not of a program that a wrapper has executed, whose peak the kernel goes on with, nor of several calls at once.
  const bool is_all_its_own = started_by_ != StartedBy::kWrapper && most_at_a_time_ == 1;
  const std::uint64_t peak = is_all_its_own ? PeakResidentBytes() : 0;
  const Outcome& outcome = result.outcome;
  claims_.SetRunTime(Claims::Clock::now() - begun);
  if (most_at_a_time_ == 1) goes_on_ = goes_on_ && GoesOn(outcome, peak);
  if (has_run && outcome.kind() == Outcome::Kind::kSuccess) {
    return channel_.Send(proto::WriteSuccess(request.id.call, request.id.place, peak, outcome).bytes(),
                         outcome.payload());
  }
  v1::FromWorker answer;
  answer.mutable_done()->set_call(request.id.call);
  answer.mutable_done()->set_place(request.id.place);
  answer.mutable_done()->set_peak_resident_bytes(peak);
  if (has_run) *answer.mutable_done()->mutable_outcome() = proto::ToMessage(outcome, proto::PayloadPlace::kBeside);
  return Send(channel_, answer, outcome.payload());
}

bool Worker::GoesOn(const Outcome& outcome, std::uint64_t peak) const {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  const bool is_kept = outcome.disposition() == Disposition::kKeep && outcome.kind() != Outcome::Kind::kFault;
  return is_kept && peak != 0 && peak <= static_cast<std::uint64_t>(config_.memory_size_mb) * kMiB;
}

bool Worker::Call(Request& request, InvokeResult& result) {
  if (!request.invocation) {
    result.outcome = Outcome::Fault(request.invocation.status());
    return true;
  }
  proto::Invocation& asked = *request.invocation;
  if (asked.streaming) {
    asked.options.chunk_receiver = [&](std::string_view chunk) {
      v1::FromWorker part;
      part.mutable_chunk()->set_call(request.id.call);
      part.mutable_chunk()->set_place(request.id.place);
      return Send(channel_, part, Payload::Copy(chunk)).ok();
    };
  }
  result.request_id = asked.options.request_id;
  RunningInvocation invocation(result, std::chrono::milliseconds(0), asked.options);
  if (asked.deadline) {
    invocation.deadline_ms = asked.deadline->time_since_epoch().count();
    invocation.sink.set_deadline(invocation.deadline_ms);
  }
  if (!environment_->Enter(invocation)) return true;
  const Event event = {asked.event};
  const Payload padded = event.payload.Padded();
  const tandem_invocation call = {
      .struct_size = sizeof(tandem_invocation),
      .payload = padded.abi(),
      .content_type = AbiString(event.content_type.empty() ? std::string_view("application/json")
                                                           : std::string_view(event.content_type)),
      .request_id = AbiString(result.request_id.view()),
      .invoked_function_arn = AbiString(asked.function.invoked_arn),
      .client_context = AbiOptional(asked.options.client_context),
      .cognito_identity = AbiOptional(asked.options.cognito_identity),
      .trace_id = AbiOptional(asked.options.trace_id),
      .tenant_id = AbiOptional(asked.options.tenant_id),
      .deadline_ms = invocation.deadline_ms,
      .streaming = asked.streaming ? 1 : 0,
  };
  const bool runs = cancels_->Begin(request.id.place, request.id.call, result.request_id.view());
  if (runs) {
    environment_->Run(invocation, call);
    EndIfForked(result.outcome);
    cancels_->End(request.id.place);
  }
  environment_->Leave(invocation);
  return runs;
}

}  // namespace tandem::workers
