#include "workers/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>

#include "workers/process_id.h"

namespace tandem::workers {
namespace {

// What a datagram begins with.
struct Prefix {
  std::uint32_t magic;
  std::uint32_t header_size;
  std::uint64_t payload_size;
  std::uint32_t files;    // how many of the open files are the frame's own
  std::uint32_t carried;  // where header and payload are
};

constexpr std::uint32_t kMagic = 0x314D5454;  // "TTM1"
// Behind this, or in a memfd, which is the last of the open files.
constexpr std::uint32_t kInDatagram = 0;
constexpr std::uint32_t kInMemfd = 1;
// Nowhere: a frame in a memfd follows, for which the receiver may have to make room first.
constexpr std::uint32_t kComesInMemfd = 2;

Status Failed(std::string_view what, int error) {
  const bool gone = error == EPIPE || error == ECONNRESET;
  return {gone ? Code::kUnavailable : Code::kInternal, "channel: " + std::string(what) + ": " + std::strerror(error)};
}

Status Forked() {
  return {Code::kUnavailable, "channel: it is of the process that this one is a fork of"};
}

Status NoFrame(std::string_view why) {
  return {Code::kInvalidArgument, "channel: not a frame: " + std::string(why)};
}

// All of the pieces at their offset, or an error.
Status WriteAll(int fd, std::string_view bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("writing a large frame", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
  return {};
}

Status ReadAll(int fd, char* to, std::size_t size, std::size_t offset) {
  while (size != 0) {
    const ssize_t count = pread(fd, to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("reading a large frame", errno);
    if (count == 0) return NoFrame("its memfd is shorter than it says");
    to += count;
    size -= static_cast<std::size_t>(count);
    offset += static_cast<std::size_t>(count);
  }
  return {};
}

// Whether `file` is one whose bytes are in memory, all `size` of them: reading from it neither waits for anybody nor
// gives the reader more to hold than the sender holds already.
Status CheckMemfd(int file, std::size_t size) {
  struct stat about {};
  if (fcntl(file, F_GET_SEALS) < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    return NoFrame("the open file that it says it is in is no memfd");
  }
  constexpr std::uint64_t kBlock = 512;  // what st_blocks counts, whatever the file system
  if (static_cast<std::uint64_t>(about.st_size) < size || static_cast<std::uint64_t>(about.st_blocks) * kBlock < size) {
    return NoFrame("its memfd is shorter than it says");
  }
  return {};
}

Status FromMemfd(int file, const Prefix& prefix, Frame& frame) {
  if (Status status = CheckMemfd(file, prefix.header_size + prefix.payload_size); !status.ok()) return status;
  try {
    frame.header.resize(prefix.header_size);
    if (Status status = ReadAll(file, frame.header.data(), prefix.header_size, 0); !status.ok()) return status;
    auto payload = Payload::Fill(prefix.payload_size, [&](std::uint8_t* to) {
      return ReadAll(file, reinterpret_cast<char*>(to), prefix.payload_size, prefix.header_size);
    });
    if (!payload) return payload.status();
    frame.payload = std::move(*payload);
  } catch (const std::bad_alloc&) {
    return {Code::kInternal, "channel: no memory for a large frame"};
  }
  return {};
}

// Waits until a socket that its owner has made non-blocking is ready.
void WaitFor(int socket, short event) {
  pollfd waiting{socket, event, 0};
  poll(&waiting, 1, -1);
}

// Not where standard output has been closed: what is still printed would go into it.
FileDescriptor NewMemfd() {
  FileDescriptor file(memfd_create("tandem-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || file.get() > STDERR_FILENO) return file;
  return FileDescriptor(fcntl(file.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

// Nobody writes into it any more, where the kernel can have that: a receiver may get it where its standard output was.
Result<FileDescriptor> ToMemfd(FileDescriptor file, std::string_view header, std::string_view payload) {
  if (!file) return Failed("memfd_create", errno);
  if (Status status = WriteAll(file.get(), header, 0); !status.ok()) return status;
  if (Status status = WriteAll(file.get(), payload, header.size()); !status.ok()) return status;
  static_cast<void>(fcntl(file.get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK));
  return file;
}

using ControlBuffer = std::array<char, CMSG_SPACE(sizeof(int) * (Channel::kMostFiles + 1))>;

void PutFiles(msghdr& message, ControlBuffer& control, const std::vector<int>& files) {
  if (files.empty()) return;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
  std::memcpy(CMSG_DATA(part), files.data(), sizeof(int) * files.size());
}

std::vector<FileDescriptor> TakeFiles(msghdr& message) {
  std::vector<FileDescriptor> files;
  files.reserve(Channel::kMostFiles + 1);
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      files.emplace_back(fd);
    }
  }
  return files;
}

Status CheckPrefix(const Prefix& prefix, std::size_t inline_size, std::size_t file_count) {
  if (prefix.magic != kMagic) return NoFrame("it begins otherwise");
  if (prefix.header_size > Channel::kLargestFrame ||
      prefix.payload_size > Channel::kLargestFrame - prefix.header_size) {
    return NoFrame("it says that it is too large");
  }
  const std::size_t size = prefix.header_size + prefix.payload_size;
  if (prefix.carried == kInDatagram) {
    if (inline_size != size) return NoFrame("its size is not what it says");
  } else if (prefix.carried == kInMemfd) {
    if (inline_size != 0) return NoFrame("it is in two places");
  } else if (prefix.carried == kComesInMemfd) {
    if (size != 0 || inline_size != 0 || file_count != 0) return NoFrame("it is to come, and there is something of it");
  } else {
    return NoFrame("it is in an unknown place");
  }
  const std::size_t carriers = prefix.carried == kInMemfd ? 1 : 0;
  if (prefix.files > Channel::kMostFiles || file_count != prefix.files + carriers) {
    return NoFrame("it comes with other open files than it says");
  }
  return {};
}

}  // namespace

// An empty memfd that is kept for when no other can be had.
// Threads: any.
class Channel::KeptFile {
 public:
  FileDescriptor Take() {
    const std::scoped_lock lock(mutex_);
    return std::move(file_);
  }
  // Where it has been taken, and there is room for another.
  void Renew() {
    const std::scoped_lock lock(mutex_);
    if (!file_) file_ = NewMemfd();
  }

 private:
  std::mutex mutex_;
  FileDescriptor file_;
};

void Channel::KeepFileBack() {
  kept_ = std::make_shared<KeptFile>();
  kept_->Renew();
}

Result<std::pair<Channel, Channel>> Channel::Pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return Failed("socketpair", errno);
  return std::pair<Channel, Channel>(Channel(FileDescriptor(ends[0])), Channel(FileDescriptor(ends[1])));
}

Channel::Channel(FileDescriptor socket) : socket_(std::move(socket)), owner_(ProcessId()) {}

// By the process and not by a handler of fork(), which a child by the system call alone does not run.
bool Channel::InFork() const {
  return ProcessId() != owner_;
}

Status Channel::Send(std::string_view header, const Payload& payload, const std::vector<int>& files) {
  return SendWith(header, payload, files, [this] {
    WaitFor(socket_.get(), POLLOUT);
    return true;
  });
}

Status Channel::SendBefore(std::string_view header, const Payload& payload, Clock::time_point deadline, int end_fd) {
  return SendWith(header, payload, {}, [this, deadline, end_fd] {
    constexpr std::chrono::milliseconds kAtOnce{60'000};
    std::array<pollfd, 2> waited{{{socket_.get(), POLLOUT, 0}, {end_fd, POLLIN, 0}}};
    const auto now = Clock::now();
    const auto left = now < deadline ? std::min<Clock::duration>(deadline - now, kAtOnce) : Clock::duration::zero();
    poll(waited.data(), waited.size(), static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
    return waited[1].revents == 0 && Clock::now() < deadline;
  });
}

Status Channel::TrySend(std::string_view header, const Payload& payload) {
  return SendWith(header, payload, {}, [] { return false; });
}

Status Channel::SendFromFork(std::string_view header) {
  return SendAsAny(header, {}, {}, [this] {
    WaitFor(socket_.get(), POLLOUT);
    return true;
  });
}

Status Channel::SendWith(std::string_view header, const Payload& payload, const std::vector<int>& files,
                         const Wait& wait) {
  if (InFork()) return Forked();
  return SendAsAny(header, payload, files, wait);
}

Status Channel::SendAsAny(std::string_view header, const Payload& payload, const std::vector<int>& files,
                          const Wait& wait) {
  if (header.size() > kLargestFrame || payload.size() > kLargestFrame - header.size()) {
    return {Code::kInvalidArgument, "channel: a frame of more than 1 GiB is not sent"};
  }
  if (files.size() > kMostFiles) return {Code::kInternal, "channel: too many open files for one frame"};
  std::vector<int> sent = files;
  FileDescriptor memfd;
  Prefix prefix{kMagic, static_cast<std::uint32_t>(header.size()), payload.size(),
                static_cast<std::uint32_t>(files.size()), kInDatagram};
  std::array<iovec, 3> parts{{{&prefix, sizeof prefix}, {}, {}}};
  std::size_t part_count = 1;
  if (sizeof prefix + header.size() + payload.size() > kLargestDatagram) {
    FileDescriptor file = NewMemfd();
    if (!file && kept_ != nullptr && (errno == EMFILE || errno == ENFILE)) file = kept_->Take();
    auto made = ToMemfd(std::move(file), header, payload.view());
    if (!made) return made.status();
    memfd = std::move(*made);
    sent.push_back(memfd.get());
    prefix.carried = kInMemfd;
  } else {
    parts[part_count++] = {const_cast<char*>(header.data()), header.size()};
    parts[part_count++] = {const_cast<std::uint8_t*>(payload.data()), payload.size()};
  }
  if (prefix.carried == kInMemfd) {
    Prefix announcement{kMagic, 0, 0, 0, kComesInMemfd};
    iovec part{&announcement, sizeof announcement};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (Status status = SendDatagram(message, wait); !status.ok()) return status;
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = part_count;
  alignas(cmsghdr) ControlBuffer control{};
  PutFiles(message, control, sent);
  if (Status status = SendDatagram(message, wait); !status.ok()) return status;
  if (prefix.carried == kInMemfd && kept_ != nullptr) {
    memfd.Close();
    kept_->Renew();
  }
  return {};
}

Status Channel::SendDatagram(const msghdr& message, const Wait& wait) {
  while (sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno == EAGAIN) {
      if (!wait()) return {Code::kUnavailable, "channel: there is no room"};
    } else if (errno != EINTR) {
      return Failed("sending", errno);
    }
  }
  return {};
}

Result<Frame> Channel::Receive() {
  bool is_announced = false;
  for (;;) {
    auto frame = ReceiveWith(0, is_announced);
    if (!frame) return frame.status();
    if (*frame) return std::move(**frame);
  }
}

Result<std::optional<Frame>> Channel::TryReceive() {
  return ReceiveWith(MSG_DONTWAIT, awaits_large_);
}

Result<std::optional<Frame>> Channel::ReceiveWith(int flags, bool& is_announced) {
  if (InFork()) return Forked();
  Prefix prefix{};
  std::array<char, kLargestDatagram> bytes;
  std::array<iovec, 2> parts{{{&prefix, sizeof prefix}, {bytes.data(), bytes.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  alignas(cmsghdr) ControlBuffer control;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t count = 0;
  while ((count = recvmsg(socket_.get(), &message, flags | MSG_CMSG_CLOEXEC)) < 0) {
    // Reported once, when the peer has left frames unread; what it sent before is still to be received.
    if (errno == EINTR || errno == ECONNRESET) continue;
    if (errno != EAGAIN) return Failed("receiving", errno);
    if ((flags & MSG_DONTWAIT) != 0) return std::optional<Frame>();
    WaitFor(socket_.get(), POLLIN);
  }
  std::vector<FileDescriptor> files = TakeFiles(message);
  if (count == 0 && files.empty()) return {Code::kUnavailable, "channel: the peer has closed it"};
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return NoFrame("it is too long, or more open files come with it than are taken");
  }
  if (static_cast<std::size_t>(count) < sizeof prefix) return NoFrame("it is too short");
  const std::size_t inline_size = static_cast<std::size_t>(count) - sizeof prefix;
  if (Status status = CheckPrefix(prefix, inline_size, files.size()); !status.ok()) return status;

  is_announced = prefix.carried == kComesInMemfd;
  if (is_announced) {
    if (kept_ != nullptr) kept_->Take().Close();
    return std::optional<Frame>();
  }
  Frame frame;
  if (prefix.carried == kInDatagram) {
    frame.header.assign(bytes.data(), prefix.header_size);
    if (prefix.payload_size != 0)
      frame.payload = Payload::Copy({bytes.data() + prefix.header_size, prefix.payload_size});
  } else {
    FileDescriptor memfd = std::move(files.back());
    files.pop_back();
    if (Status status = FromMemfd(memfd.get(), prefix, frame); !status.ok()) return status;
    memfd.Close();
    if (kept_ != nullptr) kept_->Renew();
  }
  frame.files = std::move(files);
  return std::optional<Frame>(std::move(frame));
}

}  // namespace tandem::workers
