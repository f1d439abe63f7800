#include "host/concurrency.h"

namespace tandem::host {

std::optional<Concurrency::Limit> Concurrency::Reached(const std::string& name, std::optional<int> reserved) {
  const std::scoped_lock lock(mutex_);
  return ReachedUnderLock(name, reserved);
}

std::optional<Concurrency::Limit> Concurrency::ReachedUnderLock(const std::string& name,
                                                                std::optional<int> reserved) const {
  const auto found = by_function_.find(name);
  const std::size_t running = found == by_function_.end() ? 0 : found->second;
  if (reserved && running >= static_cast<std::size_t>(*reserved)) return Limit::kOfTheFunction;
  if (all_ >= most_) return Limit::kOfTheServer;
  return {};
}

std::optional<Concurrency::Slot> Concurrency::Enter(const std::string& name, std::optional<int> reserved,
                                                    Limit& limit) {
  const std::scoped_lock lock(mutex_);
  if (const auto reached = ReachedUnderLock(name, reserved)) {
    limit = *reached;
    return {};
  }
  ++by_function_[name];
  ++all_;
  return Slot(*this, name);
}

void Concurrency::Leave(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  --all_;
  if (--by_function_[name] == 0) by_function_.erase(name);
}

}  // namespace tandem::host
