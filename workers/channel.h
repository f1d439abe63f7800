// Channel: messages between the host and one of its worker processes.
#ifndef TANDEM_WORKERS_CHANNEL_H_
#define TANDEM_WORKERS_CHANNEL_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/payload.h"
#include "tandem/status.h"
#include "workers/file_descriptor.h"

namespace tandem::workers {

// One message: a header, which is a protobuf message's bytes, the payload beside it, and open files.
struct Frame {
  std::string header;
  Payload payload;
  std::vector<FileDescriptor> files;
};

// One end of a SEQPACKET socket pair.
//
// A frame is one datagram. What is longer than kLargestDatagram travels as a memfd, which the receiver copies from:
// what the sender does to it later harms nobody. A datagram before it announces it.
//
// It is its process's: in a fork of that, which has the socket, too, nothing is sent or received.
//
// Threads: any; a frame is sent and received whole. Owns: the socket. Errors: kUnavailable when the peer is gone (an
// empty datagram says the same) or in a fork, kInvalidArgument for a datagram that is no frame, kInternal for what the
// kernel refuses. After kInvalidArgument the next frame can be received.
class Channel {
 public:
  static constexpr std::size_t kLargestDatagram = std::size_t{64} << 10;
  // A frame's header and payload together; more is refused by the sender, and not received.
  static constexpr std::size_t kLargestFrame = std::size_t{1} << 30;
  static constexpr std::size_t kMostFiles = 16;

  // The two ends of a new channel, close-on-exec.
  static Result<std::pair<Channel, Channel>> Pair();
  explicit Channel(FileDescriptor socket);

  using Clock = std::chrono::steady_clock;

  // Waits for room.
  Status Send(std::string_view header, const Payload& payload = {}, const std::vector<int>& files = {});
  // Waits for room until `deadline`, or until `end_fd` can be read. Errors: kUnavailable, too, where it was not sent
  // then.
  Status SendBefore(std::string_view header, const Payload& payload, Clock::time_point deadline, int end_fd);
  // What is short, which is not sent where that would have to wait.
  Status TrySend(std::string_view header, const Payload& payload = {});
  // Waits for room, and sends in a fork, too: what the peer takes from there as well.
  Status SendFromFork(std::string_view header);
  // Waits for a frame.
  Result<Frame> Receive();
  // The next frame if one is there, and was not only announced. One thread at a time.
  Result<std::optional<Frame>> TryReceive();

  // From here on large frames are sent and received also where this process has no open file left that it could have:
  // one is kept back for them. It can be lost to another thread that opens a file at that moment.
  void KeepFileBack();

  // Whether TryReceive() has come to the announcement of a large frame, which is the next one.
  bool awaits_large() const { return awaits_large_; }

  int fd() const { return socket_.get(); }
  bool InFork() const;

 private:
  class KeptFile;
  // How the wait for room goes; false: no more of it.
  using Wait = std::function<bool()>;
  Status SendWith(std::string_view header, const Payload& payload, const std::vector<int>& files, const Wait& wait);
  // The same, whoever this is.
  Status SendAsAny(std::string_view header, const Payload& payload, const std::vector<int>& files, const Wait& wait);
  // `is_announced`: what came was the announcement of a large frame; as it was where nothing came.
  Result<std::optional<Frame>> ReceiveWith(int flags, bool& is_announced);
  Status SendDatagram(const msghdr& message, const Wait& wait);

  FileDescriptor socket_;
  pid_t owner_;
  std::shared_ptr<KeptFile> kept_;  // null: none is kept back
  bool awaits_large_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_CHANNEL_H_
