#include "workers/marked_output.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tandem/invocation.h"

namespace tandem::workers {

std::string MarkedOutput::NewKey() {
  return std::string(1, '\0').append(RequestId::Random().view());
}

std::string MarkedOutput::Mark(std::string_view key, std::uint64_t number) {
  std::string mark(key);
  mark.append(reinterpret_cast<const char*>(&number), sizeof number);
  return mark;
}

void MarkedOutput::Append(std::string_view output) {
  output_ += output;
  if (!passed_) return;
  for (std::size_t mark = FindMark(0); mark != std::string::npos; mark = FindMark(mark + mark_size())) {
    if (!IsMark(mark, *passed_)) continue;
    output_.erase(mark, mark_size());
    passed_.reset();
    return;
  }
}

std::string MarkedOutput::TakeUntilMark() {
  const std::size_t mark = FindMark(0);
  if (mark != std::string::npos && output_.size() - mark > kMostHeld) return TakeAll();
  const std::size_t end = mark == std::string::npos ? output_.size() - Unfinished() : mark;
  std::string text = output_.substr(0, end);
  output_.erase(0, end);
  return text;
}

bool MarkedOutput::Pass(std::uint64_t number, std::string& text, std::size_t& end) const {
  for (std::size_t mark = FindMark(0); mark != std::string::npos; mark = FindMark(end)) {
    text.append(output_, end, mark - end);
    end = mark + mark_size();
    if (IsMark(mark, number)) return true;
  }
  return false;
}

std::string MarkedOutput::TakeUntil(std::uint64_t number) {
  std::string text;
  std::size_t end = 0;
  if (!Pass(number, text, end)) return {};
  output_.erase(0, end);
  return text;
}

std::string MarkedOutput::TakeBefore(std::uint64_t number) {
  std::string text;
  std::size_t end = 0;
  const bool is_there = Pass(number, text, end);
  output_.erase(0, end);
  if (is_there) return text;
  passed_ = number;
  const std::size_t whole = output_.size() - Unfinished();  // which comes behind all whole marks
  text.append(output_, 0, whole);
  output_.erase(0, whole);
  return text;
}

std::string MarkedOutput::TakeAll() {
  std::string text;
  std::size_t from = 0;
  for (std::size_t mark = FindMark(0); mark != std::string::npos; mark = FindMark(from)) {
    text.append(output_, from, mark - from);
    from = mark + mark_size();
  }
  text.append(output_, from);
  output_.clear();
  return text;
}

std::size_t MarkedOutput::FindMark(std::size_t from) const {
  if (key_.empty()) return std::string::npos;
  const std::size_t mark = output_.find(key_, from);
  return mark != std::string::npos && output_.size() - mark < mark_size() ? std::string::npos : mark;
}

bool MarkedOutput::IsMark(std::size_t at, std::uint64_t number) const {
  return std::memcmp(output_.data() + at + key_.size(), &number, sizeof number) == 0;
}

std::size_t MarkedOutput::Unfinished() const {
  if (key_.empty()) return 0;
  const std::size_t most = std::min(output_.size(), mark_size() - 1);
  for (std::size_t size = most; size > 0; --size) {
    const std::string_view end = std::string_view(output_).substr(output_.size() - size);
    if (end.starts_with(key_) || std::string_view(key_).starts_with(end)) return size;
  }
  return 0;
}

}  // namespace tandem::workers
