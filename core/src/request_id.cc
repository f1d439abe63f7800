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
  explicit Xoshiro256(const std::array<std::uint64_t, 4>& seed) : state_(seed) {}

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

// A generator of this thread, seeded by the kernel. Ids are unique, not secret.
class IdGenerator {
 public:
  std::array<std::uint64_t, 2> Take() {
    const std::uint32_t forks = ForkCount().load(std::memory_order_relaxed);
    if (forks != forks_) {
      generator_ = Xoshiro256(Seed());
      forks_ = forks;
    }
    return {generator_(), generator_()};
  }

 private:
  static std::array<std::uint64_t, 4> Seed() {
    std::array<std::uint64_t, 4> words{};
    if (getrandom(words.data(), sizeof words, 0) != static_cast<ssize_t>(sizeof words)) {
      std::random_device device;  // a kernel without getrandom
      for (std::uint64_t& word : words) word = std::uint64_t{device()} << 32U | device();
    }
    return words;
  }

  Xoshiro256 generator_{Seed()};
  std::uint32_t forks_ = ForkCount().load(std::memory_order_relaxed);
};

// Not inline, so that a thread's storage is looked up once.
[[gnu::noinline]] IdGenerator& GeneratorOfThread() {
  thread_local IdGenerator generator;
  return generator;
}

using Bytes = std::uint8_t __attribute__((vector_size(16)));

// The hexadecimal digit of each nibble.
Bytes HexDigits(Bytes nibbles) {
  constexpr std::uint8_t kToLetters = 'a' - '0' - 10;
  return nibbles + std::uint8_t{'0'} + (reinterpret_cast<Bytes>(nibbles > 9) & kToLetters);
}

}  // namespace

RequestId::RequestId(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), kMaxSize))) {
  std::copy_n(text.data(), size_, text_.data());
}

RequestId RequestId::Random() {
  const auto random = std::bit_cast<Bytes>(GeneratorOfThread().Take());
  const std::array<Bytes, 2> digits = {HexDigits(random & 0x0FU), HexDigits(random >> 4U)};
  RequestId id;
  const auto* from = reinterpret_cast<const char*>(digits.data());
  char* to = id.text_.data();
  const auto copy = [&](std::size_t count) {
    std::memcpy(to, from, count);
    from += count;
    to += count;
    *to++ = '-';
  };
  copy(8);
  copy(4);
  copy(4);
  copy(4);
  copy(12);
  id.text_[kUuidText] = '\0';
  id.text_[14] = '4';                             // version 4 (RFC 9562)
  id.text_[19] = "89ab"[random[0] >> 4U & 0x3U];  // variant 1, with random bits that stand nowhere else
  id.size_ = kUuidText;
  return id;
}

}  // namespace tandem
