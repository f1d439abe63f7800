// MemoryWatch: whether a worker, with all that it has started, keeps to its memory size.
#ifndef TANDEM_WORKERS_MEMORY_WATCH_H_
#define TANDEM_WORKERS_MEMORY_WATCH_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace tandem::workers {

inline constexpr std::int64_t kMiB = 1 << 20;  // bytes

// Samples the memory that the processes of one worker have for themselves, while the worker is busy: after 1 to 20 ms,
// sooner the less is left. What is shared with processes that are not the worker's does not count, nor do pages of
// files that could be read again. Time that is too short to be worth a look adds up over invocations, and where the
// worker has told that it has grown, a shorter one is worth it.
//
// It also knows the most that counted so far. Of the process itself the kernel has the peak of what was resident at any
// time, with pages of files in it. Of a peak that is new since the last look what counts is the lesser of two: all but
// the files that are there at the look and what is shared with a zygote; and what the process had at the last look with
// what its page faults since can have given it, as a fault gives it one page of memory, but many of a file that it
// maps. So files that are mapped and gone between two looks are told from memory; and the kernel's peak that they have
// made is reset, so that it shows the next one. Of what the worker has started there are the samples, the last one
// where the figure is asked for.
//
// Threads: one at a time.
class MemoryWatch {
 public:
  using Clock = std::chrono::steady_clock;

  // Whether a worker has executed its program: else all that it has at first is shared with a zygote.
  enum class Begun : std::uint8_t { kExecuted, kForked };

  // Of a worker that has just been started. `limit` is in bytes.
  MemoryWatch(pid_t worker, std::int64_t limit, Begun begun = Begun::kExecuted);

  // The worker is busy from now on.
  void Begin(Clock::time_point now) { since_ = now - unwatched_; }
  // When it is to be looked at.
  Clock::time_point due() const { return since_ + interval_; }
  // Looks, if that is due. True: the worker has more than it may have.
  bool LookIfDue(Clock::time_point now) { return now >= due() && Look(now); }
  // The worker is idle from now on, after a last look where it was busy for long enough. True: as above.
  bool End(Clock::time_point now);

  // The worker's word for what it had resident at most so far, in bytes; 0: it gives none. While that stays the same
  // there is less to look at.
  void Tell(std::int64_t peak) { told_ = peak; }
  // The most so far, in bytes; more than the limit, too, where it was between two looks.
  std::int64_t Peak();
  // The same of a worker that has ended, and had so much resident at most, and so many page faults.
  std::int64_t PeakOf(std::int64_t resident, std::int64_t faults);

 private:
  bool Look(Clock::time_point now);
  // Takes note of all that counts now. Returns it.
  std::int64_t Measure(const std::vector<pid_t>& processes);
  // What the worker itself has had since this was last done.
  void Conclude();
  void TakePeak(std::int64_t peak, std::int64_t faults);
  // Whether the worker with what it has started has more resident than ever; false while it has started nothing.
  bool TreeHasGrown();

  const pid_t worker_;
  const pid_t keeper_;
  const std::int64_t limit_;
  std::int64_t peak_ = 0;            // that was seen or concluded
  std::int64_t shared_ = 0;          // memory of the worker's that is not its own
  bool measured_;                    // else some of that may have become its own
  std::int64_t own_ = 0;             // its own, of the worker itself; this and the next ones at the last look
  std::int64_t files_ = 0;           // what it had mapped of files
  std::int64_t known_peak_ = 0;      // the kernel's
  std::int64_t known_given_;         // what its page faults can have given it
  std::int64_t measured_peak_ = 0;   // the kernel's, when all was last measured
  std::int64_t concluded_peak_ = 0;  // the same, when what the worker itself has was last looked at for a report
  std::int64_t known_tree_ = 0;      // what all its processes had resident at most when that was measured
  std::uint32_t reports_ = 0;
  std::int64_t told_ = 0;          // by the worker, last; this and the next ones in bytes
  std::int64_t told_at_look_ = 0;  // before the last look
  std::int64_t told_at_peak_ = 0;  // before it was last asked for
  Clock::time_point since_;        // the last look, less the time that was idle
  Clock::duration unwatched_{0};
  Clock::duration interval_;
};

// The process that keeps the worker's processes (workers/README.md); 0 where its parent is none.
pid_t KeeperOf(pid_t worker);

// The worker, whoever descends from it, and those of them that have lost their parents to `keeper`, if it is not 0.
std::vector<pid_t> ProcessesOf(pid_t worker, pid_t keeper);

// What these processes have resident, in bytes, each by itself.
std::int64_t ResidentMemory(const std::vector<pid_t>& processes);

// What these processes have for themselves, in bytes, or more than that where that is no more than `enough` either,
// which is known cheaply. Pages that they share with each other count once.
std::int64_t OwnMemory(const std::vector<pid_t>& processes, std::int64_t enough);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_MEMORY_WATCH_H_
