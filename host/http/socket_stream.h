// SocketStream: a connection that is read and written by the calling thread, until a deadline.
#ifndef TANDEM_HOST_HTTP_SOCKET_STREAM_H_
#define TANDEM_HOST_HTTP_SOCKET_STREAM_H_

#include <sys/uio.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <chrono>
#include <cstddef>

#include "workers/file_descriptor.h"

namespace tandem::host {

// What Boost.Beast reads from and writes to (SyncReadStream, SyncWriteStream), over a blocking socket. A call that
// meets the deadline fails with boost::beast::error::timeout.
//
// Threads: one, but for Shutdown. Owns: the socket.
class SocketStream {
 public:
  using Clock = std::chrono::steady_clock;
  using ErrorCode = boost::beast::error_code;

  // Looked at between two waits for the client, each of this time at the longest.
  static constexpr std::chrono::seconds kLongestWait{1};

  explicit SocketStream(workers::FileDescriptor socket);

  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
  int descriptor() const { return socket_.get(); }

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, ErrorCode& error) {
    const Vector vector(buffers);
    return Receive(vector.parts.data(), vector.count, error);
  }
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, ErrorCode& error) {
    const Vector vector(buffers);
    return Send(vector.parts.data(), vector.count, error);
  }
  // The same without waiting; boost::asio::error::would_block where that would be needed.
  std::size_t ReceiveAtOnce(const iovec& part, ErrorCode& error);
  std::size_t SendAtOnce(const std::array<iovec, 2>& parts, ErrorCode& error);

  // Beast asks for these; nobody calls them.
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers);
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers);

 private:
  static constexpr std::size_t kMostParts = 16;

  // A sequence of buffers as the kernel wants it, the first ones where there are more.
  struct Vector {
    template <typename Buffers>
    explicit Vector(const Buffers& buffers) {
      const auto end = boost::asio::buffer_sequence_end(buffers);
      for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end && count < kMostParts; ++at) {
        const auto part = *at;
        if (part.size() == 0) continue;
        parts[count++] = {const_cast<void*>(static_cast<const void*>(part.data())), part.size()};
      }
    }
    std::array<iovec, kMostParts> parts;
    std::size_t count = 0;
  };

  std::size_t Receive(const iovec* parts, std::size_t count, ErrorCode& error);
  std::size_t Send(const iovec* parts, std::size_t count, ErrorCode& error);
  // Whether a call that failed with errno is to be made again.
  bool Again(ErrorCode& error) const;
  // Whether the deadline has come.
  bool IsLate(ErrorCode& error) const;
  static bool AgainAtOnce(ErrorCode& error);

  workers::FileDescriptor socket_;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_SOCKET_STREAM_H_
