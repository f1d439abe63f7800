// Claims: which of the invocations that a worker has been sent ahead of their turn it has begun.
#ifndef TANDEM_WORKERS_CLAIMS_H_
#define TANDEM_WORKERS_CLAIMS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "tandem/status.h"
#include "workers/file_descriptor.h"

namespace tandem::workers {

// Memory that a host and one of its workers share. Each invocation that is sent ahead has a slot there, in which the
// worker claims it before it begins it, or the host takes it back: whoever comes first. What the worker has not claimed
// it has not begun, however its process ends.
//
// What a worker wrote before it claims an invocation is not that invocation's. So it marks the place in its output
// (workers/marked_output.h) where anything may have been written at all.
//
// Threads: any. Owns: the mapping, which a fork of a worker does not have.
class Claims {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint32_t kSlots = 16;

  Claims() = default;  // of none: nothing can be offered
  Claims(Claims&&) noexcept = default;
  Claims& operator=(Claims&&) noexcept = default;

  // The host's, and the file by which the worker has it. Errors: kInternal, where the system refuses the memory.
  static Result<std::pair<Claims, FileDescriptor>> Make();
  // The worker's. Errors: kInvalidArgument, where the file is none of Make's; kInternal.
  static Result<Claims> Of(const FileDescriptor& file);
  explicit operator bool() const { return page_ != nullptr; }

  // The host's part: `slot` may be claimed for this call, whose number is unique in the worker's life, and not 0.
  void Offer(std::uint32_t slot, std::uint64_t call) const;
  // True: the worker does not begin it. False: it has.
  bool TakeBack(std::uint32_t slot, std::uint64_t call) const;
  struct Claim {
    Clock::time_point at;
    std::uint64_t mark;  // in the output, before what it writes; 0: nothing had been written
  };
  bool IsTakenBack(std::uint32_t slot, std::uint64_t call) const;
  // Nothing: the worker has not begun it.
  std::optional<Claim> ClaimOf(std::uint32_t slot, std::uint64_t call) const;
  // Something is going to be read of what the worker has written.
  void SetHasWritten() const;

  // The worker's part:
  bool IsOffered(std::uint32_t slot, std::uint64_t call) const;
  // Whether this call has not been taken back.
  bool Take(std::uint32_t slot, std::uint64_t call, const Claim& claim) const;
  bool has_written() const;
  void SetRunTime(std::chrono::nanoseconds time) const;
  // What an invocation took in the worker, the last that has ended; 0: none has. The worker's word.
  std::chrono::nanoseconds run_time() const;

 private:
  struct Page;
  struct Unmap {
    void operator()(Page* page) const;
  };

  explicit Claims(Page* page) : page_(page) {}
  static Result<Claims> Map(const FileDescriptor& file);

  std::unique_ptr<Page, Unmap> page_;
};

// The host's account of one worker's slots.
// Threads: any.
class SentAhead {
 public:
  // Before anything is offered.
  void SetClaims(Claims claims) { claims_ = std::move(claims); }
  const Claims& claims() const { return claims_; }
  // A slot for that call, until Release. Nothing: there is none.
  std::optional<std::uint32_t> Offer(std::uint64_t call);
  void Release(std::uint32_t slot);
  // Behind a call, whose number is less than theirs, in a worker that begins one at a time:
  // The first that it has begun, so that the call is answered; nothing: it has not.
  std::optional<Claims::Claim> BegunBehind(std::uint64_t call) const;
  // Takes back all that it has not begun. True: it has begun one.
  bool TakeBackBehind(std::uint64_t call) const;

 private:
  Claims claims_;
  mutable std::mutex mutex_;
  std::uint64_t calls_[Claims::kSlots] = {};  // 0: the slot is free
  std::size_t count_ = 0;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_CLAIMS_H_
