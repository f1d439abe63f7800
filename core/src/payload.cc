#include "tandem/payload.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "payload_block.h"

namespace tandem {
namespace {

constexpr std::uint8_t kNoBytes[TANDEM_PAYLOAD_PADDING] = {};

const tandem_payload kEmptyAbi = {sizeof(tandem_payload), kNoBytes, 0};

// A small block's memory: what most events and responses fit into.
constexpr std::size_t kSmallBlock = 512;

// The small block that a thread gave up last, for its next payload: one malloc fewer in each invocation.
// Threads: each has its own. Lifetime: its memory is freed with the thread.
class SpareBlock {
 public:
  // Memory of kSmallBlock bytes, or null.
  static void* Take() { return std::exchange(spare_, nullptr); }
  // False: the memory remains the caller's.
  static bool Keep(void* memory) {
    if (spare_ != nullptr || (state_ != State::kWatched && !Watch())) return false;
    spare_ = memory;
    return true;
  }

 private:
  enum class State : std::uint8_t { kNew, kWatched, kOver };

  struct ThreadEnd {
    ~ThreadEnd() {
      state_ = State::kOver;
      std::free(Take());
    }
  };

  // Has the thread's end give the memory back; false when it has come.
  [[gnu::cold, gnu::noinline]] static bool Watch() {
    if (state_ == State::kOver) return false;
    static thread_local const ThreadEnd end;
    state_ = State::kWatched;
    return true;
  }

  // A few bytes in every thread's static block are found without a call, also where a host opened this library late.
  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local void* spare_ = nullptr;
  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local State state_ = State::kNew;
};

// Under AddressSanitizer every block is one of its own, whose use after its release is seen.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kKeepsSpare = false;
#else
constexpr bool kKeepsSpare = true;
#endif

}  // namespace

PayloadBlock* PayloadBlock::New(std::size_t size) {
  if (size > SIZE_MAX - sizeof(PayloadBlock) - TANDEM_PAYLOAD_PADDING) return nullptr;
  const std::size_t needed = sizeof(PayloadBlock) + size + TANDEM_PAYLOAD_PADDING;
  const bool small = kKeepsSpare && needed <= kSmallBlock;
  void* memory = small ? SpareBlock::Take() : nullptr;
  if (memory == nullptr) memory = std::malloc(small ? kSmallBlock : needed);
  if (memory == nullptr) return nullptr;
  auto* bytes = static_cast<std::uint8_t*>(memory) + sizeof(PayloadBlock);
  std::memset(bytes + size, 0, TANDEM_PAYLOAD_PADDING);
  return new (memory) PayloadBlock(bytes, size, nullptr, nullptr, small ? Form::kSmall : Form::kPadded);
}

PayloadBlock* PayloadBlock::Adopt(const std::uint8_t* data, std::size_t size, void (*release)(void*), void* arg) {
  void* memory = std::malloc(sizeof(PayloadBlock));
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) PayloadBlock(data, size, release, arg, Form::kAdopted);
}

void PayloadBlock::Retain() const {
  references_.fetch_add(1, std::memory_order_relaxed);
}

void PayloadBlock::Release() const {
  // A sole owner needs no locked instruction: nobody else can count up what only it refers to.
  const bool sole = references_.load(std::memory_order_acquire) == 1;
  if (!sole && references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (release_ != nullptr) release_(release_arg_);
  const bool small = form_ == Form::kSmall;
  auto* self = const_cast<PayloadBlock*>(this);
  self->~PayloadBlock();
  if (!small || !SpareBlock::Keep(self)) std::free(self);
}

Payload::Payload(const Payload& other) : block_(other.block_) {
  if (block_ != nullptr) PayloadBlock::Of(block_)->Retain();
}

Payload::~Payload() {
  if (block_ != nullptr) PayloadBlock::Of(block_)->Release();
}

Payload Payload::Uninitialised(std::size_t size) {
  const PayloadBlock* block = PayloadBlock::New(size);
  if (block == nullptr) throw std::bad_alloc();
  return Payload(block);
}

std::uint8_t* Payload::MutableData() {
  return const_cast<std::uint8_t*>(block_->data);
}

Payload Payload::Copy(std::string_view bytes) {
  PayloadBlock* block = PayloadBlock::New(bytes.size());
  if (block == nullptr) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(block->mutable_data(), bytes.data(), bytes.size());
  return Payload(block);
}

Payload Payload::Adopt(const std::uint8_t* data, std::size_t size, void (*release)(void*), void* release_arg) {
  try {
    return Payload(PayloadBlock::Adopt(data, size, release, release_arg));
  } catch (...) {
    if (release != nullptr) release(release_arg);
    throw;
  }
}

bool Payload::padded() const {
  return block_ == nullptr || PayloadBlock::Of(block_)->padded();
}

Payload Payload::Padded() const {
  return padded() ? *this : Copy(view());
}

const tandem_payload* Payload::abi() const {
  return block_ == nullptr ? &kEmptyAbi : block_;
}

bool IsEmptyAbiPayload(const tandem_payload* payload) {
  return payload == &kEmptyAbi;
}

}  // namespace tandem
