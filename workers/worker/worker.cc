#include "workers/worker/worker.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <utility>

#include "core/src/abi_text.h"
#include "core/src/loader_process.h"
#include "proto/convert.h"
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
  if (files.size() != 1) return Unexpected();
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
    auto message = proto::Parse<v1::ToWorker>(frame->header);
    if (!message) return message.status();
    if (!message->has_invocation() || message->invocation().place() >= most_at_a_time_) return Unexpected();
    if (Status status = RunOne(message->invocation(), frame->payload); !status.ok()) return status;
  }
}

Status Worker::RunOne(const v1::RunInvocation& message, const Payload& payload) {
  if (most_at_a_time_ > 1) TakeThread();
  InvokeResult result;
  bool has_run = true;
  try {
    has_run = Call(message, payload, result);
  } catch (const std::exception& error) {
    result.outcome = Outcome::Fault(Status(Code::kInternal, std::string("invoking: ") + error.what()));
  }
  FlushOutput();
  if (most_at_a_time_ > 1) GiveThread();
  v1::FromWorker answer;
  answer.mutable_done()->set_call(message.call());
  answer.mutable_done()->set_place(message.place());
  if (has_run) {
    *answer.mutable_done()->mutable_outcome() = proto::ToMessage(result.outcome, proto::PayloadPlace::kBeside);
  }
  return Send(channel_, answer, result.outcome.payload());
}

bool Worker::Call(const v1::RunInvocation& message, const Payload& payload, InvokeResult& result) {
  auto read = proto::FromMessage(message.invocation(), &payload);
  if (!read) {
    result.outcome = Outcome::Fault(read.status());
    return true;
  }
  proto::Invocation& asked = *read;
  if (asked.streaming) {
    asked.options.chunk_receiver = [&](std::string_view chunk) {
      v1::FromWorker part;
      part.mutable_chunk()->set_call(message.call());
      part.mutable_chunk()->set_place(message.place());
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
  const bool runs = cancels_->Begin(message.place(), message.call(), result.request_id.view());
  if (runs) {
    environment_->Run(invocation, call);
    EndIfForked(result.outcome);
    cancels_->End(message.place());
  }
  environment_->Leave(invocation);
  return runs;
}

}  // namespace tandem::workers
