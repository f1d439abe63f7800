// FunctionLogs: what functions log, in files.
#ifndef TANDEM_HOST_LOGS_FUNCTION_LOGS_H_
#define TANDEM_HOST_LOGS_FUNCTION_LOGS_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "host/logs/whole_lines.h"
#include "tandem/log.h"
#include "tandem/status.h"

namespace tandem::host {

// How much is kept, in bytes unless it says otherwise.
struct LogLimits {
  std::size_t largest_file = std::size_t{8}
                             << 20;  // then it is rotated: renamed to <name>.1, in place of the one before
  std::size_t most_of_a_function = std::size_t{64} << 20;  // the files that were written first go
  std::size_t most_files_of_a_function = 1000;
};

// One file for each log stream, <folder>/<function>/<stream>.log, with "-" for each "/" of the stream's name; records
// that are of no environment are in tandem.log. Each line is `2026-11-26T22:26:38.123Z text` (UTC). A line is in its
// file some 50 ms after it was logged, so that a busy function costs no system calls for each of its lines; a process
// that is killed loses those of that time.
//
// Threads: Write from any. Owns: the files' growth and their end; nobody else may write to the folder.
class FunctionLogs final : public LogSink {
 public:
  // Errors: kInvalidArgument where the folder cannot be had. `next` gets every record, too; may be null. `say` is told
  // once, until it works again, why logs cannot be written.
  static Result<std::unique_ptr<FunctionLogs>> Open(std::string folder, LogSink* next,
                                                    std::function<void(const std::string&)> say, LogLimits limits = {});
  // Writes what there is.
  ~FunctionLogs() override;
  FunctionLogs(const FunctionLogs&) = delete;
  FunctionLogs& operator=(const FunctionLogs&) = delete;

  void Write(const LogRecord& record) noexcept override;
  // Has all that was logged before written now.
  void Flush();

 private:
  using FileKey = std::pair<std::string, std::string>;  // function, log stream
  struct ByText {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's word
    using Texts = std::pair<std::string_view, std::string_view>;
    bool operator()(const Texts& one, const Texts& other) const { return one < other; }
  };
  // Since a function's files were looked at.
  struct Growth {
    std::size_t bytes = 0;
    std::size_t files = 0;
  };

  FunctionLogs(std::string folder, LogSink* next, std::function<void(const std::string&)> say, LogLimits limits);
  void Keep(const LogRecord& record);
  void KeepPart(const LogRecord& part);
  // The next three under mutex_.
  void AddLines(std::string_view function, std::string_view log_stream_name, std::int64_t time_us,
                std::string_view lines);
  void EndOpenLines(std::int64_t older_than_us);
  // Has stamp_ be that of a time.
  void Stamp(std::int64_t time_us);
  void Run();
  // 0 or errno.
  int Append(const FileKey& file, std::string_view lines);
  void PruneIfGrown(const FileKey& file, std::size_t bytes, bool is_new);
  void Prune(const std::string& folder) const;

  const std::string folder_;
  LogSink* const next_;
  const std::function<void(const std::string&)> say_;
  const LogLimits limits_;

  std::mutex mutex_;
  std::condition_variable changed_;
  WholeLines whole_;                                // guarded by mutex_, as what follows
  std::map<FileKey, std::string, ByText> waiting_;  // lines for files
  std::size_t waiting_bytes_ = 0;
  std::string stamp_;  // what goes before a line
  std::int64_t stamped_second_ = 0;
  bool is_due_ = false;
  bool ends_ = false;

  std::mutex files_mutex_;                // taken before mutex_
  bool fails_ = false;                    // guarded by files_mutex_, as what follows
  std::map<std::string, Growth> growth_;  // by function

  std::thread writer_;
};

// The file's name for a log stream.
std::string LogFileName(std::string_view log_stream_name);

}  // namespace tandem::host

#endif  // TANDEM_HOST_LOGS_FUNCTION_LOGS_H_
