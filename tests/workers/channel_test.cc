// The channel, between two that keep to it, and from a peer gone mad.
#include "workers/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include "tests/workers/open_files.h"
#include "tests/workers/raw_frame.h"

namespace tandem::workers {
namespace {

using test::Bytes;
using test::RawPrefix;
using test::SendRaw;

class ChannelTest : public testing::Test {
 protected:
  ChannelTest() : open_before_(test::OpenFiles()) {
    auto pair = Channel::Pair();
    EXPECT_TRUE(pair.ok());
    here_.emplace(std::move(pair->first));
    there_.emplace(std::move(pair->second));
  }
  ~ChannelTest() override {
    here_.reset();
    there_.reset();
    EXPECT_EQ(test::OpenFiles(), open_before_) << "a descriptor is left";
  }

  Frame MustReceive() {
    auto frame = here_->Receive();
    EXPECT_TRUE(frame.ok()) << frame.status().message();
    return frame.ok() ? std::move(*frame) : Frame();
  }
  // Sends a frame of these sizes and looks at what arrives.
  void Round(std::size_t header_size, std::size_t payload_size) {
    const std::string header(header_size, 'h');
    std::string bytes(payload_size, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
    ASSERT_TRUE(there_->Send(header, Payload::Copy(bytes)).ok());
    const Frame frame = MustReceive();
    EXPECT_EQ(frame.header, header);
    EXPECT_TRUE(frame.payload.view() == bytes) << header_size << " and " << payload_size;
    EXPECT_TRUE(frame.payload.padded());
    EXPECT_TRUE(frame.files.empty());
  }
  // Whether what was sent is refused, and the next frame comes through.
  void ExpectRefused(std::string_view why) {
    const auto frame = here_->Receive();
    ASSERT_FALSE(frame.ok()) << why;
    EXPECT_EQ(frame.status().code(), Code::kInvalidArgument) << frame.status().message();
    EXPECT_EQ(frame.status().message(), "channel: not a frame: " + std::string(why));
    Round(3, 5);
  }

  std::size_t open_before_;
  std::optional<Channel> here_;
  std::optional<Channel> there_;
};

FileDescriptor Memfd(std::string_view bytes) {
  FileDescriptor file(memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return file;
}

std::string InMemfd(std::uint32_t header_size, std::uint64_t payload_size, std::uint32_t files = 0) {
  return Bytes({.header_size = header_size, .payload_size = payload_size, .files = files, .carried = 1});
}

TEST_F(ChannelTest, FramesOfAllSizes) {
  constexpr std::size_t kBorder = Channel::kLargestDatagram - sizeof(RawPrefix);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, kBorder - 1, kBorder, kBorder + 1,
                                 std::size_t{65536}, std::size_t{65537}, std::size_t{6} << 20}) {
    Round(0, size);
    Round(size, 0);
    if (size > 10) Round(10, size - 10);
  }
}

TEST_F(ChannelTest, FramesKeepTheirOrder) {
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(there_->Send(std::to_string(i), Payload::Copy(std::string(i % 2 == 0 ? 10 : 100'000, 'x'))).ok());
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(MustReceive().header, std::to_string(i));
}

TEST_F(ChannelTest, NothingThereIsNoFrameAndNoError) {
  auto frame = here_->TryReceive();
  ASSERT_TRUE(frame.ok());
  EXPECT_FALSE(frame->has_value());
  ASSERT_TRUE(there_->Send("one").ok());
  frame = here_->TryReceive();
  ASSERT_TRUE(frame.ok() && frame->has_value());
  EXPECT_EQ((*frame)->header, "one");
}

TEST_F(ChannelTest, IsNotThatOfAFork) {
  ASSERT_TRUE(there_->Send("one").ok());
  for (const bool by_call_alone : {false, true}) {
    const pid_t child = by_call_alone ? static_cast<pid_t>(syscall(SYS_fork)) : fork();
    if (child == 0) {
      const bool refused = here_->Send("two").code() == Code::kUnavailable &&
                           here_->TrySend("two").code() == Code::kUnavailable &&
                           here_->Receive().status().code() == Code::kUnavailable &&
                           here_->TryReceive().status().code() == Code::kUnavailable;
      _exit(refused && here_->SendFromFork("three").ok() ? 0 : 1);
    }
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(there_->Receive()->header, "three");
  }
  EXPECT_EQ(MustReceive().header, "one");
}

// As a handler can make its process's end.
TEST_F(ChannelTest, AnEndMadeNonBlockingStillWaits) {
  ASSERT_EQ(fcntl(here_->fd(), F_SETFL, O_NONBLOCK), 0);
  ASSERT_EQ(fcntl(there_->fd(), F_SETFL, O_NONBLOCK), 0);
  constexpr int kFrames = 200;  // more than a socket holds
  std::thread sender([&] {
    for (int i = 0; i < kFrames; ++i) EXPECT_TRUE(there_->Send(std::string(20'000, 'x')).ok());
  });
  for (int i = 0; i < kFrames; ++i) EXPECT_EQ(MustReceive().header.size(), 20'000U);
  sender.join();
}

TEST_F(ChannelTest, FilesArePassedAndClosed) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}}) {
    for (const std::size_t count : {std::size_t{1}, Channel::kMostFiles}) {
      const FileDescriptor file = Memfd("in the file");
      const std::size_t before = test::OpenFiles();
      const std::string bytes(size, 'x');
      ASSERT_TRUE(there_->Send("h", Payload::Copy(bytes), std::vector<int>(count, file.get())).ok());
      {
        const Frame frame = MustReceive();
        EXPECT_EQ(frame.payload.size(), size);
        ASSERT_EQ(frame.files.size(), count);
        EXPECT_EQ(test::OpenFiles(), before + count);
        for (const FileDescriptor& passed : frame.files) {
          std::array<char, 11> read{};
          EXPECT_EQ(pread(passed.get(), read.data(), read.size(), 0), 11);
          EXPECT_EQ(std::string_view(read.data(), read.size()), "in the file");
          EXPECT_EQ(fcntl(passed.get(), F_GETFD), FD_CLOEXEC);
        }
      }
      EXPECT_EQ(test::OpenFiles(), before);
    }
  }
}

TEST_F(ChannelTest, TooMuchIsNotSent) {
  EXPECT_EQ(there_->Send("h", {}, std::vector<int>(Channel::kMostFiles + 1, 0)).code(), Code::kInternal);
  static const std::uint8_t byte = 0;  // not read
  const Payload huge = Payload::Adopt(&byte, Channel::kLargestFrame, nullptr, nullptr);
  EXPECT_EQ(there_->Send("h", huge).code(), Code::kInvalidArgument);
  Round(1, 1);
}

TEST_F(ChannelTest, APeerThatIsGone) {
  ASSERT_TRUE(there_->Send("last").ok());
  there_.reset();
  EXPECT_EQ(MustReceive().header, "last");
  for (int i = 0; i < 2; ++i) {
    const auto frame = here_->Receive();
    ASSERT_FALSE(frame.ok());
    EXPECT_EQ(frame.status().code(), Code::kUnavailable);
    EXPECT_EQ(here_->TryReceive().status().code(), Code::kUnavailable);
    EXPECT_EQ(here_->Send("x").code(), Code::kUnavailable);
    EXPECT_EQ(here_->Send(std::string(100'000, 'x')).code(), Code::kUnavailable);
  }
}

// The kernel reports the peer's end first, and only then what it had sent.
TEST_F(ChannelTest, APeerThatIsGoneWithFramesUnread) {
  ASSERT_TRUE(here_->Send("never read").ok());
  ASSERT_TRUE(there_->Send("last").ok());
  there_.reset();
  EXPECT_EQ(MustReceive().header, "last");
  EXPECT_EQ(here_->Receive().status().code(), Code::kUnavailable);
}

TEST_F(ChannelTest, FramesOfAPeerGoneMad) {
  const std::string_view too_long = "it is too long, or more open files come with it than are taken";
  const std::uint32_t most = Channel::kLargestFrame;
  struct Case {
    std::string bytes;
    std::string_view why;
  };
  const std::vector<Case> cases = {
      {"x", "it is too short"},
      {Bytes({}).substr(0, sizeof(RawPrefix) - 1), "it is too short"},
      {Bytes({.magic = 0x314D5455}), "it begins otherwise"},
      {std::string(1000, '\0'), "it begins otherwise"},
      {std::string(1000, '\xFF'), "it begins otherwise"},
      {Bytes({.header_size = 4}, "abc"), "its size is not what it says"},
      {Bytes({.header_size = 2}, "abc"), "its size is not what it says"},
      {Bytes({.header_size = 2, .payload_size = 2}, "abc"), "its size is not what it says"},
      {Bytes({.header_size = most}, "abc"), "its size is not what it says"},
      {Bytes({.header_size = 1, .payload_size = most}, "abc"), "it says that it is too large"},
      {Bytes({.header_size = most + 1}, "abc"), "it says that it is too large"},
      {Bytes({.header_size = 0xFFFFFFFF, .payload_size = ~std::uint64_t{0}}, "abc"), "it says that it is too large"},
      {Bytes({.header_size = 3, .payload_size = ~std::uint64_t{0} - 2}, ""), "it says that it is too large"},
      {Bytes({.header_size = 3, .carried = 3}, "abc"), "it is in an unknown place"},
      {Bytes({.header_size = 3, .carried = 2}, "abc"), "it is to come, and there is something of it"},
      {Bytes({.carried = 2}, "abc"), "it is to come, and there is something of it"},
      {Bytes({.files = 1, .carried = 2}), "it comes with other open files than it says"},
      {Bytes({.header_size = 3, .carried = 1}, "abc"), "it is in two places"},
      {Bytes({.header_size = 3, .carried = 1}), "it comes with other open files than it says"},
      {Bytes({.header_size = 3, .files = 1}, "abc"), "it comes with other open files than it says"},
      {Bytes({.header_size = 3, .files = 0xFFFFFFFF}, "abc"), "it comes with other open files than it says"},
      {Bytes({.header_size = 70'000}, std::string(70'000, 'x')), too_long},
      {std::string(150'000, 'x'), too_long},
  };
  for (const Case& mad : cases) {
    ASSERT_TRUE(SendRaw(there_->fd(), mad.bytes));
    ExpectRefused(mad.why);
  }
}

// However many come, whoever looks for a frame is not kept.
TEST_F(ChannelTest, AnnouncementsOfNothingAreNoFrames) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(SendRaw(there_->fd(), Bytes({.carried = 2})));
  for (int i = 0; i < 2; ++i) {
    const auto frame = here_->TryReceive();
    ASSERT_TRUE(frame.ok()) << frame.status().message();
    EXPECT_FALSE(frame->has_value());
  }
  Round(3, 5);  // behind the third
}

TEST_F(ChannelTest, FilesOfAPeerGoneMad) {
  const FileDescriptor file = Memfd("abc");
  const std::string_view others = "it comes with other open files than it says";
  const std::string frame = Bytes({.header_size = 3, .files = 1}, "abc");
  for (const std::size_t count : {std::size_t{2}, Channel::kMostFiles + 1, Channel::kMostFiles + 2}) {
    ASSERT_TRUE(SendRaw(there_->fd(), frame, std::vector<int>(count, file.get())));
    ExpectRefused(others);
  }
  for (const std::size_t count : {Channel::kMostFiles + 3, std::size_t{253}}) {
    ASSERT_TRUE(SendRaw(there_->fd(), frame, std::vector<int>(count, file.get())));
    ExpectRefused("it is too long, or more open files come with it than are taken");
  }
  ASSERT_TRUE(SendRaw(there_->fd(), "x", {file.get()}));
  ExpectRefused("it is too short");
  ASSERT_TRUE(SendRaw(there_->fd(), std::string(100, 'x'), {file.get(), file.get()}));
  ExpectRefused("it begins otherwise");
  // No bytes at all, but a file.
  ASSERT_TRUE(SendRaw(there_->fd(), "", {file.get()}));
  ExpectRefused("it is too short");
}

// What is no memfd may block its reader, or never end.
TEST_F(ChannelTest, SomethingElseInPlaceOfTheMemfd) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  const FileDescriptor reading(pipe_ends[0]);
  const FileDescriptor writing(pipe_ends[1]);
  ASSERT_EQ(write(writing.get(), "abcabc", 6), 6);
  const FileDescriptor folder(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const FileDescriptor device(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const FileDescriptor ordinary(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const FileDescriptor name(open("/proc/self/exe", O_PATH | O_CLOEXEC));
  const FileDescriptor memfd = Memfd("abcabc");
  for (const int fd :
       {reading.get(), writing.get(), folder.get(), device.get(), ordinary.get(), name.get(), there_->fd()}) {
    ASSERT_TRUE(SendRaw(there_->fd(), InMemfd(3, 3), {fd}));
    ExpectRefused("the open file that it says it is in is no memfd");
    // Beside a file of the frame's own, which goes too.
    ASSERT_TRUE(SendRaw(there_->fd(), InMemfd(3, 3, 1), {memfd.get(), fd}));
    ExpectRefused("the open file that it says it is in is no memfd");
  }
  ASSERT_TRUE(SendRaw(there_->fd(), InMemfd(3, 3), {memfd.get()}));
  const Frame frame = MustReceive();
  EXPECT_EQ(frame.header, "abc");
  EXPECT_EQ(frame.payload.view(), "abc");
}

TEST_F(ChannelTest, AMemfdShorterThanItSays) {
  const FileDescriptor empty = Memfd("");
  const FileDescriptor some = Memfd("abcde");
  for (const int fd : {empty.get(), some.get()}) {
    ASSERT_TRUE(SendRaw(there_->fd(), InMemfd(3, 3), {fd}));
    ExpectRefused("its memfd is shorter than it says");
  }
}

// The limit makes any attempt to have room for it fail.
class ScarceMemory {
 public:
  ScarceMemory() {
    getrlimit(RLIMIT_DATA, &before_);
    rlimit scarce = before_;
    scarce.rlim_cur = std::size_t{512} << 20;
    setrlimit(RLIMIT_DATA, &scarce);
  }
  ~ScarceMemory() { setrlimit(RLIMIT_DATA, &before_); }
  ScarceMemory(const ScarceMemory&) = delete;
  ScarceMemory& operator=(const ScarceMemory&) = delete;

 private:
  rlimit before_{};
};

#ifdef TANDEM_TEST_SANITIZED
constexpr bool kSanitized = true;  // the sanitizers' own maps are above any such limit
#else
constexpr bool kSanitized = false;
#endif

// A claim of 1 GiB costs its sender 1 GiB: neither a small memfd nor a large one without pages is enough.
TEST_F(ChannelTest, AClaimOfAGibibyteIsNotBelieved) {
  std::optional<ScarceMemory> scarce;
  if (!kSanitized) scarce.emplace();
  const FileDescriptor small = Memfd("abc");
  const FileDescriptor hollow = Memfd("abc");
  ASSERT_EQ(ftruncate(hollow.get(), static_cast<off_t>(Channel::kLargestFrame)), 0);
  for (const int fd : {small.get(), hollow.get()}) {
    ASSERT_TRUE(SendRaw(there_->fd(), InMemfd(3, Channel::kLargestFrame - 3), {fd}));
    ExpectRefused("its memfd is shorter than it says");
    ASSERT_TRUE(SendRaw(there_->fd(), InMemfd(Channel::kLargestFrame, 0), {fd}));
    ExpectRefused("its memfd is shorter than it says");
  }
}

TEST_F(ChannelTest, AnythingAtAll) {
  std::mt19937 random(20260101);  // NOLINT(bugprone-random-generator-seed): the same in each run
  const FileDescriptor memfd = Memfd(std::string(4096, 'm'));
  const std::array<int, 3> files = {memfd.get(), there_->fd(), 0};
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    RawPrefix prefix{.header_size = static_cast<std::uint32_t>(random() % 40),
                     .payload_size = random() % 40,
                     .files = static_cast<std::uint32_t>(random() % 3),
                     .carried = static_cast<std::uint32_t>(random() % 4)};
    std::string bytes =
        Bytes(prefix, std::string(random() % 2 == 0 ? prefix.header_size + prefix.payload_size : random() % 80, 'x'));
    if (random() % 4 == 0) bytes[random() % bytes.size()] = static_cast<char>(random());
    std::vector<int> sent;
    for (std::size_t k = random() % 4; k > 0; --k) sent.push_back(files.at(random() % files.size()));
    ASSERT_TRUE(SendRaw(there_->fd(), bytes, sent));
    const auto frame = here_->TryReceive();
    if (frame.ok()) {
      taken += frame->has_value() ? 1 : 0;
    } else {
      ASSERT_EQ(frame.status().code(), Code::kInvalidArgument) << frame.status().message();
    }
  }
  EXPECT_GT(taken, 100);
  Round(1, 1);
}

}  // namespace
}  // namespace tandem::workers
