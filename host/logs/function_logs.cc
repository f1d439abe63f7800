#include "host/logs/function_logs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <filesystem>
#include <limits>
#include <system_error>
#include <vector>

#include "host/data_folder.h"
#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;
using workers::FileDescriptor;

constexpr std::size_t kLongestPart = std::size_t{1} << 20;  // of a record, in bytes
constexpr std::chrono::milliseconds kUntilWritten{50};
constexpr std::chrono::seconds kLongestOpen{1};                  // of a line without its end
constexpr std::size_t kMostWaitingBytes = std::size_t{4} << 20;  // then who logs writes

constexpr std::int64_t kSecond = 1'000'000;  // in microseconds

std::int64_t NowUs() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A worker's word for a time, where it can be so; else now.
std::int64_t Plausible(std::int64_t time_us) {
  constexpr std::int64_t kDay = 86'400 * kSecond;
  const std::int64_t now = NowUs();
  return time_us > now - kDay && time_us <= now ? time_us : now;
}

// RFC 3339, up to the second.
std::string SecondOf(std::int64_t time_us) {
  const auto second = static_cast<std::time_t>(time_us / kSecond);
  std::tm utc{};
  gmtime_r(&second, &utc);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
  return text.data();
}

int WriteWhole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int OpenFile(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

// With its newline.
std::size_t FirstLine(std::string_view lines) {
  return std::min(lines.find('\n'), lines.size() - 1) + 1;
}

// As many whole lines as `room` has, and one at least.
std::string_view LinesUpTo(std::string_view lines, std::size_t room) {
  if (lines.size() <= room) return lines;
  const std::size_t last = room == 0 ? std::string_view::npos : lines.rfind('\n', room - 1);
  return lines.substr(0, last == std::string_view::npos ? FirstLine(lines) : last + 1);
}

std::int64_t SizeOf(int file) {
  struct stat about {};
  return fstat(file, &about) == 0 ? about.st_size : 0;
}

struct LogFile {
  fs::path path;
  fs::file_time_type written;
  std::size_t size = 0;
};

// Those of a function, the one that was written last first.
std::vector<LogFile> FilesIn(const std::string& folder) {
  std::vector<LogFile> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code gone;
    LogFile file{at->path(), at->last_write_time(gone), 0};
    if (!gone) file.size = at->file_size(gone);
    if (!gone) files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const LogFile& one, const LogFile& other) { return one.written > other.written; });
  return files;
}

}  // namespace

std::string LogFileName(std::string_view log_stream_name) {
  std::string name = log_stream_name.empty() ? "tandem" : std::string(log_stream_name);
  std::replace(name.begin(), name.end(), '/', '-');
  return name + ".log";
}

Result<std::unique_ptr<FunctionLogs>> FunctionLogs::Open(std::string folder, LogSink* next,
                                                         std::function<void(const std::string&)> say,
                                                         LogLimits limits) {
  if (Status status = MakePrivateFolder(folder); !status.ok()) return status;
  return std::unique_ptr<FunctionLogs>(new FunctionLogs(std::move(folder), next, std::move(say), limits));
}

FunctionLogs::FunctionLogs(std::string folder, LogSink* next, std::function<void(const std::string&)> say,
                           LogLimits limits)
    : folder_(std::move(folder)), next_(next), say_(std::move(say)), limits_(limits), writer_([this] { Run(); }) {}

FunctionLogs::~FunctionLogs() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  writer_.join();
  EndOpenLines(std::numeric_limits<std::int64_t>::max());
  Flush();
}

void FunctionLogs::Write(const LogRecord& record) noexcept {
  try {
    Keep(record);
    // Without memory, there is nothing to keep it in.
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
  }
  if (next_ != nullptr) next_->Write(record);
}

void FunctionLogs::Keep(const LogRecord& record) {
  if (record.function_name.empty()) return;
  LogRecord part = record;
  part.time_us = Plausible(record.time_us);
  // What others log does not wait for all of a long one.
  const std::size_t most = record.origin == LogOrigin::kFunction ? kLongestPart : record.text.size();
  std::string_view rest = record.text;
  do {
    part.text = rest.substr(0, most);
    rest.remove_prefix(part.text.size());
    KeepPart(part);
  } while (!rest.empty());
}

void FunctionLogs::KeepPart(const LogRecord& part) {
  bool is_much = false;
  {
    const std::scoped_lock lock(mutex_);
    AddLines(part.function_name, part.log_stream_name, part.time_us, whole_.Take(part));
    is_much = waiting_bytes_ > kMostWaitingBytes;
    if (!std::exchange(is_due_, true)) changed_.notify_one();
  }
  if (is_much) Flush();
}

void FunctionLogs::AddLines(std::string_view function, std::string_view log_stream_name, std::int64_t time_us,
                            std::string_view lines) {
  if (lines.empty()) return;
  Stamp(time_us);
  auto at = waiting_.find(ByText::Texts(function, log_stream_name));
  if (at == waiting_.end()) {
    at = waiting_.emplace(FileKey(function, log_stream_name), std::string()).first;
  }
  std::string& waiting = at->second;
  const std::size_t before = waiting.size();
  ForEachLine(lines, [&](std::string_view line) { waiting.append(stamp_).append(line); });
  waiting_bytes_ += waiting.size() - before;
}

// What somebody has left open for long, such as an environment that has ended, or a child of one, is a line, too.
void FunctionLogs::EndOpenLines(std::int64_t older_than_us) {
  for (const WholeLines::Open& open : whole_.TakeOlder(older_than_us)) {
    AddLines(open.function_name, open.log_stream_name, open.time_us, open.text + "\n");
  }
}

void FunctionLogs::Stamp(std::int64_t time_us) {
  if (stamp_.empty() || time_us / kSecond != stamped_second_) {
    stamped_second_ = time_us / kSecond;
    stamp_ = SecondOf(time_us) + "000Z ";
  }
  // The milliseconds, which stand before "Z ".
  std::int64_t rest = time_us % kSecond / 1000;
  for (std::size_t i = 0; i < 3; ++i, rest /= 10) stamp_[stamp_.size() - 3 - i] = static_cast<char>('0' + rest % 10);
}

void FunctionLogs::Run() {
  std::unique_lock lock(mutex_);
  const auto is_wanted = [this] { return ends_ || is_due_; };
  while (!ends_) {
    if (whole_.has_open()) {
      changed_.wait_for(lock, kLongestOpen, is_wanted);
    } else {
      changed_.wait(lock, is_wanted);
    }
    changed_.wait_for(lock, kUntilWritten, [this] { return ends_; });
    EndOpenLines(NowUs() - std::chrono::microseconds(kLongestOpen).count());
    lock.unlock();
    try {
      Flush();
      // Without memory, there is nothing to write it from.
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
    }
    lock.lock();
  }
}

void FunctionLogs::Flush() {
  const std::scoped_lock files_lock(files_mutex_);
  decltype(waiting_) waiting;
  {
    const std::scoped_lock lock(mutex_);
    waiting.swap(waiting_);
    waiting_bytes_ = 0;
    is_due_ = false;
  }
  int error = 0;
  for (const auto& [file, lines] : waiting) {
    if (const int failed = Append(file, lines); failed != 0) error = failed;
  }
  if (waiting.empty()) return;
  if (error != 0 && !fails_ && say_) {
    say_("logs are not kept: " + folder_ + ": " + std::generic_category().message(error));
  }
  fails_ = error != 0;
}

int FunctionLogs::Append(const FileKey& file, std::string_view lines) {
  const std::string folder = folder_ + "/" + file.first;
  const std::string path = folder + "/" + LogFileName(file.second);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return errno;
  while (!lines.empty()) {
    FileDescriptor opened(OpenFile(path));
    if (!opened) return errno;
    auto size = static_cast<std::size_t>(SizeOf(opened.get()));
    if (size > 0 && size + FirstLine(lines) > limits_.largest_file) {
      if (rename(path.c_str(), (path + ".1").c_str()) != 0) return errno;
      opened = FileDescriptor(OpenFile(path));
      if (!opened) return errno;
      size = 0;
    }
    const std::string_view fit = LinesUpTo(lines, limits_.largest_file - std::min(size, limits_.largest_file));
    if (const int error = WriteWhole(opened.get(), fit); error != 0) return error;
    lines.remove_prefix(fit.size());
    PruneIfGrown(file, fit.size(), size == 0);
  }
  return 0;
}

// Often enough that no function has much more than it may.
void FunctionLogs::PruneIfGrown(const FileKey& file, std::size_t bytes, bool is_new) {
  constexpr std::size_t kShare = 8;
  const auto [at, is_first] = growth_.try_emplace(file.first);
  Growth& growth = at->second;
  growth.bytes += bytes;
  growth.files += is_new ? 1 : 0;
  const bool has_grown =
      growth.bytes > limits_.most_of_a_function / kShare || growth.files > limits_.most_files_of_a_function / kShare;
  if (!is_first && !has_grown) return;
  growth = {};
  Prune(folder_ + "/" + file.first);
}

void FunctionLogs::Prune(const std::string& folder) const {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const LogFile& file : FilesIn(folder)) {
    bytes += file.size;
    ++count;
    if (count == 1 || (bytes <= limits_.most_of_a_function && count <= limits_.most_files_of_a_function)) continue;
    unlink(file.path.c_str());
  }
}

}  // namespace tandem::host
