#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
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

// A generator of this thread, seeded by the kernel. Ids are unique, not secret.
class IdGenerator {
 public:
  std::array<std::uint64_t, 2> Take() {
    const std::uint32_t forks = ForkCount().load(std::memory_order_relaxed);
    if (!generator_ || forks != forks_) {
      Seed();
      forks_ = forks;
    }
    return {(*generator_)(), (*generator_)()};
  }

 private:
  void Seed() {
    std::array<std::uint32_t, 16> words{};
    if (getrandom(words.data(), sizeof words, 0) != static_cast<ssize_t>(sizeof words)) {
      std::random_device device;  // a kernel without getrandom
      std::generate(words.begin(), words.end(), std::ref(device));
    }
    std::seed_seq sequence(words.begin(), words.end());
    generator_.emplace(sequence);
  }

  std::optional<std::mt19937_64> generator_;
  std::uint32_t forks_ = 0;
};

// The two hexadecimal digits of every byte.
constexpr std::array<char, 512> MakeHexPairs() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kHex[byte >> 4U];
    pairs[2 * byte + 1] = kHex[byte & 0x0FU];
  }
  return pairs;
}

// Writes the `count` lowest bytes of `bits`, lowest first.
char* WriteHex(char* out, std::uint64_t bits, int count) {
  static constexpr std::array<char, 512> kPairs = MakeHexPairs();
  for (; count > 0; --count, bits >>= 8U, out += 2) std::memcpy(out, &kPairs[2 * (bits & 0xFFU)], 2);
  return out;
}

}  // namespace

RequestId::RequestId(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), kMaxSize))) {
  std::copy_n(text.data(), size_, text_.data());
}

RequestId RequestId::Random() {
  thread_local IdGenerator generator;
  const auto [first, second] = generator.Take();
  // Version 4, variant 1 (RFC 9562): the bytes 6 and 8.
  const std::uint64_t head = (first & ~(0xF0ULL << 48U)) | 0x40ULL << 48U;
  const std::uint64_t tail = (second & ~0xC0ULL) | 0x80ULL;
  RequestId id;
  char* out = WriteHex(id.text_.data(), head, 4);
  *out++ = '-';
  out = WriteHex(out, head >> 32U, 2);
  *out++ = '-';
  out = WriteHex(out, head >> 48U, 2);
  *out++ = '-';
  out = WriteHex(out, tail, 2);
  *out++ = '-';
  WriteHex(out, tail >> 16U, 6);
  id.size_ = kUuidText;
  return id;
}

}  // namespace tandem
