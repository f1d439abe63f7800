#include "workers/environment_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "workers/process_id.h"

namespace tandem::workers {

EnvironmentProcess::EnvironmentProcess(FileDescriptor output, std::shared_ptr<Process> process)
    : output_(std::move(output)), process_(std::move(process)), host_(ProcessId()) {}

void EnvironmentProcess::RequireHost() const {
  if (ProcessId() != host_) throw HostForked();
}

Result<std::pair<FileDescriptor, FileDescriptor>> EnvironmentProcess::OutputPipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return {Code::kInternal, std::string("cannot make a pipe: ") + std::strerror(errno)};
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return std::pair<FileDescriptor, FileDescriptor>(FileDescriptor(ends[0]), FileDescriptor(ends[1]));
}

Result<FileDescriptor> EnvironmentProcess::NoInput() {
  FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing) return {Code::kInternal, std::string("cannot open /dev/null: ") + std::strerror(errno)};
  return nothing;
}

Answer EnvironmentProcess::UnlessCancelled(const Caller& caller, const std::function<Answer()>& wait) {
  Answer how{};
  {
    const Cancellation::Listener listener(caller.cancellation, [this] {
      if (process_ != nullptr) process_->Kill();
    });
    how = wait();
  }
  return caller.cancellation.asked() ? Answer::kCancelled : how;  // nobody is killed from here on
}

// What is left of a line is logged as it is: a handler that goes on with it does so in the same log.
std::string EnvironmentProcess::TakeOutput() {
  std::string output;
  constexpr std::size_t kAtOnce = std::size_t{64} << 10;
  std::array<char, kAtOnce> bytes;
  while (output.size() < 16 * kAtOnce) {  // one that never stops writing has to wait for its answer
    const ssize_t count = read(output_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) output_.Close();  // nobody has the other end
    if (count <= 0) break;
    output.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return output;
}

void EnvironmentProcess::LogOutput(InvocationLog& log, std::string_view output, Whose whose) {
  if (output.empty()) return;
  if (whose == Whose::kOwn) {
    log.Output(output);
  } else {
    log.OutputOfAny(output);
  }
}

std::int64_t EnvironmentProcess::PeakMemoryBytes() {
  const std::scoped_lock lock(memory_mutex_);
  MemoryWatch* const watch = memory();
  if (watch == nullptr) return 0;
  if (const auto end = process_->end()) {
    return watch->PeakOf(end->peak_memory_bytes, end->page_faults);
  }
  return watch->Peak();
}

}  // namespace tandem::workers
