#include "workers/worker_pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "core/src/log_stream_name.h"
#include "proto/convert.h"
#include "tandem/platform_lines.h"
#include "workers/function_variables.h"
#include "workers/invocation_log.h"

namespace tandem::workers {
namespace {

using Clock = EnvironmentProcess::Clock;

}  // namespace

PoolMember::PoolMember()
    : number([] {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
      }()) {}

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
    const bool has_begun = is_ahead_ && call_ != nullptr && !pool_.workers_.InFork() && !call_->TakeBack();
    call_.reset();  // what is let go of is given up
    if (is_ahead_ && !pool_.workers_.InFork()) LeaveLine(has_begun ? After::kEnds : After::kGoesOn);
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
    Begin(Clock::now());
    if (ready && late_init_) ready = InitLate();
    if (ready && options_.type != InvocationType::kDryRun) Serve();
    if (ready && options_.type == InvocationType::kDryRun) keeps_ = true;
    SayEnd();
  }

  // Begins in a worker that is warm and idle; false: there is none, and nothing has happened. The rest is Look's and
  // Finish's.
  bool TryBegin();
  std::array<int, 3> descriptors() const { return call_ == nullptr ? std::array{-1, -1, -1} : call_->descriptors(); }
  Clock::time_point due() const {
    return call_ == nullptr ? Clock::time_point() : is_ahead_ ? patience_ : call_->due();
  }
  BegunInvocation::Progress Look();
  void Finish();

  // 0: it is in none.
  std::uint64_t environment() const { return member_ == nullptr ? 0 : member_->number; }
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
  void MeasureWorker();
  void KeepIfFinal();
  void Share();
  // What those that come after this invocation's worker start sooner with.
  void PrepareOthers() noexcept;
  // START, and the deadline.
  void Begin(Clock::time_point began);
  void SetBegan(Clock::time_point began);
  void SayStart();
  // In a worker that is warm and idle.
  bool TryBeginAtOnce();
  // Behind others in a worker that is busy.
  bool TrySendAhead();
  BegunInvocation::Progress LookAhead();
  // Of one that was sent ahead: it is its turn.
  void BeFirst();
  void LeaveLine(After after);
  // Elsewhere: its turn came in a process that ended before it began there.
  void BeginAnew();
  proto::Invocation TheInvocation() const;
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
  std::unique_ptr<BegunCall> call_;  // in the member's process
  bool entered_ = false;
  bool starts_ = false;     // a member that others may wait for
  bool cancelled_ = false;  // before it began
  bool keeps_ = false;
  bool started_ = false;  // the worker, by this invocation
  bool begun_ = false;
  bool is_late_ = false;    // the others in its process go on
  bool late_init_ = false;  // goes on within the invocation (E-35)
  bool is_ahead_ = false;   // of its turn, in the member's line
  Clock::time_point patience_;
  Clock::time_point began_;
  Clock::time_point deadline_ = EnvironmentProcess::kForever;
};

void WorkerPool::Run::Leave() {
  if (starts_) pool_.workers_.GiveUpStart(pool_);
  if (started_ && keeps_) PrepareOthers();
  if (entered_) {
    const After after = keeps_ ? After::kGoesOn : is_late_ ? After::kIsLate : After::kEnds;
    pool_.workers_.Leave(pool_, member_, after, keeps_ ? worker().run_time() : std::chrono::nanoseconds(0));
  }
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
  MeasureWorker();
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

void WorkerPool::Run::Begin(Clock::time_point began) {
  SetBegan(began);
  SayStart();
}

void WorkerPool::Run::SetBegan(Clock::time_point began) {
  begun_ = true;
  began_ = began;
  if (config_.timeout.count() > 0) deadline_ = began_ + config_.timeout;
}

void WorkerPool::Run::SayStart() {
  if (speaks_) log_.Platform(StartLine(result_.request_id.view(), config_.version));
  log_.Begin();
}

ChunkReceiver WorkerPool::Run::Chunks() const {
  if (!options_.chunk_receiver) return {};
  return [this](std::string_view chunk) {
    bool wants_more = false;
    try {
      wants_more = options_.chunk_receiver(chunk);
    } catch (...) {
      if (pool_.workers_.InFork()) throw HostForked();
      throw;
    }
    if (pool_.workers_.InFork()) throw HostForked();
    return wants_more;
  };
}

proto::Invocation WorkerPool::Run::TheInvocation() const {
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
    // Of what an init within the invocation has left of it (E-35).
    invocation.deadline = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now() +
                                                                                  (deadline_ - Clock::now()));
  }
  return invocation;
}

void WorkerPool::Run::Serve() {
  Settle(worker().Run(TheInvocation(), Chunks(), {log_, deadline_, cancellation_}, result_.outcome));
}

bool WorkerPool::Run::TryBegin() {
  return TrySendAhead() || TryBeginAtOnce();
}

bool WorkerPool::Run::TrySendAhead() {
  const std::scoped_lock lock(pool_.begin_mutex_);
  member_ = pool_.workers_.EnterLine(pool_, this);
  if (member_ == nullptr) return false;
  is_ahead_ = true;
  log_.SetStream(member_->log_stream_name);
  const auto now = Clock::now();
  patience_ = now + pool_.workers_.options().ahead_limit;
  if (config_.timeout.count() > 0) deadline_ = now + config_.timeout;
  call_ = worker().SendAhead(TheInvocation(), {log_, EnvironmentProcess::kForever, cancellation_}, result_.outcome);
  if (call_ == nullptr) LeaveLine(After::kGoesOn);
  return is_ahead_;
}

void WorkerPool::Run::LeaveLine(After after) {
  call_.reset();
  pool_.workers_.LeaveLine(pool_, std::exchange(member_, nullptr), this, after);
  is_ahead_ = false;
}

void WorkerPool::Run::BeFirst() {
  is_ahead_ = false;
  entered_ = true;
  Begin(call_->BeFirst());
  // Its answer may have waited for whoever was before it.
  if (config_.timeout.count() > 0) deadline_ = Clock::now() + config_.timeout;
  call_->SetDeadline(deadline_);
}

BegunInvocation::Progress WorkerPool::Run::LookAhead() {
  // Where its worker lets nothing more begin, the one before may have been answered all the same.
  const auto turn = call_->is_taken_back() ? Workers::Turn::kElsewhere : pool_.workers_.TurnOf(*member_, this);
  if (turn == Workers::Turn::kIsFirst) {
    BeFirst();
    return Look();
  }
  const bool waits = turn == Workers::Turn::kIsBehind && !cancellation_.asked() && Clock::now() < patience_;
  if (waits) return BegunInvocation::Progress::kRuns;
  if (!call_->TakeBack()) {
    patience_ = EnvironmentProcess::kForever;  // it runs, and the one before has its answer
    return turn == Workers::Turn::kIsBehind ? BegunInvocation::Progress::kRuns : BegunInvocation::Progress::kNeedsWait;
  }
  LeaveLine(After::kGoesOn);
  if (cancellation_.asked()) {
    cancelled_ = true;
    result_.outcome = CancelledOutcome();
    return BegunInvocation::Progress::kEnded;
  }
  return TryBeginAtOnce() ? BegunInvocation::Progress::kRuns : BegunInvocation::Progress::kNeedsWait;
}

bool WorkerPool::Run::TryBeginAtOnce() {
  {
    const std::scoped_lock lock(pool_.begin_mutex_);
    member_ = pool_.workers_.EnterAtOnce(pool_);
    if (member_ == nullptr) return false;
    entered_ = true;
    log_.SetStream(member_->log_stream_name);
    SetBegan(Clock::now());
    call_ = worker().Begin(TheInvocation(), {log_, deadline_, cancellation_}, result_.outcome);
  }
  SayStart();  // nobody reads what it logs before
  return true;
}

BegunInvocation::Progress WorkerPool::Run::Look() {
  if (pool_.workers_.InFork()) throw HostForked();
  if (is_ahead_) return LookAhead();
  const auto progress = call_ == nullptr ? BegunCall::Progress::kNeedsWait : call_->Look();
  if (progress == BegunCall::Progress::kRuns) return BegunInvocation::Progress::kRuns;
  if (progress == BegunCall::Progress::kNeedsWait) {
    if (member_ != nullptr) pool_.workers_.StopLeading(pool_, *member_);
    return BegunInvocation::Progress::kNeedsWait;
  }
  Settle(Answer::kGiven);
  call_.reset();
  SayEnd();
  return BegunInvocation::Progress::kEnded;
}

void WorkerPool::Run::Finish() {
  if (pool_.workers_.InFork()) throw HostForked();
  if (is_ahead_) {
    if (call_->TakeBack()) {
      LeaveLine(After::kGoesOn);
    } else {
      pool_.workers_.AwaitTurn(*member_, this);
      BeFirst();
    }
  }
  if (member_ == nullptr) return (*this)();
  pool_.workers_.StopLeading(pool_, *member_);
  if (call_ == nullptr) {
    Serve();
  } else {
    const Answer how = call_->Wait();
    if ((how == Answer::kGone || how == Answer::kTooMuch) && call_->HasNotBegun()) return BeginAnew();
    Settle(how);
    call_.reset();
  }
  SayEnd();
}

void WorkerPool::Run::BeginAnew() {
  call_.reset();
  pool_.workers_.Close(pool_, *member_, After::kEnds);
  worker().End(&log_);
  pool_.workers_.Leave(pool_, std::exchange(member_, nullptr), After::kEnds, std::chrono::nanoseconds(0));
  entered_ = false;
  begun_ = false;
  deadline_ = EnvironmentProcess::kForever;
  (*this)();
}

// An invocation that is looked at now and then, or waited for after all.
class WorkerPool::Begun final : public BegunInvocation {
 public:
  Begun(WorkerPool& pool, const Event& event, const InvokeOptions& options) : pool_(pool) {
    if (options.request_id.empty()) {
      result_.request_id.Renew();
    } else {
      result_.request_id = options.request_id;
    }
    run_.emplace(pool, result_, event, options);
  }

  bool TryBegin() { return run_->TryBegin(); }

  std::uint64_t environment() const override { return run_->environment(); }
  std::array<int, 3> descriptors() const override { return run_->descriptors(); }
  Clock::time_point due() const override { return run_->due(); }

  Progress Look() override {
    if (!run_) return Progress::kEnded;
    try {
      const Progress progress = run_->Look();
      if (progress == Progress::kEnded) run_.reset();
      return progress;
    } catch (const HostForked&) {
      return Refuse();
    }
  }

  InvokeResult Finish() override {
    if (run_) {
      try {
        run_->Finish();
        run_.reset();
      } catch (const HostForked&) {
        Refuse();
      }
    }
    return std::move(result_);
  }

 private:
  Progress Refuse() {
    run_.reset();
    result_.outcome = Outcome::Fault(pool_.CheckProcess());
    return Progress::kEnded;
  }

  WorkerPool& pool_;
  InvokeResult result_;
  std::optional<Run> run_;
};

void WorkerPool::Run::MeasureWorker() {
  if (!measures_) return;
  result_.report.max_memory_used_bytes = worker().PeakMemoryBytes();
  result_.report.process_id = worker().process_id();
}

void WorkerPool::Run::Settle(Answer how) {
  const auto ended = call_ == nullptr ? Clock::now() : call_->ended();
  if (begun_) result_.report.duration = std::max(ended - began_, Clock::duration::zero());
  if (how == Answer::kGiven) {
    MeasureWorker();
    keeps_ = result_.outcome.disposition() == Disposition::kKeep && result_.outcome.kind() != Outcome::Kind::kFault;
    return;
  }
  MeasureWorker();  // while there is something to look at
  SettleEnd(how);
  MeasureWorker();
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

std::unique_ptr<BegunInvocation> WorkerPool::TryBegin(const Event& event, const InvokeOptions& options) {
  if (config_.runtime.info.is_own()) return nullptr;  // somebody has to wait for it
  auto begun = std::make_unique<Begun>(*this, event, options);
  return begun->TryBegin() ? std::move(begun) : nullptr;
}

void WorkerPool::Cancel(std::string_view request_id) {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::find_if(runs_.begin(), runs_.end(), [&](const Run* run) { return run->request_id() == request_id; });
  if (found != runs_.end()) (*found)->cancellation().Ask();
}

}  // namespace tandem::workers
