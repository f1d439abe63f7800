#include "workers/loopback_peer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "workers/process_tree.h"

namespace tandem::workers {
namespace {

// As the kernel prints one: the bytes of the address in memory's order, four at a time.
std::string AddressText(const sockaddr_in& address) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%08X:%04X", address.sin_addr.s_addr, ntohs(address.sin_port));
  return text.data();
}

// Of a table with the columns: number, local and remote address, state, queues, timer, retransmits, user, timeout,
// inode.
std::optional<std::uint64_t> FindInTable(const char* path, const std::string& local, const std::string& remote) {
  std::ifstream table(path);
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::array<std::string, 10> columns;
    for (std::string& column : columns) words >> column;
    if (columns[1] != local || columns[2] != remote) continue;
    const std::string& inode = columns[9];
    std::uint64_t number = 0;
    std::from_chars(inode.data(), inode.data() + inode.size(), number);
    if (number != 0) return number;  // 0: nobody has it open any more
  }
  return std::nullopt;
}

bool HasOpen(pid_t process, const std::string& file) {
  const std::string path = "/proc/" + std::to_string(process) + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (folder == nullptr) return false;
  while (const dirent* entry = readdir(folder.get())) {
    std::array<char, 64> target{};
    const ssize_t size =
        readlinkat(dirfd(folder.get()), static_cast<const char*>(entry->d_name), target.data(), target.size());
    if (size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)) == file) return true;
  }
  return false;
}

}  // namespace

std::optional<std::uint64_t> FindSocket(const sockaddr_in& local, const sockaddr_in& remote) {
  const std::string own = AddressText(local);
  const std::string other = AddressText(remote);
  if (auto found = FindInTable("/proc/net/tcp", own, other)) return found;
  const std::string mapped = "0000000000000000FFFF0000";
  return FindInTable("/proc/net/tcp6", mapped + own, mapped + other);
}

bool HasSocket(pid_t process, std::uint64_t inode) {
  const std::string file = "socket:[" + std::to_string(inode) + "]";
  std::vector<pid_t> near = {process};
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (HasOpen(near[i], file)) return true;
    AddChildren(near[i], near);
  }
  const auto tree = Descendants(process);  // all of the machine's processes are looked through for it
  return std::any_of(tree.begin(), tree.end(), [&](const TreeProcess& each) { return HasOpen(each.pid, file); });
}

}  // namespace tandem::workers
