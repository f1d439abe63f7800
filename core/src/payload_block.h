// PayloadBlock: the host's side of a tandem_payload.
#ifndef TANDEM_CORE_PAYLOAD_BLOCK_H_
#define TANDEM_CORE_PAYLOAD_BLOCK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "tandem/loader_abi.h"

namespace tandem {

// Counted bytes, either behind the block itself or adopted from someone else.
// Threads: references may be counted from any thread.
class PayloadBlock : public tandem_payload {
 public:
  // Zero-padded room for `size` bytes and one reference; null when memory is exhausted.
  static PayloadBlock* New(std::size_t size);
  // One reference to bytes of another owner; not padded. Throws std::bad_alloc.
  static PayloadBlock* Adopt(const std::uint8_t* data, std::size_t size, void (*release)(void*), void* arg);
  static const PayloadBlock* Of(const tandem_payload* payload) { return static_cast<const PayloadBlock*>(payload); }

  void Retain() const;
  void Release() const;
  bool padded() const { return form_ != Form::kAdopted; }
  std::uint8_t* mutable_data() { return const_cast<std::uint8_t*>(data); }

 private:
  // Padded blocks hold their bytes themselves; small ones are all of one size.
  enum class Form : std::uint8_t { kAdopted, kPadded, kSmall };

  PayloadBlock(const std::uint8_t* bytes, std::size_t byte_count, void (*release)(void*), void* arg, Form form)
      : tandem_payload{sizeof(tandem_payload), bytes, byte_count}, release_(release), release_arg_(arg), form_(form) {}
  ~PayloadBlock() = default;

  mutable std::atomic<std::size_t> references_{1};
  void (*release_)(void*);
  void* release_arg_;
  Form form_;
};

// Whether this is the static stand-in for an empty Payload, which nobody counts.
bool IsEmptyAbiPayload(const tandem_payload* payload);

}  // namespace tandem

#endif  // TANDEM_CORE_PAYLOAD_BLOCK_H_
