// Payload: immutable bytes that several owners share without copying.
#ifndef TANDEM_PAYLOAD_H_
#define TANDEM_PAYLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "tandem/export.h"
#include "tandem/loader_abi.h"
#include "tandem/status.h"

namespace tandem {

// Counted reference to immutable bytes; copying shares them.
// Threads: the bytes may be read from any thread; one Payload object is not to be changed from two.
class TANDEM_EXPORT Payload {
 public:
  Payload() = default;
  Payload(const Payload& other);
  Payload(Payload&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Payload& operator=(Payload other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Payload();

  // A copy of `bytes`, followed by TANDEM_PAYLOAD_PADDING zero bytes. Throws std::bad_alloc.
  static Payload Copy(std::string_view bytes);
  // `size` bytes that `fill`, which returns a Status, writes where it is told; padded as Copy's. Errors: fill's.
  template <typename Filler>
  static Result<Payload> Fill(std::size_t size, const Filler& fill) {
    Payload made = Uninitialised(size);
    if (Status status = fill(made.MutableData()); !status.ok()) return status;
    return made;
  }
  // Wraps bytes that belong to someone else; release(release_arg) is called once, when the last owner goes. The bytes
  // are not padded. Throws std::bad_alloc, after the release.
  static Payload Adopt(const std::uint8_t* data, std::size_t size, void (*release)(void*), void* release_arg);

  const std::uint8_t* data() const { return block_ == nullptr ? nullptr : block_->data; }
  std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const { return size() == 0; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data()), size()}; }

  // Whether TANDEM_PAYLOAD_PADDING readable bytes follow, as loaders expect of their input.
  bool padded() const;
  // The same bytes with padding behind them: itself, or a padded copy.
  Payload Padded() const;
  // As the loader ABI passes it; valid as long as this object. Never null.
  const tandem_payload* abi() const;

 private:
  static Payload Uninitialised(std::size_t size);  // throws std::bad_alloc
  std::uint8_t* MutableData();                     // of bytes that nobody shares yet
  explicit Payload(const tandem_payload* block) : block_(block) {}
  const tandem_payload* block_ = nullptr;
};

}  // namespace tandem

#endif  // TANDEM_PAYLOAD_H_
