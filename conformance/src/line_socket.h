// LineSocket: lines over one end of a socket pair.
#ifndef TANDEM_CONFORMANCE_LINE_SOCKET_H_
#define TANDEM_CONFORMANCE_LINE_SOCKET_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "workers/file_descriptor.h"

namespace tandem::conformance {

// Nothing of it blocks but Read and Write.
// Threads: one at a time.
class LineSocket {
 public:
  explicit LineSocket(workers::FileDescriptor socket) : socket_(std::move(socket)) {}

  // For poll.
  int get() const { return socket_.get(); }
  // Whether there is anything to take or to receive, or the other side has closed it.
  bool HasInput() const;
  // A line that has been received, without its end; null: none is whole yet.
  std::optional<std::string> TakeLine();
  // Receives what is there, one part at most. False: the other side has closed it.
  bool Receive();
  // Sends what there is room for, and takes it off the front.
  void Send(std::string_view& text) const;

  // Waits for a line. Null: the other side has closed it.
  std::optional<std::string> Read();
  // Waits until all is sent. False: the other side has closed it.
  bool Write(std::string_view text) const;

 private:
  // False: it is closed.
  bool Wait(short what) const;

  workers::FileDescriptor socket_;
  std::string received_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_LINE_SOCKET_H_
