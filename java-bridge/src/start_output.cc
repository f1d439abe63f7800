#include "start_output.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace tandem::java {
namespace {

bool StartsWithAny(std::string_view line, std::span<const std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [line](std::string_view b) { return line.starts_with(b); });
}

// What HotSpot, or an agent of the JDK's, writes past the hook.
bool IsHotSpots(std::string_view line) {
  static constexpr std::array<std::string_view, 10> kBeginnings = {
      "# ",
      "INFO: os::",
      "OpenJDK ",
      "Java HotSpot(TM) ",
      "Could not open settings file ",
      "Could not open options file ",
      "Error occurred during initialization ",
      "Error opening zip file ",
      "java.lang.",
      "Caused by: java.lang.",
  };
  return line == "#\n" || StartsWithAny(line, kBeginnings);
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find('\n', from), text.size());
    std::string line = text.substr(from, end - from);
    while (!line.empty() && isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
    if (!line.empty()) lines.push_back(line);
    from = end + 1;
  }
  return lines;
}

// What the report of a crash, or of a lack of memory, says before it describes the VM.
std::vector<std::string> CrashOf(const std::vector<std::string>& written) {
  static constexpr std::array<std::string_view, 6> kEnds = {"JRE version",  "Java VM",   "An error report",
                                                            "No core dump", "Core dump", "Possible reasons"};
  std::vector<std::string> crash;
  for (const std::string& line : written) {
    if (line[0] != '#') continue;
    std::string text = line.substr(std::min(line.find_first_not_of("# "), line.size()));
    if (text.empty()) continue;
    if (StartsWithAny(text, kEnds)) break;
    if (text.back() == '.' || text.back() == ':') text.pop_back();
    crash.push_back(text);
  }
  return crash;
}

// Whether a line says that there is an error but not which, or belongs to a trace.
bool SaysNothing(const std::string& line) {
  return line == "Error occurred during initialization of VM" || line[0] == '\t' ||
         line.find(" VM warning:") != std::string::npos;
}

std::string ReasonOf(const std::string& hooked, const std::string& written) {
  std::vector<std::string> lines = CrashOf(LinesOf(written));
  if (lines.empty()) {
    lines = LinesOf(hooked + "\n" + written);
    lines.erase(std::remove_if(lines.begin(), lines.end(), &SaysNothing), lines.end());
  }
  std::string reason;
  for (const std::string& line : lines) reason += (reason.empty() ? "" : "; ") + line;
  return reason;
}

// The file that holds the report, if HotSpot has chosen it; empty otherwise.
std::string ReportIn(const std::string& written) {
  const size_t said = written.find("# An error report file with more information is saved as:\n# ");
  if (said == std::string::npos) return std::string();
  const size_t from = written.find("\n# ", said) + 3;
  const std::string path = written.substr(from, written.find('\n', from) - from);
  const std::string name = path.substr(path.rfind('/') + 1);
  return name == "hs_err_pid" + std::to_string(getpid()) + ".log" ? path : std::string();
}

}  // namespace

StartOutput::StartOutput() : out_(STDOUT_FILENO, &IsHotSpots), err_(STDERR_FILENO, &IsHotSpots) {}

void StartOutput::Hooked(int descriptor, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  hooked_.emplace_back(descriptor, text);
}

void StartOutput::PassOn() {
  const std::string out = out_.Restore();
  const std::string err = err_.Restore();
  const std::scoped_lock lock(mutex_);
  for (const auto& [descriptor, text] : hooked_) WriteAll(descriptor, text);
  hooked_.clear();
  WriteAll(STDOUT_FILENO, out);
  WriteAll(STDERR_FILENO, err);
}

std::string StartOutput::TakeReason(bool remove_report) {
  const std::string written = out_.Restore() + err_.Restore();
  const std::string report = ReportIn(written);
  if (remove_report && !report.empty()) unlink(report.c_str());
  std::string hooked;
  const std::scoped_lock lock(mutex_);
  for (const auto& entry : hooked_) hooked += entry.second;
  hooked_.clear();
  return ReasonOf(hooked, written);
}

}  // namespace tandem::java
