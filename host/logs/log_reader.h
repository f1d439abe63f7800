// LogReader: the lines that FunctionLogs has written.
#ifndef TANDEM_HOST_LOGS_LOG_READER_H_
#define TANDEM_HOST_LOGS_LOG_READER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tandem::host {

struct LogLine {
  std::string time;    // as 2026-11-26T22:26:38.123Z
  std::string stream;  // the file's name, without .log
  std::string text;    // without a newline
};

// Reads a function's files while a server may be writing them.
//
// Threads: one at a time.
class LogReader {
 public:
  // `folder`: that of one function. It need not be there yet.
  explicit LogReader(std::string folder) : folder_(std::move(folder)) {}

  // What has come since the last call, at first all that there is, in the order of time; no line that is older than
  // `since`, which is written as a line's time is.
  std::vector<LogLine> Read(const std::string& since = {});

 private:
  struct File {
    std::pair<std::uint64_t, std::int64_t> identity;
    std::uint64_t offset = 0;  // bytes: where the next line begins
  };

  void ReadFile(const std::string& name, const std::string& since, std::vector<LogLine>& lines);
  // The whole lines from the offset on, which it moves on.
  static void ReadLines(int descriptor, const std::string& stream, File& file, const std::string& since,
                        std::vector<LogLine>& lines);

  const std::string folder_;
  std::map<std::string, File> files_;  // by the file's name
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_LOGS_LOG_READER_H_
