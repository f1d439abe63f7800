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
    : options_(options), owner_(getpid()), cache_filler_(start_cache) {}

Workers::~Workers() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
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

std::optional<Workers::Place> Workers::WaitToEnter(WorkerPool& pool, Cancellation& cancellation,
                                                   std::vector<Place>& ended) {
  const Cancellation::Listener listener(cancellation, [this] {
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  while (!cancellation.asked()) {
    if (auto place = TryEnter(pool, ended)) return place;
    ++pool.waiting_;
    changed_.wait(lock);
    --pool.waiting_;
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
  const auto own = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.pool == &pool; });
  if (own != idle_.rend()) {  // the one that ran last
    Place member = std::move(own->member);
    idle_.erase(std::next(own).base());
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
  pool.shared_.remove_if([&](const Place& shared) { return shared.get() == &member; });
}

void Workers::Leave(WorkerPool& pool, const Place& member, After after) {
  if (member != nullptr) {
    {
      const std::scoped_lock lock(mutex_);
      if (!LeaveLocked(pool, member, after)) {
        changed_.notify_all();
        return;
      }
    }
    member->process.reset();  // its place is free when it is gone
  }
  const std::scoped_lock lock(mutex_);
  --total_;
  --pool.count_;
  changed_.notify_all();
}

bool Workers::LeaveLocked(WorkerPool& pool, const Place& member, After after) {
  if (after != After::kGoesOn) CloseLocked(pool, *member);
  if (after == After::kIsLate) --member->late;
  const bool was_full = member->users-- == member->places;
  if (member->users > 0) {
    if (was_full && !member->is_closed) pool.shared_.push_back(member);
    return false;
  }
  const bool ends = member->is_closed || !Keep(pool, member);
  if (!ends && member->places > 1) pool.shared_.remove(member);
  return ends;
}

bool Workers::Keep(WorkerPool& pool, const Place& member) {
  try {
    StartThread();
    idle_.push_back({&pool, member, Clock::now()});
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
    changed_.notify_all();
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
    if (due == WorkerProcess::kForever) {
      changed_.wait(lock);
      continue;
    }
    if (Clock::now() < due) {
      changed_.wait_until(lock, due);
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
