#include "host/async_invocations.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace tandem::host {
namespace {

// The server goes on, whatever becomes of one task.
void RunOne(AsyncTask& task) noexcept {
  try {
    task.Run();
  } catch (...) {  // NOLINT(bugprone-empty-catch): as AsyncTask::Run has it
  }
}

}  // namespace

bool AsyncInvocations::Add(std::shared_ptr<AsyncTask> task) {
  const std::scoped_lock lock(mutex_);
  return waiting_.size() < most_waiting_ && Put(Clock::now(), {std::move(task)});
}

bool AsyncInvocations::AddLater(std::chrono::milliseconds delay, std::shared_ptr<AsyncTask> task) {
  const std::scoped_lock lock(mutex_);
  return Put(Clock::now() + delay, {std::move(task)});
}

bool AsyncInvocations::AddWaiting(const void* place, std::chrono::milliseconds longest,
                                  std::shared_ptr<AsyncTask> task) {
  const std::scoped_lock lock(mutex_);
  return Put(Clock::now() + longest, {std::move(task), place});
}

void AsyncInvocations::Wake(const void* place) {
  const std::scoped_lock lock(mutex_);
  const auto first = by_place_.lower_bound(place);
  if (first == by_place_.end() || first->first != place) return;
  auto entry = waiting_.extract(first->second);
  by_place_.erase(first);
  entry.key() = Clock::now();
  entry.mapped().place = nullptr;
  waiting_.insert(std::move(entry));
  changed_.notify_one();
}

bool AsyncInvocations::Put(Clock::time_point due, Entry entry) {
  if (stopped_) return false;
  if (idle_ <= waiting_.size() && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { Run(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) return false;  // one of those that are there takes it
    }
  }
  const void* const place = entry.place;
  const auto at = waiting_.emplace(due, std::move(entry));
  if (place != nullptr) by_place_.emplace(place, at);
  changed_.notify_one();
  return true;
}

// Until the first one is due, or all is stopped.
void AsyncInvocations::AwaitDue(std::unique_lock<std::mutex>& lock) {
  while (!stopped_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
    } else if (const Clock::time_point due = waiting_.begin()->first; due > Clock::now()) {
      changed_.wait_until(lock, due);
    } else {
      return;
    }
  }
}

std::shared_ptr<AsyncTask> AsyncInvocations::TakeFirst() {
  const auto first = waiting_.begin();
  const auto [begin, end] = by_place_.equal_range(first->second.place);
  const auto named = std::find_if(begin, end, [&](const auto& waits) { return waits.second == first; });
  if (named != end) by_place_.erase(named);
  std::shared_ptr<AsyncTask> task = std::move(first->second.task);
  waiting_.erase(first);
  return task;
}

void AsyncInvocations::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    AwaitDue(lock);
    --idle_;
    if (stopped_) return;
    std::shared_ptr<AsyncTask> task = TakeFirst();
    if (!waiting_.empty()) changed_.notify_one();  // who may wait for this one's time, or for none
    ++running_;
    lock.unlock();
    RunOne(*task);
    task = nullptr;  // with what it holds
    lock.lock();
    if (--running_ == 0) ended_.notify_all();
  }
}

bool AsyncInvocations::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  const Waiting lost = std::exchange(waiting_, {});
  by_place_.clear();
  changed_.notify_all();
  lock.unlock();
  std::map<std::string, std::vector<AsyncTask*>> by_name;
  for (const auto& [due, entry] : lost) by_name[entry.task->name()].push_back(entry.task.get());
  for (const auto& [name, tasks] : by_name) tasks.front()->TellLost(tasks.size());
  lock.lock();
  ended_.wait_for(lock, patience, [this] { return running_ == 0 || hurries_; });
  return running_ == 0;
}

void AsyncInvocations::Hurry() {
  const std::scoped_lock lock(mutex_);
  hurries_ = true;
  ended_.notify_all();
}

AsyncInvocations::~AsyncInvocations() {
  Stop(std::chrono::milliseconds(0));
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace tandem::host
