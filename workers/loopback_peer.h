// Which process is at the other end of a connection within this machine.
#ifndef TANDEM_WORKERS_LOOPBACK_PEER_H_
#define TANDEM_WORKERS_LOOPBACK_PEER_H_

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace tandem::workers {

// The inode of the TCP socket, of IPv4 or an IPv6 one that speaks it, that is bound to `local` and connected to
// `remote`, as /proc/net has it. Empty: there is none, or /proc cannot be read.
std::optional<std::uint64_t> FindSocket(const sockaddr_in& local, const sockaddr_in& remote);

// Whether a process or a descendant of it has the socket open, as far as this process may see that.
bool HasSocket(pid_t process, std::uint64_t inode);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_LOOPBACK_PEER_H_
