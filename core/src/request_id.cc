#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <random>

#include "tandem/invocation.h"

namespace tandem {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kPoolBytes = 256 * kUuidBytes;
constexpr std::size_t kUuidText = 36;

// Counts forks, so that a child does not hand out its parent's ids again.
std::atomic<std::uint32_t>& ForkCount() {
  static std::atomic<std::uint32_t> count{0};
  [[maybe_unused]] static const int kRegistered = pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1); });
  return count;
}

// Random bytes, fetched from the kernel some hundred ids at a time.
class RandomPool {
 public:
  std::array<std::uint8_t, kUuidBytes> Take() {
    const std::uint32_t forks = ForkCount().load(std::memory_order_relaxed);
    if (used_ == kPoolBytes || forks != forks_) {
      Fill();
      forks_ = forks;
      used_ = 0;
    }
    std::array<std::uint8_t, kUuidBytes> bytes{};
    std::memcpy(bytes.data(), pool_.data() + used_, kUuidBytes);
    used_ += kUuidBytes;
    return bytes;
  }

 private:
  void Fill() {
    std::size_t filled = 0;
    while (filled < kPoolBytes) {
      const ssize_t got = getrandom(pool_.data() + filled, kPoolBytes - filled, 0);
      if (got > 0) {
        filled += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        break;
      }
    }
    if (filled == kPoolBytes) return;
    std::random_device device;  // a kernel without getrandom
    std::generate(pool_.begin() + static_cast<std::ptrdiff_t>(filled), pool_.end(),
                  [&] { return static_cast<std::uint8_t>(device()); });
  }

  std::array<std::uint8_t, kPoolBytes> pool_{};
  std::size_t used_ = kPoolBytes;
  std::uint32_t forks_ = 0;
};

}  // namespace

RequestId::RequestId(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), kMaxSize))) {
  std::copy_n(text.data(), size_, text_.data());
}

RequestId RequestId::Random() {
  constexpr std::string_view kHex = "0123456789abcdef";
  thread_local RandomPool pool;
  auto bytes = pool.Take();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);  // version 4, variant 1 (RFC 9562)
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  RequestId id;
  char* out = id.text_.data();
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    *out++ = kHex[bytes[i] >> 4U];
    *out++ = kHex[bytes[i] & 0x0FU];
  }
  id.size_ = kUuidText;
  return id;
}

}  // namespace tandem
