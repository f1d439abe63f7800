#include "host/concurrency.h"

namespace tandem::host {

std::optional<Concurrency::Slot> Concurrency::Enter(const std::string& name, std::optional<int> reserved,
                                                    Limit& limit) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_function_.find(name);
  const std::size_t running = found == by_function_.end() ? 0 : found->second;
  if (reserved && running >= static_cast<std::size_t>(*reserved)) {
    limit = Limit::kOfTheFunction;
    return {};
  }
  if (all_ >= most_) {
    limit = Limit::kOfTheServer;
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
