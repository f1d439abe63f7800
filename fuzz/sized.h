// Sized: a struct of a C API, as long as an input says.
#ifndef TANDEM_FUZZ_SIZED_H_
#define TANDEM_FUZZ_SIZED_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "fuzz/lib.h"

namespace tandem::fuzz {

// A struct in memory of just the size that it says it has, whole members, however much of T that is.
template <typename T>
class Sized {
 public:
  Sized(Input& input, const T& known) {
    constexpr std::size_t kMember = 8;
    constexpr std::size_t kMost = 64 * kMember;
    const std::size_t size = input.Byte() % 64 * kMember;
    const bool endless = size == kMost - kMember;
    const std::size_t said = endless ? SIZE_MAX : size;
    const std::size_t held = std::max(sizeof(std::size_t), endless ? kMost : size);
    bytes_.reset(new std::uint8_t[held]);
    std::fill_n(bytes_.get(), held, std::uint8_t{0xA5});
    std::memcpy(bytes_.get(), &known, std::min(held, sizeof known));
    std::memcpy(bytes_.get(), &said, sizeof said);
  }

  // As the ABI passes it. The size decides how much of it is there.
  const T* get() const { return reinterpret_cast<const T*>(bytes_.get()); }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace tandem::fuzz

#endif  // TANDEM_FUZZ_SIZED_H_
