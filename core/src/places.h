// Places: how many invocations one environment serves at a time, and which.
#ifndef TANDEM_CORE_PLACES_H_
#define TANDEM_CORE_PLACES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace tandem {

struct RunningInvocation;

// The places in which an environment's running invocations stand.
//
// Entering and leaving are one compare-and-swap each as long as nobody waits for the place or looks into it. Whoever
// does so holds the environment's lock and marks the place; from a marked place an invocation leaves under the lock, so
// that it stays valid for as long as the lock is held.
//
// Threads: TryEnter and TryLeave from any; everything else under the environment's lock.
class Places {
 public:
  // All shut. An address of an invocation leaves its lowest two bits free.
  explicit Places(std::size_t count) : count_(count), words_(std::make_unique<Word[]>(count)) {}

  // Takes a free place, whose number is `at`. False: none is free.
  bool TryEnter(RunningInvocation* invocation, std::size_t& at) {
    for (at = 0; at < count_; ++at) {
      std::uintptr_t free = kFree;
      if (words_[at].compare_exchange_strong(free, WordOf(invocation), std::memory_order_seq_cst,
                                             std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  // Gives the place back. False: it is marked; use Leave.
  bool TryLeave(RunningInvocation* invocation, std::size_t at) {
    std::uintptr_t own = WordOf(invocation);
    return words_[at].compare_exchange_strong(own, kFree, std::memory_order_release, std::memory_order_relaxed);
  }

  enum class Next : std::uint8_t { kFree, kShut };

  // Gives a marked place back.
  void Leave(std::size_t at, Next next) {
    words_[at].store(next == Next::kFree ? kFree : kShut, std::memory_order_release);
  }

  // Marks the place. Null: nothing runs in it.
  RunningInvocation* Look(std::size_t at) {
    std::uintptr_t word = words_[at].load(std::memory_order_seq_cst);
    while (IsRunning(word) && !words_[at].compare_exchange_weak(word, word | kMark, std::memory_order_acq_rel,
                                                                std::memory_order_acquire)) {
    }
    if (!IsRunning(word)) return nullptr;
    return reinterpret_cast<RunningInvocation*>(word & ~kMark);  // NOLINT(performance-no-int-to-ptr): made by WordOf
  }

  // Makes all places free, which have to be shut.
  void Open() {
    for (std::size_t at = 0; at < count_; ++at) words_[at].store(kFree, std::memory_order_release);
  }

  // Makes the free places shut and marks the others, which their invocations have to shut. True: all are shut.
  bool Shut() {
    bool idle = true;
    for (std::size_t at = 0; at < count_; ++at) {
      std::uintptr_t word = kFree;
      while (!words_[at].compare_exchange_strong(word, kShut, std::memory_order_acq_rel, std::memory_order_acquire) &&
             word != kShut) {
        if (Look(at) != nullptr) {
          idle = false;
          break;
        }
        word = kFree;  // it has left meanwhile
      }
    }
    return idle;
  }

  std::size_t size() const { return count_; }

 private:
  using Word = std::atomic<std::uintptr_t>;

  static constexpr std::uintptr_t kMark = 1;
  static constexpr std::uintptr_t kShut = 0;
  static constexpr std::uintptr_t kFree = 2;

  static bool IsRunning(std::uintptr_t word) { return word > kFree; }
  static std::uintptr_t WordOf(RunningInvocation* invocation) { return reinterpret_cast<std::uintptr_t>(invocation); }

  const std::size_t count_;
  const std::unique_ptr<Word[]> words_;
};

}  // namespace tandem

#endif  // TANDEM_CORE_PLACES_H_
