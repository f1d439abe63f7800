#include "tests/workers/processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <memory>
#include <sstream>
#include <thread>

#include "workers/file_descriptor.h"

namespace tandem::test {
namespace {

// "" for a process that has ended meanwhile.
std::string Read(const std::string& path) {
  const workers::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> bytes{};
  ssize_t count = 0;
  while (file && (count = read(file.get(), bytes.data(), bytes.size())) > 0) {
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return text;
}

template <typename Predicate>
std::vector<pid_t> Find(const Predicate& predicate) {
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  while (const dirent* entry = readdir(folder.get())) {
    const std::string name = static_cast<const char*>(entry->d_name);
    pid_t pid = 0;
    std::from_chars(name.data(), name.data() + name.size(), pid);
    if (pid > 0 && pid != getpid() && predicate("/proc/" + name)) found.push_back(pid);
  }
  return found;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::vector<pid_t> WithArgument(const std::string& tag) {
  return Find([&](const std::string& process) { return Contains(Read(process + "/cmdline"), tag); });
}

std::string SupervisorNameOf(std::string tag) {
  for (char& letter : tag) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return tag;
}

std::vector<pid_t> WithTag(const std::string& tag) {
  const std::string supervisor = SupervisorNameOf(tag);
  return Find([&](const std::string& process) {
    const std::string arguments = Read(process + "/cmdline");
    return Contains(arguments, tag) || Contains(arguments, supervisor) || Contains(Read(process + "/environ"), tag);
  });
}

void UntilNoneHas(const std::string& tag) {
  while (!WithTag(tag).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

std::vector<pid_t> ChildrenOf(pid_t parent, const std::string& name) {
  std::vector<pid_t> children;
  for (const pid_t pid : Find([](const std::string&) { return true; })) {
    if (StatusField(pid, "PPid") == std::to_string(parent) && StatusField(pid, "Name") == name) children.push_back(pid);
  }
  return children;
}

bool HasVariable(pid_t pid, const std::string& variable) {
  return Contains('\0' + Read("/proc/" + std::to_string(pid) + "/environ"), '\0' + variable + '\0');
}

void UntilEnded(pid_t pid) {
  for (;;) {
    const std::string state = StatusField(pid, "State");
    if (state.empty() || state.starts_with('Z') || state.starts_with('X')) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::string Describe(const std::vector<pid_t>& processes) {
  std::string text;
  for (const pid_t pid : processes) {
    std::string line = Read("/proc/" + std::to_string(pid) + "/cmdline");
    std::replace(line.begin(), line.end(), '\0', ' ');
    text += std::to_string(pid) + " " + line + "; ";
  }
  return text;
}

std::string StatusField(pid_t pid, const std::string& name) {
  std::istringstream in(Read("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return "";
}

}  // namespace tandem::test
