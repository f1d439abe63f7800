#include "host/inline_place.h"

namespace tandem::host {
namespace {

constexpr std::chrono::seconds kToYield{1};     // once it is asked to
constexpr std::chrono::seconds kToBeReady{10};  // for the first one, which imports and loads

}  // namespace

std::optional<InlinePlace::Turn> InlinePlace::Wait() {
  std::unique_lock lock(mutex_);
  while (is_taken_) {
    const Clock::time_point until = overdue_;
    if (Clock::now() >= until) return {};
    left_.wait_until(lock, until);
  }
  return Take();
}

std::optional<InlinePlace::Turn> InlinePlace::Try(Clock::time_point& overdue) {
  const std::scoped_lock lock(mutex_);
  overdue = overdue_;
  if (is_taken_) return {};
  return Take();
}

// Under the lock.
InlinePlace::Turn InlinePlace::Take() {
  is_taken_ = true;
  overdue_ = Clock::now() + timeout_ + kToYield + (has_served_ ? std::chrono::seconds(0) : kToBeReady);
  return Turn(*this);
}

void InlinePlace::SetOnLeft(std::function<void()> on_left) {
  const std::scoped_lock lock(mutex_);
  if (!on_left_) on_left_ = std::move(on_left);
}

bool InlinePlace::IsFree() {
  const std::scoped_lock lock(mutex_);
  return !is_taken_;
}

void InlinePlace::Leave() {
  std::unique_lock lock(mutex_);
  is_taken_ = false;
  has_served_ = true;
  left_.notify_one();
  const std::function<void()> on_left = on_left_;
  lock.unlock();
  if (on_left) on_left();
}

}  // namespace tandem::host
