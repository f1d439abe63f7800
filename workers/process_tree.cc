#include "workers/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "workers/file_descriptor.h"

namespace tandem::workers {
namespace {

std::optional<TreeProcess> ReadProcess(int proc, std::string_view name) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "%d/stat", pid);
  const FileDescriptor file(openat(proc, path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  const ssize_t count = file ? read(file.get(), text.data(), text.size()) : -1;
  if (count <= 0) return std::nullopt;
  // "pid (any name) state parent ...".
  const std::string_view line(text.data(), static_cast<std::size_t>(count));
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos || name_end + 4 >= line.size()) return std::nullopt;
  TreeProcess process{pid, 0, line[name_end + 2] == 'Z' || line[name_end + 2] == 'X'};
  std::from_chars(line.data() + name_end + 4, line.data() + line.size(), process.parent);
  return process;
}

// Reads numbers with a blank behind each.
void AddNumbers(int file, std::vector<pid_t>& to) {
  std::array<char, 4096> text{};
  pid_t number = 0;
  for (ssize_t count = 0; (count = read(file, text.data(), text.size())) > 0;) {
    for (const char c : std::string_view(text.data(), static_cast<std::size_t>(count))) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && number != 0) to.push_back(number);
      number = digit ? number * 10 + (c - '0') : 0;
    }
  }
}

}  // namespace

std::vector<TreeProcess> Descendants(pid_t root, const std::set<pid_t>& except) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  if (folder == nullptr) return {};
  std::multimap<pid_t, TreeProcess> by_parent;
  while (const dirent* entry = readdir(folder.get())) {
    const auto process = ReadProcess(dirfd(folder.get()), entry->d_name);
    if (process && !except.contains(process->pid)) by_parent.emplace(process->parent, *process);
  }
  std::vector<TreeProcess> found;
  const auto add_children = [&](pid_t parent) {
    const auto [first, last] = by_parent.equal_range(parent);
    for (auto child = first; child != last; ++child) found.push_back(child->second);
    by_parent.erase(first, last);
  };
  add_children(root);
  // NOLINTNEXTLINE(modernize-loop-convert): it grows meanwhile
  for (std::size_t i = 0; i < found.size(); ++i) add_children(found[i].pid);
  return found;
}

void AddChildren(pid_t parent, std::vector<pid_t>& children) {
  const std::string path = "/proc/" + std::to_string(parent) + "/task";
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(opendir(path.c_str()), closedir);
  while (const dirent* thread = threads == nullptr ? nullptr : readdir(threads.get())) {
    if (thread->d_name[0] == '.') continue;
    const std::string name = std::string(thread->d_name) + "/children";
    const FileDescriptor file(openat(dirfd(threads.get()), name.c_str(), O_RDONLY | O_CLOEXEC));
    AddNumbers(file.get(), children);
  }
}

pid_t ParentOf(pid_t process) {
  const FileDescriptor proc(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto read = ReadProcess(proc.get(), std::to_string(process));
  return read ? read->parent : 0;
}

}  // namespace tandem::workers
