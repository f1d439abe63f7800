#include "host/http/socket_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/error.hpp>
#include <cerrno>
#include <utility>

namespace tandem::host {

SocketStream::SocketStream(workers::FileDescriptor socket) : socket_(std::move(socket)) {
  const timeval wait = {.tv_sec = kLongestWait.count(), .tv_usec = 0};
  const int on = 1;
  static_cast<void>(setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait));
  static_cast<void>(setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait));
  static_cast<void>(setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

bool SocketStream::Again(ErrorCode& error) const {
  if (errno == EINTR) return true;
  if (errno != EAGAIN && errno != EWOULDBLOCK) {
    error = ErrorCode(errno, boost::system::system_category());
    return false;
  }
  return !IsLate(error);
}

bool SocketStream::IsLate(ErrorCode& error) const {
  if (Clock::now() < deadline_) return false;
  error = boost::beast::error::timeout;
  return true;
}

bool SocketStream::AgainAtOnce(ErrorCode& error) {
  if (errno == EINTR) return true;
  const bool would_block = errno == EAGAIN || errno == EWOULDBLOCK;
  error = would_block ? ErrorCode(boost::asio::error::would_block) : ErrorCode(errno, boost::system::system_category());
  return false;
}

std::size_t SocketStream::Receive(const iovec* parts, std::size_t count, ErrorCode& error) {
  error = {};
  if (count == 0) return 0;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  if (IsLate(error)) return 0;  // who sends a byte now and then is never waited for
  for (;;) {
    const ssize_t received = recvmsg(socket_.get(), &message, 0);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) {
      error = boost::asio::error::eof;
      return 0;
    }
    if (!Again(error)) return 0;
  }
}

std::size_t SocketStream::ReceiveAtOnce(const iovec& part, ErrorCode& error) {
  error = {};
  for (;;) {
    const ssize_t received = recv(socket_.get(), part.iov_base, part.iov_len, MSG_DONTWAIT);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) error = boost::asio::error::eof;
    if (received == 0 || !AgainAtOnce(error)) return 0;
  }
}

std::size_t SocketStream::SendAtOnce(const std::array<iovec, 2>& parts, ErrorCode& error) {
  error = {};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  for (;;) {
    const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (!AgainAtOnce(error)) return 0;
  }
}

std::size_t SocketStream::Send(const iovec* parts, std::size_t count, ErrorCode& error) {
  error = {};
  if (count == 0) return 0;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (!Again(error)) return 0;
  }
}

}  // namespace tandem::host
