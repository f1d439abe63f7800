#include "workers/worker_pool.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "core/src/log_stream_name.h"
#include "proto/convert.h"
#include "tandem/platform_lines.h"
#include "workers/function_variables.h"
#include "workers/invocation_log.h"

namespace tandem::workers {
namespace {

using Clock = EnvironmentProcess::Clock;

void SayNote(const PoolConfig& config, const std::string& note) {
  if (config.log_sink == nullptr) return;
  const std::string text = "tandem: function '" + config.function.name + "': " + note + "\n";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  LogRecord record;
  record.origin = LogOrigin::kNote;
  record.level = LogLevel::kInfo;
  record.time_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  record.function_name = config.function.name;
  record.text = text;
  config.log_sink->Write(record);
}

}  // namespace

// One invocation in a pool.
class WorkerPool::Run {
 public:
  Run(WorkerPool& pool, InvokeResult& result, const Event& event, const InvokeOptions& options)
      : pool_(pool),
        config_(pool.config_.function),
        result_(result),
        event_(event),
        options_(options),
        log_(pool.config_.log_sink, config_.name, options.log_type, pool.hints_, result),
        speaks_(pool.config_.platform_logs == PlatformLogs::kOn && options.type != InvocationType::kDryRun),
        measures_(pool.config_.platform_logs == PlatformLogs::kOn || options.measure == Measure::kAlways) {
    const std::scoped_lock lock(pool_.mutex_);
    self_ = pool_.runs_.insert(pool_.runs_.end(), this);
  }
  ~Run() {
    if (pool_.workers_.InFork()) {
      Forget();
    } else {
      Leave();
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void operator()() {
    bool ready = Enter() && (member_ != nullptr || Init());
    if (cancelled_) return;
    if (!ready && result_.outcome.kind() == Outcome::Kind::kFault) return;  // the function was not reached
    Begin();
    if (ready && late_init_) ready = InitLate();
    if (ready && options_.type != InvocationType::kDryRun) Serve();
    if (ready && options_.type == InvocationType::kDryRun) keeps_ = true;
    SayEnd();
  }

  std::string_view request_id() const { return result_.request_id.view(); }
  Cancellation& cancellation() { return cancellation_; }

 private:
  using After = Workers::After;

  EnvironmentProcess& worker() { return *member_->process; }
  // Gives back what it has of the pool.
  void Leave();
  // In a fork: the process stays the host's, and the pool is not used again.
  void Forget() {
    if (member_ != nullptr) static_cast<void>(member_->process.release());
  }
  // The caller's receiver, which may fork and come back.
  ChunkReceiver Chunks() const;
  // Waits for a place; false: it was cancelled before.
  bool Enter();
  // Starts a worker and waits for its init phase; false: it has none that can serve.
  bool Init();
  bool StartWorker();
  // The same as Init, within the invocation (E-35).
  bool InitLate();
  // What every further invocation gets, too (H-JAVA-10).
  void SettleFailure();
  void KeepIfFinal();
  void Share();
  // What those that come after this invocation's worker start sooner with.
  void PrepareOthers() noexcept;
  // START, and the deadline.
  void Begin();
  void Serve();
  void Settle(Answer how);
  // Of one that has not answered: ends the worker, and says by what.
  void SettleEnd(Answer how);
  void SayEnd();

  WorkerPool& pool_;
  const FunctionConfig& config_;
  InvokeResult& result_;
  const Event& event_;
  const InvokeOptions& options_;
  InvocationLog log_;
  const bool speaks_;
  const bool measures_;
  std::list<Run*>::iterator self_;
  Cancellation cancellation_;
  std::shared_ptr<PoolMember> member_;
  bool entered_ = false;
  bool starts_ = false;     // a member that others may wait for
  bool cancelled_ = false;  // before it began
  bool keeps_ = false;
  bool started_ = false;  // the worker, by this invocation
  bool begun_ = false;
  bool is_late_ = false;    // the others in its process go on
  bool late_init_ = false;  // goes on within the invocation (E-35)
  Clock::time_point began_;
  Clock::time_point deadline_ = EnvironmentProcess::kForever;
};

void WorkerPool::Run::Leave() {
  if (starts_) pool_.workers_.GiveUpStart(pool_);
  if (started_ && keeps_) PrepareOthers();
  if (entered_)
    pool_.workers_.Leave(pool_, member_, keeps_ ? After::kGoesOn : is_late_ ? After::kIsLate : After::kEnds);
  const std::scoped_lock lock(pool_.mutex_);
  pool_.runs_.erase(self_);
}

bool WorkerPool::Run::Enter() {
  auto place = pool_.workers_.Enter(pool_, cancellation_);
  entered_ = place.has_value();
  if (entered_) {
    member_ = std::move(*place);
    starts_ = member_ == nullptr;
    if (!starts_) log_.SetStream(member_->log_stream_name);
  } else {
    cancelled_ = true;
    result_.outcome = CancelledOutcome();
  }
  return entered_;
}

bool WorkerPool::Run::StartWorker() {
  std::string stream =
      pool_.has_started_.exchange(true) ? NewLogStreamName(config_.version) : pool_.config_.log_stream_name;
  auto started = pool_.Start(stream);
  if (started) {
    member_ = std::make_shared<PoolMember>();
    member_->process = std::move(*started);
    member_->log_stream_name = std::move(stream);
    log_.SetStream(member_->log_stream_name);
    started_ = true;
    return true;
  }
  result_.outcome = Outcome::Fault(started.status());
  return false;
}

void WorkerPool::Run::PrepareOthers() noexcept {
  const Workers::Preparation preparation{
      .zygote = worker().forkable(), .standby = worker().stands_by(), .cache = worker().fills_cache()};
  if (preparation.zygote || preparation.standby || preparation.cache) pool_.workers_.PrepareSoon(pool_, preparation);
}

bool WorkerPool::Run::Init() {
  {
    const std::scoped_lock lock(pool_.mutex_);
    if (pool_.final_) {
      result_.outcome = *pool_.final_;
      return false;
    }
  }
  const auto started = Clock::now();
  if (!StartWorker()) return false;
  const Answer how =
      worker().WaitOpen({log_, started + pool_.workers_.options().init_limit, cancellation_}, result_.outcome);
  if (how == Answer::kTooLate) {
    member_.reset();
    late_init_ = true;
    return StartWorker();
  }
  cancelled_ = how == Answer::kCancelled;
  result_.report.init_duration = Clock::now() - started;
  if (how != Answer::kGiven) Settle(how);
  if (result_.outcome.ok()) {
    Share();
    return true;
  }
  if (how == Answer::kGiven) SettleFailure();
  KeepIfFinal();
  member_.reset();
  return false;
}

// The worker does not know which invocation it opens its function for.
void WorkerPool::Run::SettleFailure() {
  if (measures_) result_.report.max_memory_used_bytes = worker().PeakMemoryBytes();
  if (result_.outcome.kind() != Outcome::Kind::kFunctionError) return;
  const FunctionError& error = result_.outcome.error();
  if (error.type == "Runtime.ExitError") {
    result_.outcome = ExitOutcome(result_.request_id.view(), error.exit_status);
  }
}

void WorkerPool::Run::KeepIfFinal() {
  if (result_.outcome.disposition() != Disposition::kSticky) return;
  const std::scoped_lock lock(pool_.mutex_);
  pool_.final_ = result_.outcome;
}

bool WorkerPool::Run::InitLate() {
  const Answer how = worker().WaitOpen({log_, deadline_, cancellation_}, result_.outcome);
  if (how == Answer::kGiven && result_.outcome.ok()) {
    Share();
    return true;
  }
  Settle(how);
  if (how == Answer::kGiven) SettleFailure();
  KeepIfFinal();
  keeps_ = false;
  return false;
}

void WorkerPool::Run::Share() {
  pool_.workers_.Share(pool_, member_);
  starts_ = false;
}

void WorkerPool::Run::Begin() {
  if (speaks_) log_.Platform(StartLine(result_.request_id.view(), config_.version));
  log_.Begin();
  begun_ = true;
  began_ = Clock::now();
  if (config_.timeout.count() > 0) deadline_ = began_ + config_.timeout;
}

ChunkReceiver WorkerPool::Run::Chunks() const {
  if (!options_.chunk_receiver) return {};
  return [this](std::string_view chunk) {
    const bool wanted = options_.chunk_receiver(chunk);
    if (pool_.workers_.InFork()) throw HostForked();
    return wanted;
  };
}

void WorkerPool::Run::Serve() {
  proto::Invocation invocation;
  invocation.event = event_;
  invocation.options.type = options_.type;
  invocation.options.request_id = result_.request_id;
  invocation.options.qualifier = options_.qualifier;
  invocation.options.client_context = options_.client_context;
  invocation.options.cognito_identity = options_.cognito_identity;
  invocation.options.trace_id = options_.trace_id;
  invocation.options.tenant_id = options_.tenant_id;
  invocation.function = proto::FunctionContextOf(config_, member_->log_stream_name, options_.qualifier);
  invocation.streaming = static_cast<bool>(options_.chunk_receiver);
  if (config_.timeout.count() > 0) {
    invocation.deadline =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now() + config_.timeout);
  }
  Settle(worker().Run(invocation, Chunks(), {log_, deadline_, cancellation_}, result_.outcome));
}

void WorkerPool::Run::Settle(Answer how) {
  if (begun_) result_.report.duration = Clock::now() - began_;
  if (how == Answer::kGiven) {
    if (measures_) result_.report.max_memory_used_bytes = worker().PeakMemoryBytes();
    keeps_ = result_.outcome.disposition() == Disposition::kKeep && result_.outcome.kind() != Outcome::Kind::kFault;
    return;
  }
  if (measures_) worker().PeakMemoryBytes();  // while there is something to look at
  SettleEnd(how);
  if (measures_) result_.report.max_memory_used_bytes = worker().PeakMemoryBytes();
}

void WorkerPool::Run::SettleEnd(Answer how) {
  // One that is late lets the others in its process end.
  is_late_ = how == Answer::kTooLate;
  const bool ends = pool_.workers_.Close(pool_, *member_, is_late_ ? After::kIsLate : After::kEnds) == 0 || !is_late_;
  const int status = ends ? worker().End(&log_) : 0;
  if (how == Answer::kTooLate) {
    result_.report.timed_out = true;
    result_.report.duration = config_.timeout;
    result_.outcome = TimeoutOutcome(result_.request_id.view(), config_.timeout);
  } else if (how == Answer::kCancelled) {
    result_.outcome = CancelledOutcome();
  } else if (how == Answer::kTooMuch) {
    result_.outcome = OutOfMemoryOutcome(result_.request_id.view());
  } else if (!worker().refusal().empty()) {
    result_.outcome =
        Outcome::Fault(Status(Code::kInternal, "the worker of function '" + config_.name + "': " + worker().refusal()));
  } else {
    result_.outcome = ExitOutcome(result_.request_id.view(), status);
  }
}

void WorkerPool::Run::SayEnd() {
  const std::string_view id = result_.request_id.view();
  const Outcome& outcome = result_.outcome;
  if (!speaks_) return log_.SayHint();
  if (result_.report.timed_out) log_.Platform(TimeoutLines(id, config_.timeout));
  if (outcome.kind() == Outcome::Kind::kFunctionError && outcome.disposition() == Disposition::kExited) {
    log_.Platform(ExitLines(outcome.error()));
  }
  log_.SayHint();
  log_.Platform(EndLine(id));
  log_.Platform(ReportLine(id, result_.report, config_.memory_size_mb));
}

WorkerPool::WorkerPool(Workers& workers, const PoolConfig& config)
    : workers_(workers),
      config_(config),
      places_(config_.runtime.info.is_own() ? 1 : static_cast<std::size_t>(config_.function.max_concurrency)) {}

WorkerPool::~WorkerPool() {
  workers_.Drop(*this);
}

void WorkerPool::Settle(const Supervisor& supervisor) {
  folders_ = ChooseFolders(NeedsWith(supervisor));
  if (config_.runtime.info.is_own()) {
    spec_ = MakeRuntimeApiSpec();
  } else {
    spec_ = MakeWorkerSpec();
    const WorkerSpec& spec = std::get<WorkerSpec>(spec_);
    launches_ = {LaunchOf(spec), StandbyLaunchOf(spec)};
    if (folders_.each_its_own) {  // which neither a standby nor a zygote with all variables could be given
      launches_.standby = {};
      if (launches_.zygote.complete_environment) launches_.zygote = {};
      launches_.zygote.may_be_complete = false;
    }
  }
}

Result<std::unique_ptr<EnvironmentProcess>> WorkerPool::Start(const std::string& log_stream_name) {
  auto supervisor = workers_.TheSupervisor();
  if (!supervisor) return supervisor.status();
  bool settles = false;
  std::call_once(settled_, [&] {
    Settle(**supervisor);
    settles = true;
  });
  if (settles && !folders_.note.empty()) SayNote(config_, folders_.note);
  if (!folders_.temporary.empty()) mkdir(folders_.temporary.c_str(), 0700);  // where somebody has removed it
  const EnvironmentFolders folders = ForOneProcess(folders_);
  const auto start = [](auto started) -> Result<std::unique_ptr<EnvironmentProcess>> {
    if (!started) return started.status();
    return std::unique_ptr<EnvironmentProcess>(std::move(*started));
  };
  const auto of_its_own = [&](auto spec) {
    spec.environment = WithLogStream(WithTemporary(std::move(spec.environment), folders), log_stream_name);
    spec.folders = folders.process;
    return spec;
  };
  if (const auto* own = std::get_if<RuntimeApiSpec>(&spec_)) {
    return start(RuntimeApiProcess::Start(**supervisor, of_its_own(*own)));
  }
  if (workers_.options().standbys == ZygoteUse::kAlways) workers_.WaitUntilPrepared();
  WorkerSpec spec = of_its_own(std::get<WorkerSpec>(spec_));
  spec.function.set_temporary_folder(folders.temporary);
  spec.function.set_log_stream_name(log_stream_name);
  return start(workers_.zygotes().Start(**supervisor, spec, launches_));
}

void WorkerPool::Prepare(const Workers::Preparation& preparation) noexcept {
  try {
    const auto supervisor = workers_.TheSupervisor();
    if (!supervisor) return;
    const WorkerSpec& spec = std::get<WorkerSpec>(spec_);
    if (preparation.cache) workers_.cache_filler().Fill(**supervisor, spec);
    if (preparation.zygote) workers_.zygotes().Make(**supervisor, spec, launches_.zygote);
    if (preparation.standby) workers_.zygotes().MakeStandby(**supervisor, spec, launches_.standby);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): without one, workers are executed
  }
}

Status WorkerPool::CheckProcess() const {
  if (!workers_.InFork()) return {};
  return {Code::kUnavailable, "cannot invoke '" + config_.function.name +
                                  "' in a worker process: this process is a fork of the one that made the Runtime"};
}

void WorkerPool::Invoke(InvokeResult& result, const Event& event, const InvokeOptions& options) {
  try {
    Run(*this, result, event, options)();
  } catch (const HostForked&) {
    result.outcome = Outcome::Fault(CheckProcess());
  }
}

void WorkerPool::Cancel(std::string_view request_id) {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::find_if(runs_.begin(), runs_.end(), [&](const Run* run) { return run->request_id() == request_id; });
  if (found != runs_.end()) (*found)->cancellation().Ask();
}

}  // namespace tandem::workers
