#include "workers/doing.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include "workers/file_descriptor.h"

namespace tandem::workers {
namespace {

constexpr unsigned kExiting = 4;  // the kernel's PF_EXITING

// Of a process or a thread; no state: it is gone.
struct Stat {
  char state = 0;
  unsigned flags = 0;
};

// "pid (any name) state parent group session terminal its-group flags ...".
Stat ParseStat(std::string_view line) {
  constexpr std::size_t kFlags = 6;  // fields behind the state
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 >= line.size()) return {};
  Stat stat{.state = line[name_end + 2]};
  std::size_t at = name_end + 2;
  for (std::size_t i = 0; i < kFlags && at != std::string_view::npos; ++i) at = line.find(' ', at + 1);
  if (at != std::string_view::npos) std::from_chars(line.data() + at + 1, line.data() + line.size(), stat.flags);
  return stat;
}

Stat ReadStat(int folder, const std::string& name) {
  const FileDescriptor file(openat(folder, (name + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  const ssize_t count = file ? read(file.get(), text.data(), text.size()) : -1;
  return count <= 0 ? Stat() : ParseStat({text.data(), static_cast<std::size_t>(count)});
}

}  // namespace

Doing DoingOf(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/task";
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(opendir(path.c_str()), closedir);
  if (threads == nullptr) return Doing::kEnds;
  const int folder = dirfd(threads.get());
  const Stat first = ReadStat(folder, std::to_string(process));
  if (first.state == 0 || first.state == 'Z' || first.state == 'X' || (first.flags & kExiting) != 0) {
    return Doing::kEnds;
  }
  while (const dirent* thread = readdir(threads.get())) {
    if (thread->d_name[0] == '.') continue;
    const Stat stat = ReadStat(folder, static_cast<const char*>(thread->d_name));
    if (stat.state == 'R' || stat.state == 'D') return Doing::kRuns;
  }
  return Doing::kWaits;
}

}  // namespace tandem::workers
