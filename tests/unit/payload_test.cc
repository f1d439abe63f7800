#include "tandem/payload.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <optional>
#include <string>
#include <thread>

namespace tandem {
namespace {

TEST(Payload, CopyIsFollowedByReadableZeroes) {
  const Payload payload = Payload::Copy("abc");
  EXPECT_EQ(payload.view(), "abc");
  for (std::size_t i = 0; i < TANDEM_PAYLOAD_PADDING; ++i) EXPECT_EQ(payload.data()[3 + i], 0) << i;
}

TEST(Payload, CopiesShareTheBytes) {
  const Payload first = Payload::Copy("shared");
  const Payload second = first;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  EXPECT_EQ(first.data(), second.data());
}

TEST(Payload, AdoptedBytesAreReleasedOnceByTheLastOwner) {
  static int released = 0;
  released = 0;
  const std::string bytes = "theirs";
  {
    const Payload first = Payload::Adopt(
        reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
        [](void* count) { ++*static_cast<int*>(count); }, &released);
    {
      const Payload second = first;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
      EXPECT_EQ(second.view(), "theirs");
    }
    EXPECT_EQ(released, 0);
  }
  EXPECT_EQ(released, 1);
}

TEST(Payload, PaddedCopiesOnlyWhatHasNoPadding) {
  const Payload copied = Payload::Copy("x");
  EXPECT_EQ(copied.Padded().data(), copied.data());
  const std::string bytes = "y";
  const Payload adopted = Payload::Adopt(reinterpret_cast<const std::uint8_t*>(bytes.data()), 1, nullptr, nullptr);
  const Payload padded = adopted.Padded();
  EXPECT_NE(padded.data(), adopted.data());
  EXPECT_EQ(padded.view(), "y");
  EXPECT_EQ(padded.data()[TANDEM_PAYLOAD_PADDING], 0);
}

// Small ones take the memory of the one before them: what that held is neither in the bytes nor in the padding.
TEST(Payload, OfAnySizeHoldsItsOwnBytesAlone) {
  for (std::size_t size = 0; size < 1200; ++size) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    Payload::Copy(std::string(size + 3, '!'));
    const Payload payload = Payload::Copy(text);
    const Payload other = Payload::Copy("other");
    ASSERT_EQ(payload.view(), text);
    ASSERT_EQ(other.view(), "other");
    for (std::size_t i = 0; i < TANDEM_PAYLOAD_PADDING; ++i) ASSERT_EQ(payload.data()[size + i], 0) << size;
  }
}

TEST(Payload, LeavesNothingWithAThreadThatEnded) {
  constexpr std::size_t kThreads = 2000;
  const auto one_thread = [] {
    std::thread([payload = std::optional(Payload::Copy("made by another"))]() mutable {
      payload.reset();
      const Payload first = Payload::Copy("first");
      const Payload second = Payload::Copy("second");
    }).join();
  };
  one_thread();
  const std::size_t before = mallinfo2().uordblks;
  for (std::size_t i = 0; i < kThreads; ++i) one_thread();
  EXPECT_LT(mallinfo2().uordblks, before + kThreads * 64);
}

TEST(Payload, MayBeReleasedWhileItsThreadEnds) {
  std::thread([] {
    static thread_local std::optional<Payload> kept;  // goes after what the thread's payloads left
    kept = Payload::Copy("kept");
    Payload::Copy("released before");
  }).join();
}

TEST(Payload, AnEmptyOneHasAnAbiFormWithPadding) {
  const Payload empty;
  ASSERT_NE(empty.abi(), nullptr);
  EXPECT_EQ(empty.abi()->size, 0U);
  EXPECT_EQ(empty.abi()->data[TANDEM_PAYLOAD_PADDING - 1], 0);
}

}  // namespace
}  // namespace tandem
