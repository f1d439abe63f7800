#include "host/logs/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".log";
constexpr std::string_view kRotated = ".1";  // behind the ending
constexpr std::size_t kTimeSize = std::string_view("2026-11-26T22:26:38.123Z").size();

// Inode and time of birth, as numbers of inodes are used again; 0: there is no file, or the time is not known.
using Identity = std::pair<std::uint64_t, std::int64_t>;

Identity IdentityOf(int folder, const char* path, int flags) {
  struct statx about {};
  if (statx(folder, path, flags, STATX_INO | STATX_BTIME, &about) != 0) return {};
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {about.stx_ino, about.stx_btime.tv_sec * kNanoseconds + about.stx_btime.tv_nsec};
}

// An open file, and which one it is.
struct OpenedFile {
  explicit OpenedFile(const std::string& path) : descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor) identity = IdentityOf(descriptor.get(), "", AT_EMPTY_PATH);
  }
  workers::FileDescriptor descriptor;
  Identity identity;
};

}  // namespace

std::vector<LogLine> LogReader::Read(const std::string& since) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.ends_with(kEnding)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  std::vector<LogLine> lines;
  for (const std::string& name : names) ReadFile(name, since, lines);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LogLine& one, const LogLine& other) { return one.time < other.time; });
  return lines;
}

void LogReader::ReadFile(const std::string& name, const std::string& since, std::vector<LogLine>& lines) {
  const std::string path = folder_ + "/" + name;
  const std::string stream = name.substr(0, name.size() - kEnding.size());
  for (;;) {
    const OpenedFile now(path);
    if (!now.descriptor) return;  // it is just being rotated, or it was one that is kept no longer
    File& file = files_[name];
    if (file.identity != now.identity) {  // a new one, or the one before has been rotated: the rest of that is first
      const OpenedFile before(path + std::string(kRotated));
      if (IdentityOf(AT_FDCWD, path.c_str(), 0) != now.identity) continue;  // or `before` could be the later one
      if (before.identity != file.identity) file.offset = 0;
      if (before.identity != now.identity) ReadLines(before.descriptor.get(), stream, file, since, lines);
      file = {now.identity, 0};
    }
    ReadLines(now.descriptor.get(), stream, file, since, lines);
    return;
  }
}

void LogReader::ReadLines(int descriptor, const std::string& stream, File& file, const std::string& since,
                          std::vector<LogLine>& lines) {
  constexpr std::size_t kAtOnce = std::size_t{256} << 10;
  std::string text;
  std::size_t begin = 0;  // of the first line that is not taken
  for (;;) {
    text.erase(0, std::exchange(begin, 0));
    const std::size_t had = text.size();
    text.resize(had + kAtOnce);
    const ssize_t got = pread(descriptor, text.data() + had, kAtOnce, static_cast<off_t>(file.offset + had));
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got <= 0) return;  // what has no newline is still being written
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      if (line.size() <= kTimeSize || line.substr(0, since.size()) < since) continue;
      lines.push_back({std::string(line.substr(0, kTimeSize)), stream, std::string(line.substr(kTimeSize + 1))});
    }
    file.offset += begin;
  }
}

}  // namespace tandem::host
