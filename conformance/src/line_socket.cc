#include "line_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace tandem::conformance {
namespace {

constexpr std::size_t kPart = 65536;

bool IsForLater(int error) {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

bool LineSocket::HasInput() const {
  pollfd ready{get(), POLLIN, 0};
  return !received_.empty() || poll(&ready, 1, 0) != 0;
}

std::optional<std::string> LineSocket::TakeLine() {
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

bool LineSocket::Receive() {
  std::array<char, kPart> part{};
  const ssize_t count = recv(get(), part.data(), part.size(), MSG_DONTWAIT);
  if (count < 0) return IsForLater(errno);
  received_.append(part.data(), count);
  return count > 0;
}

void LineSocket::Send(std::string_view& text) const {
  const ssize_t sent = send(get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) text.remove_prefix(sent);
}

std::optional<std::string> LineSocket::Read() {
  while (true) {
    if (auto line = TakeLine()) return line;
    if (!Wait(POLLIN) || !Receive()) return std::nullopt;
  }
}

bool LineSocket::Write(std::string_view text) const {
  while (!text.empty()) {
    if (!Wait(POLLOUT)) return false;
    Send(text);
  }
  return true;
}

bool LineSocket::Wait(short what) const {
  pollfd ready{get(), what, 0};
  while (poll(&ready, 1, -1) < 0) {
    if (errno != EINTR) return false;
  }
  return (ready.revents & what) != 0 && (what == POLLIN || (ready.revents & (POLLHUP | POLLERR)) == 0);
}

}  // namespace tandem::conformance
