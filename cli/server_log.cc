#include "server_log.h"

#include <unistd.h>

#include <chrono>
#include <exception>

#include "standard_streams.h"

namespace tandem::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};

}  // namespace

void ServerLog::Write(const LogRecord& record) noexcept {
  try {
    WriteLines(record);
    // Without memory, there is nothing to say it with.
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

void ServerLog::WriteLines(const LogRecord& record) {
  const std::string name = record.function_name.empty() ? "tandem" : std::string(record.function_name);
  const std::scoped_lock lock(mutex_);
  const std::string whole = whole_.Take(record);
  std::string lines;
  host::ForEachLine(whole, [&](std::string_view line) { lines.append(name).append(": ").append(line); });
  if (!lines.empty()) Put(lines);
}

void ServerLog::Put(std::string_view lines) {
  is_behind_ = !WriteImpatiently(STDERR_FILENO, lines, is_behind_ ? std::chrono::milliseconds(0) : kPatience);
}

void ServerLog::Say(std::string_view text) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    Put(std::string(text) + "\n");
    // As above.
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

}  // namespace tandem::cli
