#include <sys/random.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

#include "fork_count.h"
#include "tandem/invocation.h"

namespace tandem {
namespace {

constexpr std::size_t kUuidText = 36;

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

using Bytes16 = std::int8_t __attribute__((vector_size(16)));
using Words2 = std::uint64_t __attribute__((vector_size(16)));

// The hexadecimal digits of 16 numbers below 16.
Bytes16 HexDigits(Bytes16 numbers) {
  return numbers + '0' + ((numbers > 9) & ('a' - '0' - 10));
}

// The text of a version 4 UUID (RFC 9562) of 128 random bits, 6 of which give way to its version and variant.
void WriteUuid(std::uint64_t high, std::uint64_t low, char* to) {
  static_assert(std::endian::native == std::endian::little, "the lowest byte of a number is the UUID's first");
  constexpr std::uint64_t kNibbles = 0x0F0F0F0F0F0F0F0FU;
  const Words2 words = {(high & ~(std::uint64_t{0xF0} << 48U)) | std::uint64_t{0x40} << 48U,
                        (low & ~std::uint64_t{0xC0}) | 0x80U};
  const auto left = reinterpret_cast<Bytes16>((words >> 4U) & kNibbles);
  const auto right = reinterpret_cast<Bytes16>(words & kNibbles);
  const Bytes16 digits[] = {
      HexDigits(__builtin_shufflevector(left, right, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)),
      HexDigits(__builtin_shufflevector(left, right, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))};
  char text[sizeof digits];
  std::memcpy(text, digits, sizeof text);
  std::memcpy(to, text, 8);
  std::memcpy(to + 9, text + 8, 4);
  std::memcpy(to + 14, text + 12, 4);
  std::memcpy(to + 19, text + 16, 4);
  std::memcpy(to + 24, text + 20, 12);
  to[8] = to[13] = to[18] = to[23] = '-';
}

// A generator of one thread, seeded by the kernel, and again in a child of fork(), which must not hand out its parent's
// ids. Ids are unique, not secret.
// It is constant-initialised, so that a thread's own is found without a check whether it is made.
class IdGenerator {
 public:
  Xoshiro256& Get() {
    const std::uint32_t seeding = ForkCount() + 1;
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

// A few bytes in every thread's static block are found without a call, also where a host has opened this library late.
[[gnu::tls_model("initial-exec")]] thread_local constinit IdGenerator generator_of_thread;

}  // namespace

RequestId::RequestId(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), kMaxSize))) {
  std::copy_n(text.begin(), size_, text_.data());
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
