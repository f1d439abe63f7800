#include "host/logs/whole_lines.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace tandem::host {
namespace {

// Moves the whole lines of `text` to `lines`, and parts of one that is too long.
void MoveLines(std::string& text, std::string& lines) {
  constexpr std::size_t kLongest = WholeLines::kLongestLine;
  std::size_t begin = 0;
  while (begin < text.size()) {
    // No further than a line may be long: what is without newlines would be searched to its end for each part of it.
    const std::string_view ahead = std::string_view(text).substr(begin, kLongest + 1);
    const std::size_t newline = ahead.find('\n');
    if (newline != std::string_view::npos) {
      lines.append(ahead.substr(0, newline + 1));
      begin += newline + 1;
    } else if (ahead.size() > kLongest) {
      lines.append(ahead.substr(0, kLongest)).append("\n");
      begin += kLongest;
    } else {
      break;
    }
  }
  text.erase(0, begin);
}

}  // namespace

void WholeLines::TakeOpen(const LogRecord& record, std::string& lines, std::string& text) {
  const bool is_line = record.origin != LogOrigin::kFunction;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    const bool is_same = at->function_name == record.function_name && at->log_stream_name == record.log_stream_name;
    const bool is_own = is_same && at->request_id == record.request_id;
    if (is_line && is_same && (is_own || at->request_id.empty())) {
      lines.append(at->text).append("\n");
      open_.erase(at);
    } else if (!is_line && is_own) {
      text = std::move(at->text);
      open_.erase(at);
    }
    at = next;
  }
}

std::string WholeLines::Take(const LogRecord& record) {
  // What nearly all records are.
  if (open_.empty() && record.text.ends_with('\n') && record.text.size() <= kLongestLine) {
    return std::string(record.text);
  }
  std::string lines;
  std::string text;
  TakeOpen(record, lines, text);
  text += record.text;
  if (record.origin != LogOrigin::kFunction && !text.ends_with('\n')) text += '\n';
  MoveLines(text, lines);
  if (!text.empty()) {
    open_.push_back({std::string(record.function_name), std::string(record.log_stream_name),
                     std::string(record.request_id), std::move(text), record.time_us});
  }
  return lines;
}

std::list<WholeLines::Open> WholeLines::TakeOlder(std::int64_t time_us) {
  std::list<Open> older;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    if (at->time_us < time_us) older.splice(older.end(), open_, at);
    at = next;
  }
  return older;
}

}  // namespace tandem::host
