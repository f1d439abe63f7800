// InlinePlace: whose turn it is in an inline function.
#ifndef TANDEM_HOST_INLINE_PLACE_H_
#define TANDEM_HOST_INLINE_PLACE_H_

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace tandem::host {

// Why nobody gets a turn.
inline constexpr char kHeldUp[] =
    "it runs inline, and an invocation of it has run past its timeout and does not yield: restart the server to end "
    "that, or let the function run in process isolation";

// An inline function has one environment, in which one invocation runs at a time. Nobody can end one that does not
// yield at its deadline, so that nobody waits for it for longer: who did would hold a thread of the server for ever.
// Threads: all calls from any. Lifetime: outlives its turns.
class InlinePlace {
 public:
  using Clock = std::chrono::steady_clock;

  // The right to run one invocation, as long as it lives; one without an owner is nobody's.
  class Turn {
   public:
    Turn() = default;
    explicit Turn(InlinePlace& owner) : owner_(&owner), process_(getpid()) {}
    Turn(Turn&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), process_(other.process_) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (owner_ != nullptr) owner_->Leave();
    }

    // Once the invocation is back. One that comes back in a fork, too, has nothing to answer there: its parent does.
    void EndFork() const {
      if (owner_ != nullptr && getpid() != process_) _exit(0);
    }

   private:
    InlinePlace* owner_ = nullptr;
    pid_t process_ = 0;
  };

  // `timeout`: of the function.
  explicit InlinePlace(std::chrono::milliseconds timeout) : timeout_(timeout) {}

  // Waits for the turn. Null: whose turn it is has run past its deadline.
  std::optional<Turn> Wait();
  // Null: it is somebody's turn, for whom to wait until `overdue`.
  std::optional<Turn> Try(Clock::time_point& overdue);
  // From then on calls `on_left` at the end of each turn, on the thread of who had it. The first one counts.
  void SetOnLeft(std::function<void()> on_left);
  bool IsFree();

 private:
  Turn Take();
  void Leave();

  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::condition_variable left_;
  bool is_taken_ = false;          // guarded by mutex_
  bool has_served_ = false;        // guarded by mutex_
  Clock::time_point overdue_;      // of whose turn it is; guarded by mutex_
  std::function<void()> on_left_;  // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_INLINE_PLACE_H_
