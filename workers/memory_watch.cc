#include "workers/memory_watch.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "workers/file_descriptor.h"
#include "workers/process_tree.h"
#include "workers/protocol.h"

namespace tandem::workers {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kFillPerMs = 8 * kMiB;  // faster than a thread fills new memory
constexpr milliseconds kShortest{1};
constexpr milliseconds kLongest{20};
constexpr milliseconds kWorthALook{2};
constexpr std::int64_t kWorthMeasuring = 256 << 10;
constexpr std::int64_t kMuchGrowth = 16;  // a part of what it had
constexpr int kLeastPerLook = 32;         // an interval is at least so much longer than the look before it

milliseconds IntervalFor(std::int64_t left) {
  return std::clamp(milliseconds(left / kFillPerMs), kShortest, kLongest);
}

// The beginning of a file of /proc/PID; empty where there is none, or it is not for this process to read.
template <std::size_t kSize>
std::string_view ReadProc(pid_t process, const char* name, std::array<char, kSize>& space) {
  const std::string path = "/proc/" + std::to_string(process) + "/" + name;
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t count = file ? read(file.get(), space.data(), space.size()) : -1;
  return {space.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

std::int64_t NumberAt(std::string_view text, std::size_t at) {
  at = text.find_first_not_of(" \t", at);
  std::int64_t number = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

// Of a line such as "Private_Dirty:      112 kB", in bytes.
std::int64_t Field(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  return at == std::string_view::npos ? 0 : NumberAt(text, at + name.size()) * 1024;
}

struct Resident {
  std::int64_t all = 0;
  std::int64_t anonymous = 0;
};

Resident ResidentOf(pid_t process) {
  static const std::int64_t kPage = sysconf(_SC_PAGESIZE);
  std::array<char, 256> space;
  // "size resident shared ...", in pages.
  const std::string_view text = ReadProc(process, "statm", space);
  const std::size_t second = text.find(' ');
  const std::size_t third = second == std::string_view::npos ? second : text.find(' ', second + 1);
  if (third == std::string_view::npos) return {};
  const std::int64_t resident = NumberAt(text, second);
  return {resident * kPage, (resident - NumberAt(text, third)) * kPage};
}

struct Own {
  std::int64_t resident = 0;
  std::int64_t swapped = 0;
};

// A share of what the process shares counts where there are others to have the rest.
Own OwnOf(pid_t process, bool has_others) {
  std::array<char, 2048> space;
  const std::string_view text = ReadProc(process, "smaps_rollup", space);
  if (text.empty()) {
    return {ResidentOf(process).anonymous, 0};
  }
  const std::int64_t own = Field(text, "\nPrivate_Dirty:");
  const std::int64_t share = has_others ? Field(text, "\nPss_Dirty:") : 0;
  return {std::max(own, share), Field(text, "\nSwapPss:")};
}

// Whether the process runs in another one's memory, as one does that has not come to execute its program after
// vfork(2); false where that cannot be known. Of very many only the first is asked for.
bool SharesMemory(const std::vector<pid_t>& processes, std::size_t at) {
  constexpr std::size_t kMostAsked = 64;
  for (std::size_t other = 0; other < std::min(at, kMostAsked); ++other) {
    if (syscall(SYS_kcmp, processes[at], processes[other], KCMP_VM, 0, 0) == 0) return true;
  }
  return false;
}

// What the process has resident, and had at most by the kernel; 0: it is not there.
struct Kinds {
  std::int64_t peak = 0;    // of all
  std::int64_t memory = 0;  // anonymous, and of files in memory
  std::int64_t files = 0;
  std::int64_t all() const { return memory + files; }
};

Kinds KindsOf(pid_t process) {
  std::array<char, 4096> space;
  const std::string_view text = ReadProc(process, "status", space);
  return {.peak = Field(text, "\nVmHWM:"),
          .memory = Field(text, "\nRssAnon:") + Field(text, "\nRssShmem:"),
          .files = Field(text, "\nRssFile:")};
}

std::int64_t MemoryOf(const std::vector<pid_t>& processes) {
  std::int64_t memory = 0;
  for (const pid_t process : processes) memory += KindsOf(process).memory;
  return memory;
}

// What all processes of the machine have been given in huge pages since it was started, in bytes.
std::int64_t GivenInHugePages() {
  constexpr std::int64_t kHugePage = 2 * kMiB;
  constexpr std::string_view kName = "\nthp_fault_alloc ";
  const FileDescriptor file(open("/proc/vmstat", O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 8192> space;
  ssize_t count = 0;
  while (file && (count = read(file.get(), space.data(), space.size())) > 0) {
    text.append(space.data(), static_cast<std::size_t>(count));
  }
  const std::size_t at = text.find(kName);
  return at == std::string::npos ? 0 : NumberAt(text, at + kName.size()) * kHugePage;
}

// So much memory at most have so many page faults of a process given it, on a count that rises with the huge pages of
// all processes, too. Of a file that is mapped one fault gives many pages.
std::int64_t GivenBy(std::int64_t faults) {
  static const std::int64_t kPage = sysconf(_SC_PAGESIZE);
  return faults * kPage + GivenInHugePages();
}

// The page faults of the process so far.
std::int64_t FaultsOf(pid_t process) {
  constexpr int kBeforeMinor = 8;
  std::array<char, 512> space;
  // "pid (any name) state parent group session terminal its-group flags minor of-children major ...".
  const std::string_view text = ReadProc(process, "stat", space);
  std::size_t at = text.rfind(')');
  for (int i = 0; i < kBeforeMinor && at != std::string_view::npos; ++i) at = text.find(' ', at + 1);
  if (at == std::string_view::npos) return 0;
  const std::size_t of_children = text.find(' ', at + 1);
  const std::size_t major = of_children == std::string_view::npos ? of_children : text.find(' ', of_children + 1);
  return NumberAt(text, at) + (major == std::string_view::npos ? 0 : NumberAt(text, major));
}

// Has the kernel begin anew with the process's peak.
bool ForgetPeak(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/clear_refs";
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return write(file.get(), "5", 1) == 1;
}

}  // namespace

MemoryWatch::MemoryWatch(pid_t worker, std::int64_t limit, Begun begun)
    : worker_(worker),
      keeper_(KeeperOf(worker)),
      limit_(limit),
      measured_(begun == Begun::kExecuted),
      known_given_(GivenInHugePages()),
      interval_(IntervalFor(limit)) {
  if (measured_) return;
  const Kinds now = KindsOf(worker);
  shared_ = now.memory;
  files_ = now.files;
}

bool MemoryWatch::End(Clock::time_point now) {
  unwatched_ = now - since_;
  // One that tells that it has grown is looked at, however short it was.
  const bool tells = told_ != 0;
  const bool has_grown = tells && told_ > told_at_look_ + kWorthMeasuring;
  const bool is_due = tells ? now >= due() : unwatched_ >= kWorthALook;
  if (!has_grown && !is_due) return false;
  const bool over = Look(now);
  unwatched_ = {};
  return over;
}

bool MemoryWatch::Look(Clock::time_point now) {
  told_at_look_ = told_;
  const std::vector<pid_t> processes = ProcessesOf(worker_, keeper_);
  std::int64_t used = ResidentMemory(processes);
  // Of other processes than the worker nobody else knows the peak.
  const bool is_new = processes.size() > 1 && used > known_tree_ + kMiB;
  if (is_new) known_tree_ = used;
  // Before it is measured, which takes milliseconds for a JVM: without what it has mapped of files, which does not
  // count.
  if (used > limit_ && !is_new) used = MemoryOf(processes);
  if (used > limit_ || is_new) used = Measure(processes);
  Conclude();
  since_ = now;  // as what it has filled during the look was not seen
  interval_ = std::max<Clock::duration>(IntervalFor(limit_ - used), (kLeastPerLook + 1) * (Clock::now() - now));
  return used > limit_;
}

std::int64_t MemoryWatch::Measure(const std::vector<pid_t>& processes) {
  std::int64_t used = 0;
  for (std::size_t at = 0; at < processes.size(); ++at) {
    const pid_t process = processes[at];
    if (SharesMemory(processes, at)) continue;
    const Own own = OwnOf(process, processes.size() > 1);
    used += own.resident + own.swapped;
    if (process != worker_) continue;
    measured_ = true;
    shared_ = std::max<std::int64_t>(KindsOf(process).memory - own.resident, 0);
  }
  peak_ = std::max(peak_, used);
  return used;
}

void MemoryWatch::Conclude() {
  // Before what it has is known, as it goes on meanwhile.
  const std::int64_t given_before = GivenBy(FaultsOf(worker_));
  const Kinds now = KindsOf(worker_);
  if (now.peak == 0) return;
  files_ = now.files;
  TakePeak(now.peak, FaultsOf(worker_));
  own_ = now.memory - shared_;
  known_given_ = given_before;
  peak_ = std::max(peak_, own_);
  // Files that are not there any more would hide whatever stays below their peak.
  if (!measured_ || now.peak - now.files - shared_ <= peak_ + kMiB) return;
  if (!ForgetPeak(worker_)) return;
  known_peak_ = std::min(now.all(), KindsOf(worker_).peak);  // as it may have given back more meanwhile
  measured_peak_ = std::min(measured_peak_, known_peak_);
  concluded_peak_ = std::min(concluded_peak_, known_peak_);
}

void MemoryWatch::TakePeak(std::int64_t peak, std::int64_t faults) {
  if (peak <= known_peak_) return;
  const std::int64_t given = GivenBy(faults) - known_given_;
  peak_ = std::max(peak_, std::min(peak - files_ - (measured_ ? shared_ : 0), own_ + given));
  known_peak_ = peak;
}

std::int64_t MemoryWatch::Peak() {
  // What was shared may become the worker's own without a new peak, most of it soon.
  const bool is_due = std::has_single_bit(++reports_);
  const bool is_as_before = told_ != 0 && std::exchange(told_at_peak_, told_) == told_;
  if (is_as_before && !is_due && known_tree_ == 0) return peak_;
  // The same number, where it tells one.
  const std::int64_t resident = told_ != 0 ? told_ : KindsOf(worker_).peak;
  if (resident == 0) return peak_;
  // Of a JVM whose heap grows with each invocation it would be measured each time, which takes milliseconds.
  const std::int64_t much = std::max(kWorthMeasuring, measured_peak_ / kMuchGrowth);
  const bool measures = is_due || resident > measured_peak_ + much || TreeHasGrown();
  if (!measures && resident <= concluded_peak_ + kWorthMeasuring) return peak_;
  if (measures) {
    measured_peak_ = resident;
    Measure(ProcessesOf(worker_, keeper_));
  }
  concluded_peak_ = resident;
  Conclude();
  return peak_;
}

bool MemoryWatch::TreeHasGrown() {
  if (known_tree_ == 0) return false;
  const std::int64_t resident = ResidentMemory(ProcessesOf(worker_, keeper_));
  if (resident <= known_tree_ + kWorthMeasuring) return false;
  known_tree_ = resident;
  return true;
}

std::int64_t MemoryWatch::PeakOf(std::int64_t resident, std::int64_t faults) {
  TakePeak(resident, faults);
  return peak_;
}

pid_t KeeperOf(pid_t worker) {
  std::array<char, 512> space;
  // "pid (any name) state parent ...".
  const std::string_view text = ReadProc(worker, "stat", space);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  const auto parent = static_cast<pid_t>(NumberAt(text, name_end + 4));
  return ReadProc(parent, "comm", space) == std::string(kKeeperName) + "\n" ? parent : 0;
}

std::vector<pid_t> ProcessesOf(pid_t worker, pid_t keeper) {
  std::vector<pid_t> processes;
  if (keeper != 0) AddChildren(keeper, processes);
  if (std::find(processes.begin(), processes.end(), worker) == processes.end()) processes.push_back(worker);
  // NOLINTNEXTLINE(modernize-loop-convert): it grows meanwhile
  for (std::size_t i = 0; i < processes.size(); ++i) AddChildren(processes[i], processes);
  return processes;
}

std::int64_t ResidentMemory(const std::vector<pid_t>& processes) {
  std::int64_t resident = 0;
  for (const pid_t process : processes) resident += ResidentOf(process).all;
  return resident;
}

std::int64_t OwnMemory(const std::vector<pid_t>& processes, std::int64_t enough) {
  if (const std::int64_t resident = ResidentMemory(processes); resident <= enough) return resident;
  std::int64_t memory = 0;
  for (std::size_t at = 0; at < processes.size(); ++at) {
    if (SharesMemory(processes, at)) continue;
    const Own own = OwnOf(processes[at], processes.size() > 1);
    memory += own.resident + own.swapped;
  }
  return memory;
}

}  // namespace tandem::workers
