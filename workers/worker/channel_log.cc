#include "workers/worker/channel_log.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "proto/convert.h"
#include "tandem/v1/worker.pb.h"
#include "workers/marked_output.h"
#include "workers/protocol.h"

namespace tandem::workers {

void ChannelLog::MarkOutput(std::string key, ino_t pipe) {
  key_ = std::move(key);
  pipe_ = pipe;
  if (key_.empty()) return;
  for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) {
    if (!OutputIsPipe(standard)) continue;
    output_ = FileDescriptor(fcntl(standard, F_DUPFD_CLOEXEC, kWorkerChannel));
    return;
  }
}

void ChannelLog::Write(const LogRecord& record) noexcept {
  try {
    v1::FromWorker message;
    v1::WorkerLog& log = *message.mutable_log();
    log.set_origin(static_cast<std::uint32_t>(record.origin));
    log.set_level(static_cast<std::uint32_t>(record.level));
    log.set_format(static_cast<std::uint32_t>(record.format));
    log.set_time_us(record.time_us);
    log.set_request_id(std::string(record.request_id));
    log.set_text(std::string(record.text));
    log.set_mark(Mark());
    // A host that is gone ends this process.
    if (const auto bytes = proto::Serialize(message)) static_cast<void>(channel_.SendFromFork(*bytes));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory for a record: it is lost, no more
  }
}

// User code may have closed the descriptor, or put a file in its place.
std::uint64_t ChannelLog::Mark() {
  if (!output_ || !OutputIsPipe(output_.get())) return 0;
  constexpr int kBitsOfCount = 32;
  const std::uint64_t number = (static_cast<std::uint64_t>(getpid()) << kBitsOfCount) | ++marks_;
  const std::string mark = MarkedOutput::Mark(key_, number);
  ssize_t written = 0;
  do {  // whole or not at all, as it is shorter than PIPE_BUF
    written = write(output_.get(), mark.data(), mark.size());
  } while (written < 0 && errno == EINTR);
  return written < 0 ? 0 : number;
}

bool ChannelLog::OutputWaits() const {
  int unread = 0;
  return output_ && ioctl(output_.get(), FIONREAD, &unread) == 0 && unread > 0;
}

bool ChannelLog::OutputIsPipe(int file) const {
  struct stat status {};
  return fstat(file, &status) == 0 && S_ISFIFO(status.st_mode) && status.st_ino == pipe_;
}

}  // namespace tandem::workers
