// Datagrams as a peer gone mad sends them: what Channel would never send.
#ifndef TANDEM_TESTS_WORKERS_RAW_FRAME_H_
#define TANDEM_TESTS_WORKERS_RAW_FRAME_H_

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::test {

// What a frame's datagram begins with, as workers/channel.cc has it.
struct RawPrefix {
  std::uint32_t magic = 0x314D5454;
  std::uint32_t header_size = 0;
  std::uint64_t payload_size = 0;
  std::uint32_t files = 0;
  std::uint32_t carried = 0;
};

inline std::string Bytes(const RawPrefix& prefix, std::string_view rest = {}) {
  std::string bytes(sizeof prefix, '\0');
  std::memcpy(bytes.data(), &prefix, sizeof prefix);
  return bytes.append(rest);
}

// False: the kernel did not take it.
inline bool SendRaw(int socket, std::string_view bytes, const std::vector<int>& files = {}) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  std::vector<std::uint64_t> control(CMSG_SPACE(sizeof(int) * files.size()) / sizeof(std::uint64_t) + 1);
  if (!files.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
    std::memcpy(CMSG_DATA(head), files.data(), sizeof(int) * files.size());
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_RAW_FRAME_H_
