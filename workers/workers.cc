// The workers of all pools of a Runtime: who gets one, who waits, which end.
#include <algorithm>
#include <chrono>
#include <utility>

#include "workers/worker_pool.h"

namespace tandem::workers {
namespace {

using Clock = EnvironmentProcess::Clock;

}  // namespace

Workers::Workers(const WorkerOptions& options, StartCache start_cache)
    : options_(options), owner_(ProcessId()), cache_filler_(start_cache) {}

Workers::~Workers() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
    to_look_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Result<Supervisor*> Workers::TheSupervisor() {
  const std::scoped_lock lock(supervisor_mutex_);
  if (supervisor_ == nullptr) {
    auto started = Supervisor::Start(options_.program_dir + "/tandem-supervisor");
    if (!started) return started.status();
    supervisor_ = std::move(*started);
  }
  return supervisor_.get();
}

std::optional<Workers::Place> Workers::Enter(WorkerPool& pool, Cancellation& cancellation) {
  std::vector<Place> ended;
  {
    const std::scoped_lock lock(mutex_);
    if (auto place = TryEnter(pool, ended)) return place;
  }
  return WaitToEnter(pool, cancellation, ended);
}

std::list<Workers::Idle>::iterator Workers::LastIdle(const WorkerPool& pool) {
  const auto last = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.pool == &pool; });
  return last == idle_.rend() ? idle_.end() : std::next(last).base();
}

void Pace::Note(std::chrono::nanoseconds took) {
  if (took.count() > 0) mean_ += (std::min(took, kLongest) - mean_) / 8;
}

std::size_t Pace::Most() const {
  constexpr std::chrono::nanoseconds kShort{50'000};
  constexpr std::chrono::nanoseconds kWait{200'000};  // at most, of the last in a line
  return mean_ > kShort ? 0 : std::min<std::size_t>(kMost, static_cast<std::size_t>(kWait / mean_));
}

Workers::Place Workers::EnterAtOnce(WorkerPool& pool) {
  const std::scoped_lock lock(mutex_);
  const auto own = LastIdle(pool);
  if (own == idle_.end() || own->member->places > 1 || !own->member->process->IsSound()) return nullptr;
  Place member = std::move(own->member);
  idle_.erase(own);
  member->users = 1;
  if (options_.ahead != AheadUse::kOff) {
    member->is_led = true;
    member->busy_since = Clock::now();
    pool.led_.push_back(member);
  }
  return member;
}

Workers::Place Workers::EnterLine(WorkerPool& pool, const void* invocation) {
  const std::scoped_lock lock(mutex_);
  // Whoever waits for a place gets it when a line has ended.
  if (pool.led_.empty() || waiting_ > 0) return nullptr;
  const bool is_any = options_.ahead == AheadUse::kAlways;
  const std::size_t most = is_any ? Pace::kMost : pool.pace_.Most();
  if (most == 0) return nullptr;
  const auto latest = is_any ? Clock::time_point::min() : Clock::now() - options_.ahead_limit;
  for (const Place& member : pool.led_) {
    if (member->line.size() >= most || member->busy_since < latest) continue;
    member->line.push_back(invocation);
    return member;
  }
  return nullptr;
}

bool Workers::IsTurn(PoolMember& member, const void* invocation) {
  if (member.users > 0 || member.line.front() != invocation) return false;
  member.users = 1;
  member.line.erase(member.line.begin());
  member.busy_since = Clock::now();
  return true;
}

Workers::Turn Workers::TurnOf(PoolMember& member, const void* invocation) {
  const std::scoped_lock lock(mutex_);
  if (member.is_closed) return Turn::kElsewhere;
  if (IsTurn(member, invocation)) return Turn::kIsFirst;
  return member.is_led ? Turn::kIsBehind : Turn::kElsewhere;
}

void Workers::AwaitTurn(PoolMember& member, const void* invocation) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return IsTurn(member, invocation); });
}

void Workers::LeaveLine(WorkerPool& pool, const Place& member, const void* invocation, After after) {
  {
    const std::scoped_lock lock(mutex_);
    std::erase(member->line, invocation);
    if (after != After::kGoesOn) CloseLocked(pool, *member);
    if (member->users > 0 || !LeaveAsLast(pool, member)) {
      changed_.notify_all();
      return;
    }
  }
  EndMember(pool, member);
}

void Workers::StopLeading(WorkerPool& pool, PoolMember& member) {
  const std::scoped_lock lock(mutex_);
  StopLeadingLocked(pool, member);
}

void Workers::StopLeadingLocked(WorkerPool& pool, PoolMember& member) {
  if (!std::exchange(member.is_led, false)) return;
  pool.led_.remove_if([&](const Place& led) { return led.get() == &member; });
}

std::optional<Workers::Place> Workers::WaitToEnter(WorkerPool& pool, Cancellation& cancellation,
                                                   std::vector<Place>& ended) {
  const Cancellation::Listener listener(cancellation, [this] {
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  while (!cancellation.asked()) {
    if (auto place = TryEnter(pool, ended)) return place;
    ++waiting_;
    ++pool.waiting_;
    changed_.wait(lock);
    --pool.waiting_;
    --waiting_;
  }
  return std::nullopt;
}

std::optional<Workers::Place> Workers::TryEnter(WorkerPool& pool, std::vector<Place>& ended) {
  while (!pool.shared_.empty()) {
    Place member = pool.shared_.back();
    if (!member->process->IsSound()) {  // the callers in it will find out
      CloseLocked(pool, *member);
      continue;
    }
    if (++member->users == member->places) pool.shared_.pop_back();
    return member;
  }
  if (const auto own = LastIdle(pool); own != idle_.end()) {
    Place member = std::move(own->member);
    idle_.erase(own);
    if (member->process->IsSound()) {
      member->users = 1;
      if (member->places > 1) pool.shared_.push_back(member);
      return member;
    }
    ended.push_back(std::move(member));
    ++pool.starting_;
    return nullptr;
  }
  if (pool.starting_ * (pool.places_ - 1) > pool.waiting_) return std::nullopt;
  if (pool.count_ == options_.most_per_function) return std::nullopt;
  if (total_ < options_.most) {
    ++total_;
  } else if (!idle_.empty()) {  // of another function, which gives way
    --idle_.front().pool->count_;
    ended.push_back(std::move(idle_.front().member));
    idle_.pop_front();
  } else {
    return std::nullopt;
  }
  ++pool.count_;
  ++pool.starting_;
  return nullptr;
}

void Workers::Share(WorkerPool& pool, const Place& member) {
  const std::scoped_lock lock(mutex_);
  --pool.starting_;
  pool.places_ = member->places = member->process->places();
  if (member->places > 1) pool.shared_.push_back(member);
  if (pool.waiting_ > 0) changed_.notify_all();
}

void Workers::GiveUpStart(WorkerPool& pool) {
  const std::scoped_lock lock(mutex_);
  --pool.starting_;
}

std::size_t Workers::Close(WorkerPool& pool, PoolMember& member, After after) {
  const std::scoped_lock lock(mutex_);
  CloseLocked(pool, member);
  if (after == After::kIsLate) ++member.late;
  return member.users - member.late;
}

void Workers::CloseLocked(WorkerPool& pool, PoolMember& member) {
  member.is_closed = true;
  StopLeadingLocked(pool, member);
  pool.shared_.remove_if([&](const Place& shared) { return shared.get() == &member; });
}

void Workers::Leave(WorkerPool& pool, const Place& member, After after, std::chrono::nanoseconds run_time) {
  if (member != nullptr) {
    const std::scoped_lock lock(mutex_);
    pool.pace_.Note(run_time);
    if (!LeaveLocked(pool, member, after)) {
      changed_.notify_all();
      return;
    }
  }
  EndMember(pool, member);
}

void Workers::EndMember(WorkerPool& pool, const Place& member) {
  if (member != nullptr) member->process.reset();  // its place is free when it is gone
  const std::scoped_lock lock(mutex_);
  --total_;
  --pool.count_;
  changed_.notify_all();
  to_look_.notify_all();
}

bool Workers::LeaveLocked(WorkerPool& pool, const Place& member, After after) {
  if (after != After::kGoesOn) CloseLocked(pool, *member);
  if (after == After::kIsLate) --member->late;
  const bool was_full = member->users-- == member->places;
  if (member->users > 0) {
    if (was_full && !member->is_closed) pool.shared_.push_back(member);
    return false;
  }
  return LeaveAsLast(pool, member);
}

bool Workers::LeaveAsLast(WorkerPool& pool, const Place& member) {
  if (!member->line.empty()) return false;
  StopLeadingLocked(pool, *member);
  const bool ends = member->is_closed || !Keep(pool, member);
  if (!ends && member->places > 1) pool.shared_.remove(member);
  return ends;
}

bool Workers::Keep(WorkerPool& pool, const Place& member) {
  try {
    StartThread();
    const auto now = Clock::now();
    idle_.push_back({&pool, member, now});
    if (now + options_.idle_limit < next_look_) to_look_.notify_all();
  } catch (const std::exception&) {  // no thread that would end it, or no memory
    CloseLocked(pool, *member);
    return false;
  }
  return true;
}

void Workers::StartThread() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Look(); });
}

void Workers::PrepareSoon(WorkerPool& pool, const Preparation& preparation) {
  try {
    const std::scoped_lock lock(mutex_);
    StartThread();
    to_prepare_.emplace_back(&pool, preparation);
    to_look_.notify_all();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): without one, workers are executed
  }
}

void Workers::WaitUntilPrepared() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return to_prepare_.empty() && prepared_ == nullptr; });
}

void Workers::PrepareNext(std::unique_lock<std::mutex>& lock) {
  const auto [pool, preparation] = to_prepare_.front();
  to_prepare_.pop_front();
  prepared_ = pool;
  lock.unlock();
  pool->Prepare(preparation);
  lock.lock();
  prepared_ = nullptr;
  changed_.notify_all();
}

void Workers::Drop(WorkerPool& pool) {
  std::list<Idle> dropped;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return prepared_ != &pool &&
           std::none_of(to_prepare_.begin(), to_prepare_.end(), [&](const auto& each) { return each.first == &pool; });
  });
  for (auto at = idle_.begin(); at != idle_.end();) {
    const auto next = std::next(at);
    if (at->pool == &pool) {
      dropped.splice(dropped.end(), idle_, at);
      --total_;
    }
    at = next;
  }
  changed_.notify_all();
}

void Workers::AwaitLook(std::unique_lock<std::mutex>& lock, Clock::time_point due) {
  next_look_ = due;
  if (due == WorkerProcess::kForever) {
    to_look_.wait(lock);
  } else {
    to_look_.wait_until(lock, due);
  }
  next_look_ = Clock::time_point::min();  // it looks, whatever comes
}

void Workers::Look() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();  // as it waits for their ends, and for whoever starts another one
    std::vector<std::unique_ptr<WorkerProcess>> ended;
    const auto zygote_due = zygotes_.EndIdle(Clock::now(), ended);
    ended.clear();
    lock.lock();
    if (ending_) return;
    if (!to_prepare_.empty()) {
      PrepareNext(lock);
      continue;
    }
    const auto worker_due = idle_.empty() ? WorkerProcess::kForever : idle_.front().since + options_.idle_limit;
    const auto due = std::min(zygote_due, worker_due);
    if (due == WorkerProcess::kForever || Clock::now() < due) {
      AwaitLook(lock, due);
      continue;
    }
    if (worker_due > due) continue;
    Place member = std::move(idle_.front().member);
    --idle_.front().pool->count_;
    --total_;
    idle_.pop_front();
    changed_.notify_all();
    lock.unlock();
    member.reset();
    lock.lock();
  }
}

}  // namespace tandem::workers
