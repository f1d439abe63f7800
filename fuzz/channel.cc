// The channel's frames: datagrams of any bytes, with open files of any kind, to one end of a channel.
//
// Input: datagrams, each a line of letters for the files that come with it (m: a memfd, p: a pipe, d: a folder, z: a
// device, s: the socket itself), the memfd's bytes, a byte that says how many before them, and the datagram's, after
// two bytes that say how many.
#include "workers/channel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/lib.h"
#include "tests/workers/raw_frame.h"

namespace tandem::fuzz {
namespace {

using workers::Channel;
using workers::FileDescriptor;
using workers::Frame;

struct Files {
  FileDescriptor reading;
  FileDescriptor writing;
  FileDescriptor folder{open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  FileDescriptor device{open("/dev/zero", O_RDONLY | O_CLOEXEC)};

  Files() {
    std::array<int, 2> ends{};
    Require(pipe2(ends.data(), O_CLOEXEC) == 0, "no pipe can be made");
    reading = FileDescriptor(ends[0]);
    writing = FileDescriptor(ends[1]);
  }
};

std::vector<int> Choose(std::string_view letters, const Files& files, int memfd, int socket) {
  std::vector<int> chosen;
  for (const char letter : letters.substr(0, 64)) {
    if (letter == 'm') chosen.push_back(memfd);
    if (letter == 'p') chosen.push_back(files.reading.get());
    if (letter == 'd') chosen.push_back(files.folder.get());
    if (letter == 'z') chosen.push_back(files.device.get());
    if (letter == 's') chosen.push_back(socket);
  }
  return chosen;
}

// A frame that was taken holds what the datagram or its memfd did, and can be sent on.
void Check(const Frame& frame, std::string_view datagram, std::string_view memfd, std::size_t file_count) {
  test::RawPrefix prefix;
  Require(datagram.size() >= sizeof prefix, "a frame out of too few bytes");
  std::memcpy(&prefix, datagram.data(), sizeof prefix);
  const std::string_view place = prefix.carried == 0 ? datagram.substr(sizeof prefix) : memfd;
  const std::string held = frame.header + std::string(frame.payload.view());
  Require(frame.header.size() == prefix.header_size && frame.payload.size() == prefix.payload_size,
          "sizes that nobody said");
  Require(place.starts_with(held), "bytes that nobody sent", held);
  Require(frame.files.size() + prefix.carried == file_count, "files that nobody sent");
  auto pair = Channel::Pair();
  Require(pair.ok(), "no channel can be made");
  std::vector<int> sent;
  sent.reserve(frame.files.size());
  for (const FileDescriptor& file : frame.files) sent.push_back(file.get());
  Require(pair->first.Send(frame.header, frame.payload, sent).ok(), "a frame cannot be sent on");
  const auto again = pair->second.Receive();
  Require(again.ok() && again->header == frame.header && again->payload.view() == frame.payload.view() &&
              again->files.size() == sent.size(),
          "a frame changes on its way");
}

// That a frame comes in a memfd, and nothing of it.
bool IsAnnouncement(std::string_view datagram) {
  test::RawPrefix prefix;
  if (datagram.size() != sizeof prefix) return false;
  std::memcpy(&prefix, datagram.data(), sizeof prefix);
  return prefix.carried == 2 && prefix.header_size == 0 && prefix.payload_size == 0 && prefix.files == 0;
}

int LowestFree() {
  return FileDescriptor(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)).get();
}

void Run(Input input) {
  static const Files files;
  const int lowest = LowestFree();
  {
    auto pair = Channel::Pair();
    Require(pair.ok(), "no channel can be made");
    auto& [here, there] = *pair;
    while (!input.empty()) {
      const std::string_view letters = input.Line();
      const std::string_view content = input.Text();
      const FileDescriptor memfd(memfd_create("fuzz", MFD_CLOEXEC));
      Require(write(memfd.get(), content.data(), content.size()) >= 0, "a memfd cannot be written");
      const std::string_view datagram = input.Bytes(input.Number<std::uint16_t>());
      const std::vector<int> sent = Choose(letters, files, memfd.get(), there.fd());
      if (!test::SendRaw(there.fd(), datagram, sent)) continue;
      const auto frame = here.TryReceive();
      if (frame.ok() && frame->has_value()) {
        Check(**frame, datagram, content, sent.size());
        continue;
      }
      if (frame.ok()) {
        Require(sent.empty() && IsAnnouncement(datagram), "a datagram that is neither taken nor refused");
        continue;
      }
      const bool empty = datagram.empty() && sent.empty();
      Require(frame.status().code() == (empty ? Code::kUnavailable : Code::kInvalidArgument), "a strange error",
              frame.status().message());
      RequireOneLine(frame.status().message(), "an error that is no line");
    }
  }
  Require(LowestFree() == lowest, "a descriptor is left");
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::fuzz::Run(tandem::fuzz::Input(data, size));
  return 0;
}
