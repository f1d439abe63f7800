#include "tandem/payload.h"

#include <gtest/gtest.h>

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

TEST(Payload, AnEmptyOneHasAnAbiFormWithPadding) {
  const Payload empty;
  ASSERT_NE(empty.abi(), nullptr);
  EXPECT_EQ(empty.abi()->size, 0U);
  EXPECT_EQ(empty.abi()->data[TANDEM_PAYLOAD_PADDING - 1], 0);
}

}  // namespace
}  // namespace tandem
