#include "server_log.h"

#include <unistd.h>

#include <exception>

#include "standard_streams.h"

namespace tandem::cli {

void ServerLog::Write(const LogRecord& record) noexcept {
  try {
    WriteLines(record);
    // Without memory, there is nothing to say it with.
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

void ServerLog::WriteLines(const LogRecord& record) {
  const std::string name = record.function_name.empty() ? "tandem" : std::string(record.function_name);
  const std::string key = name + " " + std::string(record.request_id);
  const bool is_line = record.origin != LogOrigin::kFunction;
  const std::scoped_lock lock(mutex_);
  std::string& open = open_lines_[key];
  if (is_line && !open.empty()) open += '\n';
  open += record.text;
  if (is_line && !open.ends_with('\n')) open += '\n';
  std::string lines;
  std::size_t begin = 0;
  while (begin < open.size()) {
    const std::size_t newline = open.find('\n', begin);
    if (newline == std::string::npos && open.size() - begin < kLongestLine) break;
    const std::size_t end = newline == std::string::npos ? open.size() : newline;
    lines.append(name).append(": ").append(open, begin, end - begin).append("\n");
    begin = newline == std::string::npos ? end : end + 1;
  }
  open.erase(0, begin);
  if (open.empty()) open_lines_.erase(key);
  static_cast<void>(WriteAll(STDERR_FILENO, lines));
}

void ServerLog::Say(std::string_view text) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    static_cast<void>(WriteAll(STDERR_FILENO, std::string(text) + "\n"));
    // As above.
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

}  // namespace tandem::cli
