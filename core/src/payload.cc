#include "tandem/payload.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "payload_block.h"

namespace tandem {
namespace {

constexpr std::uint8_t kNoBytes[TANDEM_PAYLOAD_PADDING] = {};

const tandem_payload kEmptyAbi = {sizeof(tandem_payload), kNoBytes, 0};

}  // namespace

PayloadBlock* PayloadBlock::New(std::size_t size) {
  if (size > SIZE_MAX - sizeof(PayloadBlock) - TANDEM_PAYLOAD_PADDING) return nullptr;
  void* memory = std::malloc(sizeof(PayloadBlock) + size + TANDEM_PAYLOAD_PADDING);
  if (memory == nullptr) return nullptr;
  auto* bytes = static_cast<std::uint8_t*>(memory) + sizeof(PayloadBlock);
  std::memset(bytes + size, 0, TANDEM_PAYLOAD_PADDING);
  return new (memory) PayloadBlock(bytes, size, nullptr, nullptr, Padding::kPadded);
}

PayloadBlock* PayloadBlock::Adopt(const std::uint8_t* data, std::size_t size, void (*release)(void*), void* arg) {
  void* memory = std::malloc(sizeof(PayloadBlock));
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) PayloadBlock(data, size, release, arg, Padding::kNone);
}

void PayloadBlock::Retain() const {
  references_.fetch_add(1, std::memory_order_relaxed);
}

void PayloadBlock::Release() const {
  // A sole owner needs no locked instruction: nobody else can count up what only it refers to.
  const bool sole = references_.load(std::memory_order_acquire) == 1;
  if (!sole && references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (release_ != nullptr) release_(release_arg_);
  auto* self = const_cast<PayloadBlock*>(this);
  self->~PayloadBlock();
  std::free(self);
}

Payload::Payload(const Payload& other) : block_(other.block_) {
  if (block_ != nullptr) PayloadBlock::Of(block_)->Retain();
}

Payload::~Payload() {
  if (block_ != nullptr) PayloadBlock::Of(block_)->Release();
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
