#include "function_logs.h"

#include <mutex>

namespace tandem::java {

uint64_t FunctionLogs::Add(tandem_function* function) {
  auto entry = std::make_shared<Entry>();
  entry->function = function;
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  entries_.emplace(++last_id_, std::move(entry));
  return last_id_;
}

void FunctionLogs::Remove(uint64_t id) {
  std::shared_ptr<Entry> entry;
  {
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    entry = std::move(found->second);
    entries_.erase(found);
  }
  const std::unique_lock<std::shared_mutex> lock(entry->mutex);
  entry->function = nullptr;
}

std::shared_ptr<FunctionLogs::Entry> FunctionLogs::Find(uint64_t id) {
  if (id == 0) return nullptr;
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second;
}

void FunctionLogs::Write(uint64_t id, tandem_log_record record) {
  const std::shared_ptr<Entry> entry = Find(id);
  if (entry == nullptr) {
    record.function = nullptr;
    host_->log(context_, &record);
    return;
  }
  const std::shared_lock<std::shared_mutex> lock(entry->mutex);
  record.function = entry->function;
  host_->log(context_, &record);
}

}  // namespace tandem::java
