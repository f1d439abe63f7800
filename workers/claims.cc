#include "workers/claims.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <iterator>
#include <string>

#include "core/src/system_message.h"

namespace tandem::workers {
namespace {

// A slot's word: the call's number, and what has become of it.
constexpr unsigned kKindBits = 2;
enum Kind : std::uint64_t { kOffered = 1, kTaken = 2, kTakenBack = 3 };

std::uint64_t Word(std::uint64_t call, Kind kind) {
  return call << kKindBits | kind;
}

Status Failed(const char* what) {
  return {Code::kInternal, std::string("claims: ") + what + ": " + SystemMessage(errno)};
}

}  // namespace

struct Claims::Page {
  struct Slot {
    std::atomic<std::uint64_t> word{0};
    std::atomic<std::int64_t> at_ns{0};
    std::atomic<std::uint64_t> mark{0};
  };
  std::array<Slot, kSlots> slots;
  std::atomic<std::uint32_t> has_written{0};
  std::atomic<std::int64_t> run_time_ns{0};
};

void Claims::Unmap::operator()(Page* page) const {
  munmap(page, sizeof *page);
}

Result<std::pair<Claims, FileDescriptor>> Claims::Make() {
  FileDescriptor file(memfd_create("tandem-claims", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return Failed("memfd_create");
  if (ftruncate(file.get(), sizeof(Page)) != 0) return Failed("ftruncate");
  // A worker that made it shorter would end the host.
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return Failed("F_ADD_SEALS");
  auto claims = Map(file);
  if (!claims) return claims.status();
  return std::pair(std::move(*claims), std::move(file));
}

Result<Claims> Claims::Of(const FileDescriptor& file) {
  struct stat about {};
  if (fstat(file.get(), &about) != 0 || about.st_size != static_cast<off_t>(sizeof(Page))) {
    return Status(Code::kInvalidArgument, "claims: the file is of another size");
  }
  auto claims = Map(file);
  if (claims) madvise(claims->page_.get(), sizeof(Page), MADV_DONTFORK);
  return claims;
}

Result<Claims> Claims::Map(const FileDescriptor& file) {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  void* const memory = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return Failed("mmap");
  return Claims(static_cast<Page*>(memory));  // all zeros is what its constructor makes
}

void Claims::Offer(std::uint32_t slot, std::uint64_t call) const {
  page_->slots[slot].word.store(Word(call, kOffered));
}

bool Claims::TakeBack(std::uint32_t slot, std::uint64_t call) const {
  std::uint64_t word = Word(call, kOffered);
  return page_->slots[slot].word.compare_exchange_strong(word, Word(call, kTakenBack)) ||
         word == Word(call, kTakenBack);
}

bool Claims::IsTakenBack(std::uint32_t slot, std::uint64_t call) const {
  return page_->slots[slot].word.load() == Word(call, kTakenBack);
}

std::optional<Claims::Claim> Claims::ClaimOf(std::uint32_t slot, std::uint64_t call) const {
  const Page::Slot& at = page_->slots[slot];
  if (at.word.load() != Word(call, kTaken)) return {};
  return Claim{Clock::time_point(std::chrono::nanoseconds(at.at_ns.load())), at.mark.load()};
}

void Claims::SetHasWritten() const {
  if (page_ != nullptr) page_->has_written.store(1);
}

bool Claims::IsOffered(std::uint32_t slot, std::uint64_t call) const {
  return slot < kSlots && page_->slots[slot].word.load() == Word(call, kOffered);
}

bool Claims::Take(std::uint32_t slot, std::uint64_t call, const Claim& claim) const {
  if (!IsOffered(slot, call)) return false;  // another call's by now, whose members these are
  Page::Slot& at = page_->slots[slot];
  std::uint64_t word = Word(call, kOffered);
  at.at_ns.store(std::chrono::duration_cast<std::chrono::nanoseconds>(claim.at.time_since_epoch()).count());
  at.mark.store(claim.mark);
  return at.word.compare_exchange_strong(word, Word(call, kTaken));
}

bool Claims::has_written() const {
  return page_->has_written.load() != 0;
}

void Claims::SetRunTime(std::chrono::nanoseconds time) const {
  page_->run_time_ns.store(time.count(), std::memory_order_relaxed);
}

std::chrono::nanoseconds Claims::run_time() const {
  return std::chrono::nanoseconds(page_ == nullptr ? 0 : page_->run_time_ns.load(std::memory_order_relaxed));
}

std::optional<std::uint32_t> SentAhead::Offer(std::uint64_t call) {
  if (!claims_) return {};
  const std::scoped_lock lock(mutex_);
  const auto* const free = std::find(std::begin(calls_), std::end(calls_), 0);
  if (free == std::end(calls_)) return {};
  const auto slot = static_cast<std::uint32_t>(free - std::begin(calls_));
  calls_[slot] = call;
  ++count_;
  claims_.Offer(slot, call);
  return slot;
}

void SentAhead::Release(std::uint32_t slot) {
  const std::scoped_lock lock(mutex_);
  calls_[slot] = 0;
  --count_;
}

std::optional<Claims::Claim> SentAhead::BegunBehind(std::uint64_t call) const {
  const std::scoped_lock lock(mutex_);
  std::optional<Claims::Claim> first;
  std::uint64_t first_call = 0;
  for (std::uint32_t slot = 0; count_ > 0 && slot < Claims::kSlots; ++slot) {
    const std::uint64_t each = calls_[slot];
    if (each <= call || (first && each > first_call)) continue;
    if (const auto claim = claims_.ClaimOf(slot, each)) {
      first = claim;
      first_call = each;
    }
  }
  return first;
}

bool SentAhead::TakeBackBehind(std::uint64_t call) const {
  const std::scoped_lock lock(mutex_);
  bool has_begun = false;
  for (std::uint32_t slot = 0; count_ > 0 && slot < Claims::kSlots; ++slot) {
    if (calls_[slot] > call && !claims_.TakeBack(slot, calls_[slot])) has_begun = true;
  }
  return has_begun;
}

}  // namespace tandem::workers
