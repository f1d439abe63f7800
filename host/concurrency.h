// Concurrency: how many invocations run at once, and how many may.
#ifndef TANDEM_HOST_CONCURRENCY_H_
#define TANDEM_HOST_CONCURRENCY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace tandem::host {

// Threads: all calls from any.
class Concurrency {
 public:
  enum class Limit : std::uint8_t { kOfTheServer, kOfTheFunction };

  // The right to run one invocation, as long as it lives.
  class Slot {
   public:
    Slot(Concurrency& owner, std::string name) : owner_(&owner), name_(std::move(name)) {}
    Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), name_(std::move(other.name_)) {}
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      if (owner_ != nullptr) owner_->Leave(name_);
    }

   private:
    Concurrency* owner_;
    std::string name_;
  };

  // `most`: of all functions together.
  explicit Concurrency(std::size_t most) : most_(most) {}

  std::size_t most() const { return most_; }

  // The limit that has been reached; null: none, which may be another's by the time of Enter. `reserved`: the
  // function's own limit (I-13, I-14).
  std::optional<Limit> Reached(const std::string& name, std::optional<int> reserved);
  // Null where a limit is reached, which is then in `limit`.
  std::optional<Slot> Enter(const std::string& name, std::optional<int> reserved, Limit& limit);

 private:
  std::optional<Limit> ReachedUnderLock(const std::string& name, std::optional<int> reserved) const;
  void Leave(const std::string& name);

  const std::size_t most_;
  std::mutex mutex_;
  std::size_t all_ = 0;                             // guarded by mutex_
  std::map<std::string, std::size_t> by_function_;  // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_CONCURRENCY_H_
