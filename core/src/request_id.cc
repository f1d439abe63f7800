#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

#include "tandem/invocation.h"

namespace tandem {
namespace {

constexpr std::size_t kUuidText = 36;

// Counts forks, so that a child does not hand out its parent's ids again.
std::atomic<std::uint32_t>& ForkCount() {
  static std::atomic<std::uint32_t> count{0};
  [[maybe_unused]] static const int kRegistered = pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1); });
  return count;
}

// xoshiro256++ (Blackman and Vigna): 256 bits of state, a few instructions a number.
class Xoshiro256 {
 public:
  explicit constexpr Xoshiro256(const std::array<std::uint64_t, 4>& seed) : state_(seed) {}

  std::uint64_t operator()() {
    const std::uint64_t number = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return number;
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

using Seed = std::array<std::uint64_t, 4>;

Seed KernelSeed() {
  Seed words{};
  if (getrandom(words.data(), sizeof words, 0) != static_cast<ssize_t>(sizeof words)) {
    std::random_device device;  // a kernel without getrandom
    for (std::uint64_t& word : words) word = std::uint64_t{device()} << 32U | device();
  }
  return words;
}

// The 8 hexadecimal digits of a number, the lowest first, as they stand in memory.
std::uint64_t HexDigits(std::uint32_t number) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  std::uint64_t nibbles = number;  // spread, a nibble to a byte
  nibbles = (nibbles | nibbles << 16U) & 0x0000FFFF0000FFFFU;
  nibbles = (nibbles | nibbles << 8U) & 0x00FF00FF00FF00FFU;
  nibbles = (nibbles | nibbles << 4U) & 0x0F0F0F0F0F0F0F0FU;
  const std::uint64_t letters = ((nibbles + kEach * 6) >> 4U) & kEach;  // 1 where a nibble is above 9
  return nibbles + kEach * '0' + letters * ('a' - '0' - 10);
}

// The text of a version 4 UUID (RFC 9562) of 128 random bits, 6 of which give way to its version and variant.
void WriteUuid(std::uint64_t high, std::uint64_t low, char* to) {
  static_assert(std::endian::native == std::endian::little, "digits are put into their places as little-endian words");
  const auto digits_of = [](std::uint64_t bits) { return HexDigits(static_cast<std::uint32_t>(bits)); };
  const auto put = [to](std::size_t at, std::uint64_t digits, std::size_t count) {
    std::memcpy(to + at, &digits, count);
  };
  const std::uint64_t second = digits_of(high >> 32U);
  const std::uint64_t third = digits_of(low);
  put(0, digits_of(high), 8);
  put(9, second, 4);
  put(14, second >> 32U, 4);
  put(19, third, 4);
  put(24, third >> 32U, 4);
  put(28, digits_of(low >> 32U), 8);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) to[dash] = '-';
  to[14] = '4';
  to[19] = "89ab"[high >> 48U & 0x3U];  // with bits of the digit that gave way to the version
}

// A generator of one thread, seeded by the kernel. Ids are unique, not secret.
// It is constant-initialised, so that a thread's own is found without a check whether it is made.
class IdGenerator {
 public:
  Xoshiro256& Get() {
    const std::uint32_t seeding = ForkCount().load(std::memory_order_relaxed) + 1;
    if (seeding != seeding_) {
      generator_ = Xoshiro256(KernelSeed());
      seeding_ = seeding;
    }
    return generator_;
  }

 private:
  Xoshiro256 generator_{Seed{}};
  std::uint32_t seeding_ = 0;  // 0: not yet
};

thread_local constinit IdGenerator generator_of_thread;

}  // namespace

RequestId::RequestId(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), kMaxSize))) {
  std::copy_n(text.data(), size_, text_.data());
}

RequestId RequestId::Random() {
  RequestId id;
  id.Renew();
  return id;
}

void RequestId::Renew() {
  Xoshiro256& generator = generator_of_thread.Get();
  const std::uint64_t high = generator();
  WriteUuid(high, generator(), text_.data());
  size_ = kUuidText;
}

}  // namespace tandem
