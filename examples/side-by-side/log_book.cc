#include "log_book.h"

#include <algorithm>
#include <sstream>

void LogBook::Write(const tandem::LogRecord& record) noexcept {
  const std::scoped_lock lock(mutex_);
  std::string& text = texts_[std::string(record.function_name)];
  // A handler may log without a newline; what the platform says starts on a line of its own all the same.
  if (record.origin != tandem::LogOrigin::kFunction && !text.empty() && text.back() != '\n') text += '\n';
  text += record.text;
}

std::vector<std::string> LogBook::Lines(std::string_view function_name) const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> lines;
  const auto found = texts_.find(function_name);
  if (found == texts_.end()) return lines;
  // Within one event, Python's log has carriage returns for line ends.
  std::string joined = found->second;
  std::replace(joined.begin(), joined.end(), '\r', '\n');
  std::istringstream text(joined);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}
